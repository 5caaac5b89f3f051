#include "muc/engine/lobby.hpp"

#include <memory>
#include <string>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/join.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view wide_form = "http://jabber.org/protocol/muc#register";

std::optional<StanzaError> closed_at_service(const Scene& scene) {
  if (scene.settings.service_registration) return std::nullopt;
  return StanzaError(ErrorType::cancel, Condition::service_unavailable, "XEP-0077 3.1.1");
}

/// Everything that all rooms must know of the lobby.
bool counts(const Affiliate& row) {
  return row.affiliation == Affiliation::outcast || row.affiliation == Affiliation::admin ||
         !row.nick.empty();
}

}  // namespace

std::string_view Engine::shared_key() {
  return lobby_key;
}

void Engine::share(Settings& settings, const State& state) {
  auto wide = std::make_shared<Affiliations>();
  for (const Affiliate& row : state.affiliations.rows()) {
    if (counts(row)) wide->put(row);
  }
  settings.wide = wide->size() > 0 ? std::move(wide) : nullptr;
  settings.ending = state.extra().ending;
}

bool is_lobby(const RoomState& room) {
  return room.jid.local() == lobby_key;
}

change::Created opening(const Scene& scene) {
  RoomConfig config;
  config.public_room = false;
  config.persistent = true;
  change::Created made;
  made.room = scene.context.ids.number();
  made.jid = Jid::from_prepared(std::string(lobby_key), scene.settings.service.domain());
  made.created = scene.now();
  made.occupant_key = scene.context.ids.key();
  made.config = std::make_shared<const RoomConfig>(std::move(config));
  return made;
}

Affiliate wide_row(const RoomState& lobby, const Jid& bare) {
  if (const Affiliate* known = lobby.affiliations.find(bare.str())) return *known;
  Affiliate blank;
  blank.jid = bare;
  return blank;
}

void set_wide(Draft& draft, Affiliate row) {
  const RoomState& lobby = draft.room();
  const Affiliate* known = lobby.affiliations.find(row.jid.str());
  change::Affiliated changed;
  changed.room = lobby.number;
  changed.version_before = lobby.affiliation_version;
  changed.version_after = lobby.affiliation_version;
  if (known) changed.before = *known;
  if (!row.blank()) changed.after = std::move(row);
  if (changed.before == changed.after) return;
  if (changed.after && changed.after->until) draft.arm(*changed.after->until);
  draft.change(std::move(changed));
}

RoomDecision rules::decide(const Scene& scene, const request::Ban& ask) {
  Draft draft(scene);
  for (const Jid& user : ask.users) {
    Affiliate row = wide_row(scene.room, user);
    row.affiliation = Affiliation::outcast;
    row.nick.clear();
    row.nick_key.clear();
    row.reason = ask.reason;
    row.until = ask.until;
    set_wide(draft, std::move(row));
    draft.change(change::Audited{{scene.now(), ask.by, "ban", user.str(), ask.reason}});
  }
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::Stop& ask) {
  Draft draft(scene);
  draft.change(change::Audited{{scene.now(),
                                ask.by,
                                ask.for_good ? "shutdown" : "restart",
                                scene.settings.service.str(),
                                {}}});
  draft.fleeting(
      change::fleeting::EndingSet{scene.room.extra().ending, Ending{ask.at, ask.for_good}});
  return std::move(draft).done();
}

RoomDecision register_at_service(const Scene& scene, const request::GetRegistration& ask) {
  if (auto refusal = closed_at_service(scene)) return *std::move(refusal);
  Draft draft(scene);
  xml::Element query("query", ns::iq_register);
  const Affiliate* row = scene.room.affiliations.find(ask.from.bare_view());
  if (row && !row->nick.empty()) {
    query.add("registered", ns::iq_register);
    query.add("username", ns::iq_register).text(row->nick);
  } else {
    forms::Form form{.type = forms::FormType::form, .title = "Registration"};
    form.form_type = wide_form;
    forms::Field nick;
    nick.var = "muc#register_roomnick";
    nick.type = forms::FieldType::text_single;
    nick.label = "Nickname";
    nick.required = true;
    form.fields = {std::move(nick)};
    query.add("instructions", ns::iq_register)
        .text("Choose the nickname that nobody else shall use in any room.");
    query.add(forms::encode(form));
  }
  draft.reply(std::move(query));
  return std::move(draft).done();
}

RoomDecision register_at_service(const Scene& scene, const request::Register& ask) {
  if (auto refusal = closed_at_service(scene)) return *std::move(refusal);
  const Jid user = ask.from.bare();
  if (scene.settings.bans(user) && !scene.context.service_admin) {
    return refusal::forbidden("XEP-0045 7.10");
  }
  if (!is_nick(ask.nick, scene.settings.limits)) {
    return StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0045 7.10",
                       "That is no nickname");
  }
  const std::string key = fold_case(ask.nick);
  const Affiliate* holder = scene.room.affiliations.reserving(key);
  if (holder && holder->jid != user) return refusal::nick_taken("XEP-0045 7.10");
  Draft draft(scene);
  Affiliate row = wide_row(scene.room, user);
  row.nick = ask.nick;
  row.nick_key = key;
  set_wide(draft, std::move(row));
  return std::move(draft).done();
}

RoomDecision register_at_service(const Scene& scene, const request::Unregister& ask) {
  const Affiliate* known = scene.room.affiliations.find(ask.from.bare_view());
  if (!known || known->nick.empty()) {
    return StanzaError(ErrorType::auth, Condition::registration_required, "XEP-0077 3.2");
  }
  Draft draft(scene);
  Affiliate row = *known;
  row.nick.clear();
  row.nick_key.clear();
  set_wide(draft, std::move(row));
  return std::move(draft).done();
}

}  // namespace stoa::muc
