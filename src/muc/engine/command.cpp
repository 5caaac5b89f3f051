#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/commands.hpp"
#include "muc/engine/departure.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view command_section = "XEP-0317 4";
constexpr std::string_view form_type = "urn:xmpp:hats:commands";

StanzaError bad_request(std::string_view text) {
  return {ErrorType::modify, Condition::bad_request, "XEP-0050 3.4", text};
}
StanzaError no_such_hat() {
  return {ErrorType::cancel, Condition::item_not_found, command_section, "There is no such hat"};
}

std::string text_of(const forms::Form& form, std::string_view var) {
  return std::string(form.value(var).value_or(""));
}

forms::Field field(std::string_view var, forms::FieldType type, std::string_view label) {
  forms::Field made;
  made.var = var;
  made.type = type;
  made.label = label;
  made.required = var != "hats#hue";
  return made;
}

const Hat* hat_of(const RoomState& room, std::string_view uri) {
  for (const Hat& hat : room.extra().hats) {
    if (hat.uri == uri) return &hat;
  }
  return nullptr;
}

/// Fresh presence of whoever wears the hat; presence shows the state after the step, so its hats
/// are written by the caller.
void show_again(Draft& draft, const std::vector<std::pair<Jid, std::string>>& hats) {
  draft.room().occupants.each([&](const Occupant& one) {
    for (const auto& [user, xml] : hats) {
      if (one.bare() != user.str()) continue;
      Shown shown = shown_of(draft.room(), one);
      shown.hats = xml;
      draft.say(say::OwnPresence{shown, sessions_of(one), {}, {}});
      if (is_broadcast(draft.room(), one.role)) {
        draft.say(say::PresenceToOthers{shown, sessions_of(one)});
      }
    }
  });
}

/// The hats of a user as they will be: `room` with the given set of hats and the user's row.
std::string hats_after(const RoomState& room, const std::vector<Hat>& hats, const Affiliate& row) {
  RoomState after;
  after.config = room.config;
  after.extras.touch().hats = hats;
  after.affiliations.put(row);
  return hats_of(after, row.jid.str());
}

void announce(Draft& draft) {
  draft.say(say::Notice{{104}, draft.scene.context.ids.token()});
}

std::vector<std::pair<Jid, std::string>> wearers(const RoomState& room,
                                                 const std::vector<Hat>& hats,
                                                 std::string_view uri) {
  std::vector<std::pair<Jid, std::string>> found;
  for (const Affiliate& row : room.affiliations.rows()) {
    if (std::find(row.hats.begin(), row.hats.end(), uri) == row.hats.end()) continue;
    found.emplace_back(row.jid, hats_after(room, hats, row));
  }
  return found;
}

using Outcome = std::optional<StanzaError>;

Outcome create(Draft& draft, const forms::Form& form) {
  Hat hat{text_of(form, "hats#uri"), text_of(form, "hats#title"), text_of(form, "hats#hue"), {}};
  if (hat.uri.empty() || hat.title.empty())
    return bad_request("hats#uri and hats#title are needed");
  const RoomState& room = draft.room();
  const Hat* known = hat_of(room, hat.uri);
  std::vector<Hat> hats = room.extra().hats;
  std::erase_if(hats, [&](const Hat& one) { return one.uri == hat.uri; });
  hats.push_back(hat);
  const std::string uri = hat.uri;
  draft.change(
      change::HatSet{room.number, known ? std::optional(*known) : std::nullopt, std::move(hat)});
  announce(draft);
  show_again(draft, wearers(room, hats, uri));
  return std::nullopt;
}

Outcome destroy_hat(Draft& draft, const forms::Form& form) {
  const RoomState& room = draft.room();
  const Hat* known = hat_of(room, text_of(form, "hats#uri"));
  if (!known) return no_such_hat();
  std::vector<Hat> hats = room.extra().hats;
  std::erase_if(hats, [&](const Hat& one) { return one.uri == known->uri; });
  const auto bare = wearers(room, hats, known->uri);
  for (const auto& [user, xml] : bare) {
    const Affiliate& row = *room.affiliations.find(user.str());
    Affiliate after = row;
    std::erase(after.hats, known->uri);
    draft.change(change::Affiliated{room.number, row,
                                    after.blank() ? std::nullopt : std::optional(std::move(after)),
                                    room.affiliation_version, room.affiliation_version});
  }
  draft.change(change::HatSet{room.number, *known, std::nullopt});
  announce(draft);
  show_again(draft, bare);
  return std::nullopt;
}

