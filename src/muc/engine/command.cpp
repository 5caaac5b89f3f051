#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/commands.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

using For = CommandEntry::For;

/// How long a form may be filled in.
constexpr Duration session_lasts = std::chrono::minutes(15);

StanzaError refused(std::string_view condition, std::string_view text) {
  return StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0050 4.6", text)
      .with(xml::Element(condition, ns::commands));
}

bool may_run(const Scene& scene, const Jid& user, const CommandEntry& entry) {
  if (entry.whom == For::service_admins) return scene.context.service_admin;
  if (entry.form_type == hats_form && !scene.room.config->hats) return false;
  const Affiliation rank = scene.rank_of(user);
  const Occupant* occupant = scene.room.occupants.by_session(user);
  switch (entry.whom) {
    case For::occupants:
      return rank >= Affiliation::admin || occupant;
    case For::jid_readers:
      return rank >= Affiliation::admin || (occupant && scene.room.sees_jids(occupant->role));
    case For::admins:
      return rank >= Affiliation::admin;
    case For::owners:
      return rank >= Affiliation::owner;
    case For::service_admins:
      return scene.context.service_admin;
  }
  return false;
}

std::string to_milliseconds(Timestamp when) {
  using std::chrono::milliseconds;
  const auto since = std::chrono::floor<milliseconds>(when.time_since_epoch());
  return std::to_string(since.count());
}

/// Nothing is kept of a session: its id says when it began and is sealed with the room's key.
std::string session_id(const RoomState& room, const request::Command& ask,
                       const std::string& begun) {
  static const RoomState keyless;  // the first step at the service is not yet about any room
  const RoomState& sealing = ask.at_service ? keyless : room;
  return begun + "." + sealing.occupant_id_of(ask.from.str() + "\n" + ask.node + "\n" + begun);
}

bool is_session(const Scene& scene, const request::Command& ask) {
  const std::string begun = ask.session.substr(0, ask.session.find('.'));
  if (ask.session != session_id(scene.room, ask, begun)) return false;
  std::int64_t milliseconds = 0;
  std::from_chars(begun.data(), begun.data() + begun.size(), milliseconds);
  const Timestamp since{std::chrono::milliseconds(milliseconds)};
  return scene.now() - since <= session_lasts;
}

xml::Element command(const Scene& scene, const request::Command& ask, std::string_view status) {
  xml::Element element("command", ns::commands);
  element.set("node", ask.node).set("status", status);
  element.set("sessionid", ask.session.empty()
                               ? session_id(scene.room, ask, to_milliseconds(scene.now()))
                               : ask.session);
  return element;
}

xml::Element question(const Scene& scene, const CommandEntry& entry) {
  forms::Form form{.type = forms::FormType::form, .title = std::string(entry.command.name)};
  form.form_type = entry.form_type;
  form.fields = entry.fields(scene);
  return forms::encode(form);
}

RoomDecision replied(const Scene& scene, xml::Element reply) {
  Draft draft(scene);
  draft.reply(std::move(reply));
  return std::move(draft).done();
}

RoomDecision ask_back(const Scene& scene, const request::Command& ask, const CommandEntry& entry) {
  xml::Element executing = command(scene, ask, "executing");
  executing.add("actions", ns::commands).set("execute", "complete").add("complete", ns::commands);
  executing.add(question(scene, entry));
  return replied(scene, std::move(executing));
}

RoomDecision run(const Scene& scene, const request::Command& ask, const CommandEntry& entry) {
  static const forms::Form no_form;
  const forms::Form& form = ask.form ? *ask.form : no_form;
  if (ask.form && form.form_type && *form.form_type != entry.form_type) {
    return refused("bad-payload", "That is the form of something else");
  }
  Draft draft(scene);
  CommandOutcome outcome = entry.run(draft, Commanded{ask, form});
  if (outcome.refusal) return *std::move(outcome.refusal);
  if (outcome.lacks) return Lacks<Need>{*std::move(outcome.lacks)};
  xml::Element done = command(scene, ask, "completed");
  if (outcome.read) {
    outcome.read->node = ask.node;
    outcome.read->session = done.attr_or("sessionid", "");
    outcome.read->by = ask.from.bare();
    return ReadPlan<Read>{Read(*std::move(outcome.read))};
  }
  if (outcome.shown) done.add(*std::move(outcome.shown));
  draft.reply(std::move(done));
  return std::move(draft).done();
}

/// What is wrong with action and session ([MUC-CMD-02]).
std::optional<StanzaError> malformed(const Scene& scene, const request::Command& ask) {
  constexpr std::array<std::string_view, 4> usable{"", "execute", "complete", "cancel"};
  if (ask.action == "next" || ask.action == "prev") {
    return refused("bad-action", "The command has no such step");
  }
  if (std::find(usable.begin(), usable.end(), ask.action) == usable.end()) {
    return refused("malformed-action", "No such action");
  }
  if (!ask.session.empty() && !is_session(scene, ask)) {
    return refused("bad-sessionid", "There is no such session, or it is over");
  }
  return std::nullopt;
}

using Tables = std::array<std::span<const CommandEntry>, 3>;

Tables tables_at_room() {
  return {hat_commands(), people_commands(), {}};
}

Tables tables_at_service() {
  return {desk_commands(), service_room_commands(), copy_commands()};
}

const CommandEntry* entry_in(const Tables& tables, std::string_view node) {
  for (const auto& table : tables) {
    for (const CommandEntry& entry : table) {
      if (entry.command.node == node) return &entry;
    }
  }
  return nullptr;
}

}  // namespace

bool is_service_command(std::string_view node) {
  return entry_in(tables_at_service(), node) != nullptr;
}

std::vector<RoomCommand> service_commands() {
  std::vector<RoomCommand> all;
  for (const auto& table : tables_at_service()) {
    for (const CommandEntry& entry : table) all.push_back(entry.command);
  }
  return all;
}

std::vector<RoomCommand> commands_for(const Scene& scene, const Jid& user) {
  std::vector<RoomCommand> mine;
  for (const auto& table : tables_at_room()) {
    for (const CommandEntry& entry : table) {
      if (may_run(scene, user, entry)) mine.push_back(entry.command);
    }
  }
  return mine;
}

RoomDecision rules::decide(const Scene& scene, const request::Command& ask) {
  const CommandEntry* entry =
      entry_in(ask.at_service ? tables_at_service() : tables_at_room(), ask.node);
  if (!entry) {
    return StanzaError(ErrorType::cancel, Condition::item_not_found, "XEP-0050 2.4",
                       "There is no such command");
  }
  if (!may_run(scene, ask.from, *entry)) return refusal::forbidden("XEP-0050 2.4");
  if (auto refusal = malformed(scene, ask)) return *std::move(refusal);
  const bool canceled =
      ask.action == "cancel" || (ask.form && ask.form->type == forms::FormType::cancel);
  if (canceled) return replied(scene, command(scene, ask, "canceled"));
  const bool filled = ask.form && ask.form->type == forms::FormType::submit;
  if (entry->fields && !filled) return ask_back(scene, ask, *entry);
  if (!scene.room.exists() && !is_of_nothing(ask.node)) return refusal::no_such_room();
  return run(scene, ask, *entry);
}

}  // namespace stoa::muc
