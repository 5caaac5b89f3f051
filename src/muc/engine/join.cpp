#include "muc/engine/join.hpp"

#include <utility>

#include "muc/engine/departure.hpp"
#include "muc/engine/history.hpp"
#include "muc/engine/mav.hpp"
#include "muc/engine/rates.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/room_presence.hpp"
#include "muc/engine/rules.hpp"
#include "muc/engine/shown.hpp"

namespace stoa::muc {
namespace {

/// The codes of every entry (7.2.3, 7.2.12).
std::vector<std::uint16_t> entry_codes(const RoomConfig& config) {
  std::vector<std::uint16_t> codes;
  if (!config.semi_anonymous()) codes.push_back(100);
  if (config.public_log) codes.push_back(170);
  return codes;
}

/// The others hear of somebody new, or of a shared nick that now shows another presence.
void announce(Draft& draft, const Entering& who, const Occupant& occupant, const Jid& session) {
  if (who.shares) return show_if_changed(draft, *who.there, occupant, session);
  if (is_told(draft.scene, occupant)) {
    draft.say(say::PresenceToOthers{shown_of(draft.room(), occupant), {session}});
  }
}

void start_silence_timer(Draft& draft) {
  const Duration silence = draft.scene.settings.times.silent_session;
  if (silence > Duration::zero()) draft.arm(draft.scene.now() + silence);
  const Duration idle = draft.scene.settings.times.idle;
  if (idle > Duration::zero()) draft.arm(draft.scene.now() + idle);
}

const fact::Visits* visits_of(const Scene& scene, const Jid& user) {
  if (!scene.room.lookups.get()) return nullptr;
  for (const Facts& facts : *scene.room.lookups.get()) {
    const auto* found = std::get_if<fact::Visits>(&facts);
    if (found && found->user.str() == user.bare_view()) return found;
  }
  return nullptr;
}

RoomDecision enter(const Entering& who) {
  const Scene& scene = who.scene;
  if (const std::size_t most = scene.settings.limits.rooms_per_user; most > 0 && !who.shares) {
    const fact::Visits* visits = visits_of(scene, who.ask.from);
    if (!visits) return Lacks<Need>{need::Visits{who.ask.from.bare()}};
    if (visits->rooms >= most) return refusal::too_often("XEP-0045 14.6");
  }
  if (auto need = lacks_history(scene, who.ask)) return Lacks<Need>{*std::move(need)};
  if (auto need = lacks_affiliations(scene, who.ask)) return Lacks<Need>{*std::move(need)};
  Draft draft(scene);
  const Affiliate* row = scene.room.affiliations.find(who.ask.from.bare_view());
  const Role role =
      who.shares ? who.there->role : first_role(*scene.room.config, who.affiliation, row);
  const request::Join& ask = who.ask;
  const Seat seat = seat_for(
      scene, {ask.from, ask.payload, ask.payload_without_status, ask.priority}, who.nick, role);
  const Occupant occupant = occupant_with(scene.room, who.there, seat);
  draft.change(change::Seated{scene.room.number, std::nullopt, seat});
  auto spent = spend(scene, Meter::Of::joins, ask.from.bare(), scene.settings.limits.joins);
  if (spent.metering) draft.fleeting(*spent.metering);
  start_silence_timer(draft);

  Welcome whom{occupant, {}};
  if (who.renamed) whom.codes.push_back(210);
  welcome_presence(draft, ask, whom);
  announce(draft, who, occupant, ask.from);
  welcome_messages(draft, ask);
  return std::move(draft).done();
}

}  // namespace

Entering entering(const Scene& scene, const request::Join& ask) {
  Entering who{
      scene,   ask,  std::string(ask.nick()), {}, false, Affiliation::none, Affiliation::none,
      nullptr, false};
  who.affiliation = scene.room.affiliation_of(ask.from);
  who.rank = scene.rank_of(ask.from);
  const Affiliate* row = scene.room.affiliations.find(ask.from.bare_view());
  if (scene.room.config->nick_lockdown && row && !row->nick.empty() && row->nick != who.nick) {
    who.nick = row->nick;
    who.renamed = true;
  }
  who.key = fold_case(who.nick);
  who.there = scene.room.occupants.by_key(who.key);
  who.shares = who.there && who.there->bare() == ask.from.bare_view();
  if (who.shares) who.nick = who.there->nick;
  return who;
}

bool reserved_for_other(const Scene& scene, std::string_view key, const Jid& user) {
  if (const Affiliate* row = scene.room.affiliations.reserving(key)) {
    return row->jid.str() != user.bare_view();
  }
  const Affiliate* wide = scene.settings.wide ? scene.settings.wide->reserving(key) : nullptr;
  return wide && wide->jid.str() != user.bare_view();
}

Role first_role(const RoomConfig& config, Affiliation affiliation, const Affiliate* row) {
  if (affiliation >= Affiliation::admin) return Role::moderator;
  if (affiliation == Affiliation::member || !config.moderated) return Role::participant;
  return row && row->voice ? Role::participant : Role::visitor;
}

Seat seat_for(const Scene& scene, const Arriving& who, std::string_view nick, Role role) {
  const bool mute = role == Role::visitor && !scene.room.config->visitor_status;
  Seat seat;
  seat.session = who.session;
  seat.nick = nick;
  seat.role = role;
  seat.priority = who.priority;
  seat.since = scene.now();
  seat.payload = mute ? who.payload_without_status : who.payload;
  return seat;
}

Occupant occupant_with(const RoomState& room, const Occupant* known, const Seat& seat) {
  Occupant occupant;
  if (known) {
    occupant = *known;
    std::erase_if(occupant.sessions, [&](const Session& one) { return one.jid == seat.session; });
  } else {
    occupant.key = fold_case(seat.nick);
    occupant.id = room.occupant_id_of(seat.session.bare_view());
  }
  occupant.nick = seat.nick;
  occupant.role = seat.role;
  Session session;
  session.jid = seat.session;
  session.payload = seat.payload;
  session.priority = seat.priority;
  session.since = seat.since;
  occupant.sessions.push_back(std::move(session));
  return occupant;
}

std::optional<Need> lacks_history(const Scene& scene, const request::Join& ask) {
  if (scene.room.history.get() || most_history(scene, ask.history) == 0) return std::nullopt;
  return need::History{static_cast<std::size_t>(scene.room.config->max_history)};
}

void welcome_presence(Draft& draft, const request::Join& ask, const Welcome& whom) {
  const RoomState& room = draft.room();
  tell_affiliations(draft, ask, whom.occupant);
  const bool whole = whom.occupant.role == Role::moderator || !is_crowd(draft.scene);
  draft.say(say::PresenceList{ask.from, whom.occupant.role, whom.occupant.key, !whole});
  say::OwnPresence own{
      shown_of(room, whom.occupant), {ask.from}, entry_codes(*room.config), ask.id};
  own.codes.insert(own.codes.end(), whom.codes.begin(), whom.codes.end());
  own.shown.in_x = affiliation_version(room);
  draft.say(std::move(own));
}

void welcome_messages(Draft& draft, const request::Join& ask) {
  const Scene& scene = draft.scene;
  if (scene.room.history.get()) draft.say(say::Replay{history_for(scene, ask), ask.from});
  draft.say(say::SubjectTo{ask.from});
  show_room(draft, {*scene.room.config, scene.room.extra().avatar_hashes}, {ask.from});
}

RoomDecision rules::decide(const Scene& scene, const request::Join& ask) {
  if (!scene.room.exists()) return create(scene, ask);
  const Entering who = entering(scene, ask);
  if (const Occupant* occupant = scene.room.occupants.by_session(ask.from)) {
    return join_again(scene, ask, *occupant);
  }
  if (auto refusal = refused(who)) return *std::move(refusal);
  return enter(who);
}

}  // namespace stoa::muc