enum class Wearing { on, off };

Outcome dress(Draft& draft, const forms::Form& form, Wearing wearing) {
  const RoomState& room = draft.room();
  const auto user = Jid::parse(text_of(form, "hats#jid"));
  if (!user) return bad_request("hats#jid is no address");
  const Hat* hat = hat_of(room, text_of(form, "hats#uri"));
  if (!hat) return no_such_hat();
  const Affiliate* row = room.affiliations.find(user->bare().str());
  Affiliate after;
  if (row) after = *row;
  after.jid = user->bare();
  std::set<std::string> worn(after.hats.begin(), after.hats.end());
  if (wearing == Wearing::on) {
    worn.insert(hat->uri);
  } else {
    worn.erase(hat->uri);
  }
  after.hats.assign(worn.begin(), worn.end());
  if (row && after.hats == row->hats) return std::nullopt;
  const std::string xml = hats_after(room, room.extra().hats, after);
  const Jid bare = after.jid;
  draft.change(change::Affiliated{room.number, row ? std::optional(*row) : std::nullopt,
                                  after.blank() ? std::nullopt : std::optional(std::move(after)),
                                  room.affiliation_version, room.affiliation_version});
  show_again(draft, {{bare, xml}});
  return std::nullopt;
}

Outcome assign(Draft& draft, const forms::Form& form) {
  return dress(draft, form, Wearing::on);
}
Outcome unassign(Draft& draft, const forms::Form& form) {
  return dress(draft, form, Wearing::off);
}

enum class Open { occupants, admins, jid_readers };

/// One command at the room. Without fields it answers at once.
struct Entry {
  RoomCommand command;
  Open open;
  std::vector<forms::Field> (*fields)();
  Outcome (*run)(Draft&, const forms::Form&);
};

std::vector<forms::Field> hat_fields() {
  return {field("hats#uri", forms::FieldType::text_single, "URI of the hat"),
          field("hats#title", forms::FieldType::text_single, "Title"),
          field("hats#hue", forms::FieldType::text_single, "Hue")};
}
std::vector<forms::Field> uri_fields() {
  return {field("hats#uri", forms::FieldType::text_single, "URI of the hat")};
}
std::vector<forms::Field> wearer_fields() {
  return {field("hats#jid", forms::FieldType::jid_single, "Who wears it"),
          field("hats#uri", forms::FieldType::text_single, "URI of the hat")};
}

const std::array<Entry, 6> all_commands{{
    {{"urn:xmpp:hats:commands:create", "Create a hat"}, Open::admins, hat_fields, create},
    {{"urn:xmpp:hats:commands:destroy", "Destroy a hat"}, Open::admins, uri_fields, destroy_hat},
    {{"urn:xmpp:hats:commands:list", "List hats"}, Open::occupants, nullptr, nullptr},
    {{"urn:xmpp:hats:commands:assign", "Give somebody a hat"}, Open::admins, wearer_fields, assign},
    {{"urn:xmpp:hats:commands:unassign", "Take a hat away"}, Open::admins, wearer_fields, unassign},
    {{"urn:xmpp:hats:commands:list-assigned", "List who wears which hat"},
     Open::jid_readers,
     nullptr,
     nullptr},
}};

bool may_run(const Scene& scene, const Jid& user, Open open) {
  if (!scene.room.config->hats) return false;
  if (scene.rank_of(user) >= Affiliation::admin) return true;
  const Occupant* occupant = scene.room.occupants.by_session(user);
  if (open == Open::occupants) return occupant != nullptr;
  return open == Open::jid_readers && occupant && scene.room.sees_jids(occupant->role);
}

