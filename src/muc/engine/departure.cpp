#include "muc/engine/departure.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "muc/engine/rates.hpp"

namespace stoa::muc {
namespace {

Shown farewell_of(const RoomState& room, const Occupant& occupant, const Departure& how) {
  Shown shown = gone_of(room, occupant);
  shown.payload = how.payload;
  shown.codes = how.codes;
  shown.reason = how.reason;
  shown.actor_nick = how.actor_nick;
  shown.actor_jid = how.actor_jid;
  shown.in_x = how.in_x;
  return shown;
}

void leave_seat(Draft& draft, const Occupant& occupant, const Session& session) {
  draft.change(change::Seated{draft.room().number, seat_of(occupant, session), std::nullopt});
}

}  // namespace

std::vector<Jid> sessions_of(const Occupant& occupant) {
  std::vector<Jid> jids;
  jids.reserve(occupant.sessions.size());
  for (const Session& session : occupant.sessions) jids.push_back(session.jid);
  return jids;
}

void show_if_changed(Draft& draft, const Occupant& before, const Occupant& after, const Jid& told) {
  const RoomState& room = draft.room();
  const bool same_payload = before.shown().payload == after.shown().payload;
  if (same_payload && before.shown().jid == after.shown().jid) return;
  const Shown shown = shown_of(room, after);
  std::vector<Jid> own = sessions_of(after);
  std::vector<Jid> except = own;
  std::erase(own, told);
  if (!told.empty()) except.push_back(told);
  if (!own.empty()) draft.say(say::OwnPresence{shown, std::move(own), {}, {}});
  if (!is_told(draft.scene, after)) return;
  draft.say(say::PresenceToOthers{shown, std::move(except), same_payload});
}

namespace {

/// One session of `occupant` (as it is by now) goes. What it leaves behind is returned.
Occupant depart_from(Draft& draft, const Occupant& occupant, const Jid& session,
                     const Departure& how) {
  const RoomState& room = draft.room();
  const Shown shown = farewell_of(room, occupant, how);
  leave_seat(draft, occupant, *occupant.session(session));
  draft.say(say::OwnPresence{shown, {session}, how.own_codes, {}});
  Occupant rest = occupant;
  std::erase_if(rest.sessions, [&](const Session& one) { return one.jid == session; });
  if (!rest.sessions.empty()) {
    show_if_changed(draft, occupant, rest);
  } else if (is_broadcast(room, occupant.role)) {
    draft.say(say::PresenceToOthers{shown, {}});
  }
  return rest;
}

}  // namespace

void depart(Draft& draft, const Occupant& occupant, const Session& session, const Departure& how) {
  depart_from(draft, occupant, session.jid, how);
}

void remove_dead(Draft& draft, const std::vector<Jid>& sessions) {
  Departure how;
  how.codes = {333};
  std::map<const Occupant*, Occupant> left;
  for (const Jid& session : sessions) {
    const Occupant* occupant = draft.room().occupants.by_session(session);
    Occupant& now = left.try_emplace(occupant, *occupant).first->second;
    now = depart_from(draft, now, session, how);
  }
  if (!sessions.empty()) {
    end_if_deserted(draft, draft.room().occupants.sessions() - sessions.size());
  }
}

Farewell remove_occupant(Draft& draft, const Occupant& occupant, Affiliation affiliation,
                         const Departure& how) {
  Shown shown = farewell_of(draft.room(), occupant, how);
  shown.affiliation = affiliation;
  for (const Session& session : occupant.sessions) leave_seat(draft, occupant, session);
  Farewell farewell{say::OwnPresence{shown, sessions_of(occupant), how.own_codes, {}}, {}};
  if (is_broadcast(draft.room(), occupant.role)) {
    farewell.others.push_back(say::PresenceToOthers{std::move(shown), {}});
  }
  return farewell;
}

void end_if_deserted(Draft& draft, std::size_t left) {
  const RoomState& room = draft.room();
  if (left > 0 || (room.config->persistent && !room.locked())) return;
  const Duration kept = draft.scene.settings.times.empty_room;
  if (kept <= Duration::zero() || room.locked()) return destroy(draft);
  const Timestamp now = draft.scene.now();
  draft.fleeting(noted(draft.scene, Meter::Of::deserted, Jid()));
  draft.arm(now + kept);
}

void destroy(Draft& draft, Remains remains) {
  const RoomState& room = draft.room();
  draft.change(change::Destroyed{room.number, room.jid, std::move(remains.gone),
                                 std::make_shared<const RoomState>(room), std::move(remains.kept)});
}

void end_room(Draft& draft, const std::string& destroy_xml, Remains remains) {
  draft.room().occupants.each([&](const Occupant& one) {
    Shown shown = gone_of(draft.room(), one);
    shown.affiliation = Affiliation::none;
    shown.in_x = destroy_xml;
    draft.say_first(say::OwnPresence{shown, sessions_of(one), {}, {}});
  });
  destroy(draft, std::move(remains));
}

}  // namespace stoa::muc
