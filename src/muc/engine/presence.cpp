#include <algorithm>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/departure.hpp"
#include "muc/engine/history.hpp"
#include "muc/engine/join.hpp"
#include "muc/engine/mav.hpp"
#include "muc/engine/nick.hpp"
#include "muc/engine/rates.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rules.hpp"
#include "muc/engine/shown.hpp"

namespace stoa::muc {
namespace {

Seat updated(const Scene& scene, const request::Available& ask, const Occupant& occupant) {
  return seat_for(scene, {ask.from, ask.payload, ask.payload_without_status, ask.priority},
                  occupant.nick, occupant.role);
}

/// The last of several quick updates is told when the rate allows it again ([MUC-PRES-12]).
void hold(Draft& draft, const Jid& user, const Rate& rate) {
  const Meter* held = meter_of(draft.room(), Meter::Of::held, user);
  if (held) return;
  Meter meter{Meter::Of::held, user, 0, draft.scene.now() + pause_of(rate)};
  draft.arm(meter.at);
  draft.fleeting(change::fleeting::Metered{std::nullopt, std::move(meter)});
}

/// Whether the update is told at once; counts it.
bool told_now(Draft& draft, const Jid& user) {
  const Rate& rate = draft.scene.settings.limits.presence_updates;
  const Spending spent = spend(draft.scene, Meter::Of::presence, user, rate);
  if (spent.metering) draft.fleeting(*spent.metering);
  if (spent.outcome == Spent::too_many) hold(draft, user, rate);
  return spent.outcome == Spent::yes;
}

/// The new presence of a session under its nick (7.7). One like the last is not told again.
RoomDecision update(const Scene& scene, const request::Available& ask, const Occupant& occupant) {
  const Session& session = *occupant.session(ask.from);
  const Seat seat = updated(scene, ask, occupant);
  if (seat.payload == session.payload && seat.priority == session.priority) return nothing();
  Draft draft(scene);
  draft.change(change::Seated{scene.room.number, seat_of(occupant, session), seat});
  if (!told_now(draft, ask.from.bare())) return std::move(draft).done();
  const Occupant after = occupant_with(scene.room, &occupant, seat);
  if (after.shown().jid == ask.from && occupant.shown().jid == ask.from) {
    const Shown shown = shown_of(scene.room, after);
    draft.say(say::OwnPresence{shown, sessions_of(after), {}, ask.id});
    if (is_told(scene, after)) {
      draft.say(say::PresenceToOthers{shown, sessions_of(after)});
    }
  } else {
    draft.say(say::OwnPresence{shown_of(scene.room, after), {ask.from}, {}, ask.id});
    show_if_changed(draft, occupant, after, ask.from);
  }
  return std::move(draft).done();
}

RoomDecision rename(const Scene& scene, const request::Available& ask, const Occupant& occupant) {
  if (auto refusal = nick_refused(scene, occupant, ask.nick())) return *std::move(refusal);
  Seat seat = updated(scene, ask, occupant);
  const Occupant* there = scene.room.occupants.by_key(fold_case(ask.nick()));
  seat.nick = there && there != &occupant ? there->nick : std::string(ask.nick());
  if (there) seat.role = there->role;
  const Moving moving{occupant, *occupant.session(ask.from), std::move(seat), there, {}};
  Draft draft(scene);
  const Occupant after = leave_old_nick(draft, moving);
  greet_self(draft, moving, after);
  greet_others(draft, moving, after);
  return std::move(draft).done();
}

/// A session that believes to be in the room, and is not (7.2.18): it is told that it has gone.
RoomDecision not_here(const request::Available& ask) {
  xml::Element stanza("presence", ns::client);
  stanza.set("from", ask.to.str()).set("to", ask.from.str()).set("type", "unavailable");
  if (!ask.id.empty()) stanza.set("id", ask.id);
  xml::Element& x = stanza.add("x", ns::muc_user);
  xml::Element& item = x.add("item", ns::muc_user);
  item.set("affiliation", "none").set("role", "none");
  item.add("reason", ns::muc_user).text("You are not in this room; join it first");
  for (const char* code : {"110", "307", "333"}) {
    x.add("status", ns::muc_user).set("code", code);
  }
  RoomStep step;
  step.outbound.emplace_back(say::One{std::move(stanza), Redelivery::drop});
  return step;
}

RoomDecision refresh(const Scene& scene, const request::Join& ask, const Occupant& occupant) {
  const Session& session = *occupant.session(ask.from);
  const Seat seat =
      seat_for(scene, {ask.from, ask.payload, ask.payload_without_status, ask.priority},
               occupant.nick, occupant.role);
  Draft draft(scene);
  draft.change(change::Seated{scene.room.number, seat_of(occupant, session), seat});
  const Occupant after = occupant_with(scene.room, &occupant, seat);
  welcome_presence(draft, ask, Welcome{after, {}});
  show_if_changed(draft, occupant, after, ask.from);
  welcome_messages(draft, ask);
  return std::move(draft).done();
}

}  // namespace

RoomDecision join_again(const Scene& scene, const request::Join& ask, const Occupant& occupant) {
  if (auto need = lacks_history(scene, ask)) return Lacks<Need>{*std::move(need)};
  if (auto need = lacks_affiliations(scene, ask)) return Lacks<Need>{*std::move(need)};
  const bool same = ask.nick() == occupant.nick;
  if (same) return refresh(scene, ask, occupant);
  if (auto refusal = nick_refused(scene, occupant, ask.nick())) return *std::move(refusal);
  Seat seat = seat_for(scene, {ask.from, ask.payload, ask.payload_without_status, ask.priority},
                       ask.nick(), occupant.role);
  const Occupant* there = scene.room.occupants.by_key(fold_case(ask.nick()));
  if (there && there != &occupant) seat.nick = there->nick;
  const Moving moving{occupant, *occupant.session(ask.from), std::move(seat), there, {}};
  Draft draft(scene);
  const Occupant after = leave_old_nick(draft, moving);
  welcome_presence(draft, ask, Welcome{after, {}});
  greet_others(draft, moving, after);
  welcome_messages(draft, ask);
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::Available& ask) {
  const Occupant* occupant =
      scene.room.exists() ? scene.room.occupants.by_session(ask.from) : nullptr;
  if (!occupant) return not_here(ask);
  const bool here = ask.to.is_bare() || ask.nick() == occupant->nick;
  return here ? update(scene, ask, *occupant) : rename(scene, ask, *occupant);
}

RoomDecision rules::decide(const Scene& scene, const request::Probe& ask) {
  const Occupant* asker = scene.room.occupants.by_session(ask.from);
  if (!asker) return refusal::not_an_occupant("XEP-0045 17.3");
  const Occupant* occupant = scene.room.occupants.by_key(fold_case(ask.nick()));
  Draft draft(scene);
  if (occupant == asker) {
    draft.say(say::OwnPresence{shown_of(scene.room, *asker), {ask.from}, {}, ask.id});
  } else if (occupant && is_broadcast(scene.room, occupant->role)) {
    draft.say(say::PresenceTo{shown_of(scene.room, *occupant), ask.from, asker->role});
  } else if (!occupant && scene.room.config->show_unavailable) {
    const Affiliate* row = scene.room.affiliations.reserving(fold_case(ask.nick()));
    if (row) draft.say(say::PresenceTo{absent(scene.room, *row), ask.from, asker->role});
  }
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::Subscribe& ask) {
  xml::Element stanza("presence", ns::client);
  stanza.set("from", scene.room.jid.str()).set("to", ask.from.bare().str());
  stanza.set("type", "unsubscribed");
  Draft draft(scene);
  draft.say(say::One{std::move(stanza), Redelivery::drop});
  return std::move(draft).done();
}

}  // namespace stoa::muc