xml::Element command(const request::Command& ask, std::string_view status) {
  xml::Element element("command", ns::commands);
  element.set("node", ask.node).set("sessionid", ask.session.empty() ? ask.id : ask.session);
  element.set("status", status);
  return element;
}

xml::Element hat_item(const Hat& hat, const Jid& wearer) {
  xml::Element item("item", ns::data_form);
  const auto put = [&](std::string_view var, const std::string& value) {
    item.add("field", ns::data_form).set("var", var).add("value", ns::data_form).text(value);
  };
  if (!wearer.empty()) put("hats#jid", wearer.str());
  put("hats#uri", hat.uri);
  put("hats#title", hat.title);
  put("hats#hue", hat.hue);
  return item;
}

/// The table of hats, or of who wears them.
xml::Element listing(const RoomState& room, Open open) {
  forms::Form form{.type = forms::FormType::result, .title = "Hats"};
  form.form_type = form_type;
  xml::Element x = forms::encode(form);
  xml::Element& reported = x.add("reported", ns::data_form);
  const bool worn = open == Open::jid_readers;
  if (worn) reported.add("field", ns::data_form).set("var", "hats#jid");
  for (const char* var : {"hats#uri", "hats#title", "hats#hue"}) {
    reported.add("field", ns::data_form).set("var", var);
  }
  for (const Hat& hat : room.extra().hats) {
    if (!worn) {
      x.add(hat_item(hat, Jid()));
      continue;
    }
    for (const Affiliate& row : room.affiliations.rows()) {
      const bool wears = std::find(row.hats.begin(), row.hats.end(), hat.uri) != row.hats.end();
      if (wears) x.add(hat_item(hat, row.jid));
    }
  }
  return x;
}

xml::Element question(const Entry& entry) {
  forms::Form form{.type = forms::FormType::form, .title = std::string(entry.command.name)};
  form.form_type = form_type;
  form.fields = entry.fields();
  return forms::encode(form);
}

RoomDecision run(const Scene& scene, const request::Command& ask, const Entry& entry) {
  Draft draft(scene);
  if (ask.action == "cancel") {
    draft.reply(command(ask, "canceled"));
    return std::move(draft).done();
  }
  if (!entry.fields) {
    xml::Element done = command(ask, "completed");
    done.add(listing(scene.room, entry.open));
    draft.reply(std::move(done));
    return std::move(draft).done();
  }
  if (!ask.form || ask.form->type != forms::FormType::submit) {
    xml::Element executing = command(ask, "executing");
    executing.add("actions", ns::commands).set("execute", "complete").add("complete", ns::commands);
    executing.add(question(entry));
    draft.reply(std::move(executing));
    return std::move(draft).done();
  }
  if (Outcome refusal = entry.run(draft, *ask.form)) return *std::move(refusal);
  draft.reply(command(ask, "completed"));
  return std::move(draft).done();
}

}  // namespace

std::vector<RoomCommand> commands_for(const Scene& scene, const Jid& user) {
  std::vector<RoomCommand> mine;
  for (const Entry& entry : all_commands) {
    if (may_run(scene, user, entry.open)) mine.push_back(entry.command);
  }
  return mine;
}

RoomDecision rules::decide(const Scene& scene, const request::Command& ask) {
  const auto entry = std::find_if(all_commands.begin(), all_commands.end(),
                                  [&](const Entry& one) { return one.command.node == ask.node; });
  if (entry == all_commands.end()) {
    return StanzaError(ErrorType::cancel, Condition::item_not_found, "XEP-0050 2.4",
                       "There is no such command");
  }
  if (!may_run(scene, ask.from, entry->open)) return refusal::forbidden("XEP-0050 2.4");
  constexpr std::array<std::string_view, 5> actions{"", "execute", "next", "complete", "cancel"};
  if (std::find(actions.begin(), actions.end(), ask.action) == actions.end()) {
    return bad_request("No such action").with(xml::Element("malformed-action", ns::commands));
  }
  return run(scene, ask, *entry);
}

}  // namespace stoa::muc
