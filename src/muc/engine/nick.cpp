#include "muc/engine/nick.hpp"

#include <array>
#include <utility>

#include "muc/engine/departure.hpp"
#include "muc/engine/join.hpp"
#include "muc/engine/rates.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/shown.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view nick_section = "XEP-0045 7.6";

using Refused = std::optional<StanzaError>;

struct Wanted {
  const Scene& scene;
  const Occupant& mover;
  std::string_view nick;
  std::string key;
};

Refused nick_is_valid(const Wanted& who) {
  if (is_nick(who.nick, who.scene.settings.limits)) return std::nullopt;
  return refusal::malformed_nick(nick_section);
}

Refused visitors_may_rename(const Wanted& who) {
  const Jid& session = who.mover.sessions.front().jid;
  if (Refused refusal = denied(InRoom::rename, who.scene, session)) return refusal;
  const bool mute = who.mover.role == Role::visitor && !who.scene.room.config->visitor_nick_change;
  if (!mute) return std::nullopt;
  return refusal::forbidden(nick_section, "Visitors keep their nicknames here");
}

Refused nicks_are_free_to_choose(const Wanted& who) {
  if (!who.scene.room.config->nick_lockdown) return std::nullopt;
  const Affiliate* row = who.scene.room.affiliations.find(who.mover.bare());
  if (!row || row->nick.empty() || row->nick == who.nick) return std::nullopt;
  return StanzaError(ErrorType::cancel, Condition::not_acceptable, nick_section,
                     "Only the registered nickname can be used here");
}

Refused nick_is_free(const Wanted& who) {
  const RoomState& room = who.scene.room;
  const Occupant* there = room.occupants.by_key(who.key);
  if (there && there->bare() != who.mover.bare()) return refusal::nick_taken(nick_section);
  if (reserved_for_other(who.scene, who.key, who.mover.sessions.front().jid)) {
    return refusal::nick_taken(nick_section);
  }
  return std::nullopt;
}

Refused not_too_often(const Wanted& who) {
  const Jid user = who.mover.sessions.front().jid.bare();
  const Rate& rate = who.scene.settings.limits.joins;
  if (spend(who.scene, Meter::Of::joins, user, rate).outcome == Spent::yes) return std::nullopt;
  return refusal::too_often("XEP-0045 14.6");
}

/// The checks of a change of nick; the first that fails is told.
constexpr std::array<Refused (*)(const Wanted&), 5> nick_checks{
    nick_is_valid, visitors_may_rename, nicks_are_free_to_choose, nick_is_free, not_too_often};

/// Only letter case differs: the nick stays the same, so all its sessions go along.
bool only_case(const Moving& moving) {
  return moving.there == &moving.from;
}

/// Nobody is left under the old nick.
bool empties(const Moving& moving) {
  return only_case(moving) || moving.from.sessions.size() == 1;
}

Shown new_nick(const RoomState& room, const Moving& moving, const Occupant& after) {
  Shown shown = shown_of(room, after);
  if (moving.affiliation) shown.affiliation = *moving.affiliation;
  return shown;
}

Shown old_nick(const RoomState& room, const Moving& moving) {
  Shown shown = gone_of(room, moving.from);
  if (moving.affiliation) shown.affiliation = *moving.affiliation;
  shown.jid = moving.session.jid;
  shown.role = moving.from.role;
  shown.new_nick = moving.seat.nick;
  shown.codes = {303};
  return shown;
}

/// Who stays under the old nick.
Occupant rest_of(const Moving& moving) {
  Occupant rest = moving.from;
  std::erase_if(rest.sessions, [&](const Session& one) { return one.jid == moving.session.jid; });
  return rest;
}

std::vector<Jid> movers(const Moving& moving) {
  return only_case(moving) ? sessions_of(moving.from) : std::vector<Jid>{moving.session.jid};
}

void move_seats(Draft& draft, const Moving& moving) {
  const std::uint64_t room = draft.room().number;
  for (const Session& session : moving.from.sessions) {
    const bool mover = session.jid == moving.session.jid;
    if (!mover && !only_case(moving)) continue;
    Seat after = mover ? moving.seat : seat_of(moving.from, session);
    after.nick = moving.seat.nick;
    draft.change(change::Seated{room, seat_of(moving.from, session), std::move(after)});
  }
}

}  // namespace

std::optional<StanzaError> nick_refused(const Scene& scene, const Occupant& mover,
                                        std::string_view nick) {
  const Wanted who{scene, mover, nick, fold_case(nick)};
  for (const auto check : nick_checks) {
    if (Refused refusal = check(who)) return refusal;
  }
  return std::nullopt;
}

Occupant leave_old_nick(Draft& draft, const Moving& moving) {
  const RoomState& room = draft.room();
  move_seats(draft, moving);
  const auto& joins = draft.scene.settings.limits.joins;
  auto spent = spend(draft.scene, Meter::Of::joins, moving.session.jid.bare(), joins);
  if (spent.metering) draft.fleeting(*spent.metering);
  const Shown renamed = old_nick(room, moving);
  draft.say(say::OwnPresence{renamed, movers(moving), {}, {}});
  if (!empties(moving)) {
    show_if_changed(draft, moving.from, rest_of(moving), moving.session.jid);
  } else if (is_broadcast(room, moving.from.role)) {
    const bool elsewhere = moving.there && !only_case(moving);
    draft.say(
        say::PresenceToOthers{elsewhere ? gone_of(room, moving.from) : renamed, movers(moving)});
  }
  return occupant_with(room, moving.there, moving.seat);
}

void greet_self(Draft& draft, const Moving& moving, const Occupant& after) {
  draft.say(say::OwnPresence{
      new_nick(draft.room(), moving, after), movers(moving), moving.own_codes, {}});
  // Whoever stays under the old nick is another occupant to the one who went.
  if (empties(moving) || !is_broadcast(draft.room(), moving.from.role)) return;
  draft.say(
      say::PresenceTo{shown_of(draft.room(), rest_of(moving)), moving.session.jid, after.role});
}

void greet_others(Draft& draft, const Moving& moving, const Occupant& after) {
  if (moving.there && !only_case(moving)) {
    return show_if_changed(draft, *moving.there, after, moving.session.jid);
  }
  if (is_told(draft.scene, after)) {
    draft.say(say::PresenceToOthers{new_nick(draft.room(), moving, after), movers(moving)});
  }
}

}  // namespace stoa::muc
