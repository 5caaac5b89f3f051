#include <algorithm>
#include <set>
#include <utility>

#include <stoa/muc/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/refusals.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/room_presence.hpp"
#include "muc/engine/rules.hpp"
#include "muc/engine/standing.hpp"

namespace stoa::muc {
namespace {

using Refused = std::optional<StanzaError>;

/// The two lists of people in the form; each is whole, not a delta.
struct People {
  std::vector<Jid> admins;
  std::vector<Jid> owners;
};

/// Everything that the form holds.
struct ConfigForm {
  RoomConfig config;
  People people;
};

const forms::OptionTable<People>& people_table() {
  using Row = forms::Rows<People>;
  static const forms::OptionTable<People> table(
      roomconfig_form,
      {Row::jid_multi("muc#roomconfig_roomadmins", "Admins", &People::admins, forms::JidForm::bare),
       Row::jid_multi("muc#roomconfig_roomowners", "Owners", &People::owners,
                      forms::JidForm::bare)});
  return table;
}

ConfigForm form_of(const RoomState& room) {
  ConfigForm form{*room.config, {}};
  for (const Affiliate& row : room.affiliations.rows()) {
    if (row.affiliation == Affiliation::admin) form.people.admins.push_back(row.jid);
    if (row.affiliation == Affiliation::owner) form.people.owners.push_back(row.jid);
  }
  return form;
}

FormViewer viewer_of(const Scene& scene) {
  const bool admin = scene.context.service_admin;
  return {admin || scene.settings.allow_public, admin || scene.settings.allow_persistent};
}

StanzaError not_acceptable(std::string_view text) {
  return {ErrorType::modify, Condition::not_acceptable, "XEP-0045 10.1.3", text};
}

Refused unusable(const ConfigForm& form) {
  if (form.config.password_protected && form.config.password.empty()) {
    return not_acceptable("muc#roomconfig_roomsecret must not be empty");
  }
  if (form.people.owners.empty()) {
    return StanzaError(ErrorType::cancel, Condition::conflict, "XEP-0045 10.5",
                       "A room needs an owner");
  }
  return std::nullopt;
}

/// Turns the two lists of the form into affiliations ([MUC-CONFX-07]).
void affiliate_by_form(Standing& standing, const ConfigForm& before, const ConfigForm& after) {
  std::set<Jid> touched;
  const auto give = [&](const Jid& jid, Affiliation affiliation) {
    if (!touched.insert(jid).second) return;
    Affiliate row = standing.row_of(jid);
    if (row.affiliation == affiliation) return;
    row.affiliation = affiliation;
    row.reason.clear();
    standing.affiliate(std::move(row));
  };
  for (const Jid& owner : after.people.owners) give(owner, Affiliation::owner);
  for (const Jid& admin : after.people.admins) give(admin, Affiliation::admin);
  for (const Jid& owner : before.people.owners) give(owner, Affiliation::admin);
  const Affiliation below = after.config.members_only ? Affiliation::member : Affiliation::none;
  for (const Jid& admin : before.people.admins) give(admin, below);
}

std::vector<std::uint16_t> codes_of(const RoomTable& table, const RoomConfig& before,
                                    const RoomConfig& after) {
  std::set<std::uint16_t> codes;
  for (const auto* row : table.changed(before, after)) {
    if (row->code) codes.insert(static_cast<std::uint16_t>(row->code(after)));
  }
  return {codes.begin(), codes.end()};
}

/// Real JIDs are shown from now on, to those who did not see them ([MUC-CONFX-05]).
void reveal_everybody(Draft& draft) {
  draft.room().occupants.each([&](const Occupant& viewer) {
    if (viewer.role == Role::moderator) return;
    for (const Session& session : viewer.sessions) {
      draft.say(say::PresenceList{session.jid, viewer.role, viewer.key});
    }
  });
}

void tell_codes(Draft& draft, std::vector<std::uint16_t> codes) {
  if (codes.empty()) return;
  draft.say(say::Notice{std::move(codes), draft.scene.context.ids.token()});
}

void configure(Draft& draft, const Jid& sender, const ConfigForm& before, const ConfigForm& after) {
  const RoomState& room = draft.room();
  const auto config = std::make_shared<const RoomConfig>(after.config);
  if (*config != *room.config) {
    draft.change(change::Configured{room.number, room.config, config});
  }
  std::vector<std::uint16_t> codes;
  if (room.locked()) {
    draft.change(change::LockSet{room.number, room.locked_by, Jid()});
  } else {
    codes = codes_of(room_table(draft.scene.settings), before.config, after.config);
  }
  const bool revealed = before.config.semi_anonymous() && !after.config.semi_anonymous();
  if (revealed) tell_codes(draft, codes);  // before any address is shown [MUC-ANON-05]
  Standing standing(draft, actor_of(room, sender), *config);
  affiliate_by_form(standing, before, after);
  standing.settle();
  if (revealed) {
    reveal_everybody(draft);
  } else {
    tell_codes(draft, std::move(codes));
  }
  const auto& settings = draft.scene.settings;
  if (settings.caps_presence &&
      caps_node(room, *config, settings) != caps_node(room, before.config, settings)) {
    show_room(draft, {*config, room.extra().avatar_hashes});
  }
  const bool deserted = room.occupants.empty() && !config->persistent;
  if (deserted && before.config.persistent) destroy(draft);
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::GetConfig& ask) {
  if (auto refusal = denied(OfRoom::configure, scene, ask.from)) return *std::move(refusal);
  const ConfigForm now = form_of(scene.room);
  forms::Form form =
      room_table(scene.settings).render(forms::FormType::form, now.config, viewer_of(scene));
  for (forms::Field& field : people_table().render(forms::FormType::form, now.people).fields) {
    form.fields.push_back(std::move(field));
  }
  form.title = "Configuration of " + scene.room.jid.str();
  xml::Element query("query", ns::muc_owner);
  query.add(forms::encode(form));
  Draft draft(scene);
  draft.reply(std::move(query));
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::SetConfig& ask) {
  if (auto refusal = denied(OfRoom::configure, scene, ask.from)) return *std::move(refusal);
  Draft draft(scene);
  if (ask.form.type == forms::FormType::cancel) {
    if (scene.room.locked()) end_room(draft, "<destroy/>");
    return std::move(draft).done();
  }
  if (auto fault =
          forms::fault_in_submit(ask.form, roomconfig_form, forms::MissingFormType::accepted)) {
    return StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0068 3", *fault);
  }
  const ConfigForm before = form_of(scene.room);
  auto config = room_table(scene.settings).submit(ask.form, before.config, viewer_of(scene));
  if (!config) return not_acceptable(config.error().text);
  auto people = people_table().submit(ask.form, before.people);
  if (!people) return not_acceptable(people.error().text);
  ConfigForm after{std::move(config).value(), std::move(people).value()};
  if (!after.config.password_protected && before.config.password_protected) {
    after.config.password.clear();
  }
  if (Refused refusal = unusable(after)) return *std::move(refusal);
  configure(draft, ask.from, before, after);
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::Destroy& ask) {
  if (auto refusal = denied(OfRoom::configure, scene, ask.from)) return *std::move(refusal);
  Draft draft(scene);
  Remains remains;
  if (scene.settings.tombstones && scene.room.config->persistent) {
    remains.gone = GoneRoom{ask.venue, scene.now() + scene.settings.times.tombstone};
  }
  const Duration window = scene.settings.times.keep_destroyed;
  if (scene.room.config->persistent && window > Duration::zero()) {
    remains.kept = Burial{scene.now(), scene.now() + window, ask.from.bare(), {}};
  }
  end_room(draft, ask.content.empty() ? "<destroy/>" : ask.content, std::move(remains));
  return std::move(draft).done();
}

}  // namespace stoa::muc
