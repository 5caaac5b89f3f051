#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/departure.hpp"
#include "muc/engine/liveness.hpp"
#include "muc/engine/message.hpp"
#include "muc/engine/rates.hpp"
#include "muc/engine/rules.hpp"
#include "muc/engine/standing.hpp"

namespace stoa::muc {
namespace {

/// So many sessions are pinged at once; the next ones a second later.
constexpr std::size_t pings_at_once = 50;
constexpr Duration ping_pause = std::chrono::seconds(1);
/// Pings without an answer, in a row, before a session counts as gone.
constexpr int pings_until_gone = 2;

/// What a look at the room's timers finds. `next` is the earliest that lies ahead.
struct Look {
  Draft draft;
  Timestamp now;
  Timestamp next = Timestamp::max();

  void ahead(Timestamp when) { next = std::min(next, std::max(when, now)); }
};

/// A room that was left locked becomes usable, or goes ([MUC-CREATE-07]). True: it goes.
bool expire_lock(Look& look) {
  const RoomState& room = look.draft.room();
  const Settings& settings = look.draft.scene.settings;
  if (!room.locked() || settings.times.lock_timeout <= Duration::zero()) return false;
  const Timestamp end = room.created + settings.times.lock_timeout;
  if (end > look.now) {
    look.ahead(end);
    return false;
  }
  if (settings.unconfigured == UnconfiguredRule::unlock) {
    look.draft.change(change::LockSet{room.number, room.locked_by, Jid()});
    return false;
  }
  Departure how;
  how.in_x = "<destroy/>";
  room.occupants.each([&](const Occupant& occupant) {
    look.draft.say(remove_occupant(look.draft, occupant, Affiliation::none, how).own);
  });
  destroy(look.draft);
  return true;
}

/// An empty temporary room goes ([MUC-LEAVE-06], [MUC-LEAVE-09]). True: it goes.
bool expire_empty(Look& look) {
  const RoomState& room = look.draft.room();
  if (!room.occupants.empty() || room.config->persistent) return false;
  const Meter* since = meter_of(room, Meter::Of::deserted, Jid());
  const Duration kept = look.draft.scene.settings.times.empty_room;
  if (!since && kept > Duration::zero()) {  // found empty after a start
    look.draft.fleeting(noted(look.draft.scene, Meter::Of::deserted, Jid()));
    look.ahead(look.now + kept);
    return false;
  }
  if (since && since->at + kept > look.now) {
    look.ahead(since->at + kept);
    return false;
  }
  destroy(look.draft);
  return true;
}

/// Bans that had an end ([MUC-BAN-07]).
void expire_bans(Look& look) {
  const RoomState& room = look.draft.room();
  Standing standing(look.draft, Actor{}, *room.config);
  for (const Affiliate& row : room.affiliations.rows()) {
    if (!row.until) continue;
    if (*row.until > look.now) {
      look.ahead(*row.until);
      continue;
    }
    Affiliate after = row;
    after.affiliation = Affiliation::none;
    after.reason.clear();
    standing.affiliate(std::move(after));
  }
  standing.settle();
}

/// An IQ between occupants that nobody answered ([MUC-IQ-08]).
void expire_iqs(Look& look) {
  for (const PendingIq& pending : look.draft.room().extra().iqs) {
    if (pending.until > look.now) {
      look.ahead(pending.until);
      continue;
    }
    look.draft.fleeting(change::fleeting::IqSet{pending, std::nullopt});
    if (!look.draft.room().occupants.by_session(pending.asker)) continue;
    xml::Element stanza("iq", ns::client);
    stanza.set("from", pending.answer_from.str()).set("to", pending.asker.str());
    stanza.set("type", "error").set("id", pending.original_id);
    xml::Element& error = stanza.add("error", ns::client);
    error.set("type", "wait").add("remote-server-timeout", ns::stanzas);
    look.draft.say(say::One{std::move(stanza)});
  }
}

/// Silent sessions are pinged, those that do not answer go ([MUC-GHOST-06], [MUC-PERS-04]).
void look_at_sessions(Look& look) {
  const Settings& settings = look.draft.scene.settings;
  std::vector<Jid> dead;
  std::size_t pinged = 0;
  look.draft.room().occupants.each([&](const Occupant& occupant) {
    for (const Session& session : occupant.sessions) {
      const Timestamp when = next_look(session, settings);
      if (when > look.now) {
        if (when != Timestamp::max()) look.ahead(when);
      } else if (session.pinged != Timestamp{} && session.unanswered + 1 >= pings_until_gone) {
        dead.push_back(session.jid);
      } else if (pinged < pings_at_once) {
        ++pinged;
        ping(look.draft, session);
        look.ahead(look.now + settings.times.ping_timeout);
      } else {
        look.ahead(look.now + ping_pause);
      }
    }
  });
  remove_dead(look.draft, dead);
}

/// When anybody behind the nick last did something.
Timestamp last_act(const RoomState& room, const Occupant& occupant) {
  Timestamp last{};
  for (const Session& session : occupant.sessions) last = std::max(last, session.since);
  const Meter* active = meter_of(room, Meter::Of::active, occupant.sessions.front().jid.bare());
  return active ? std::max(last, active->at) : last;
}

/// Those who neither say nor show anything for long are kicked ([MUC-GHOST-09]).
void kick_idle(Look& look) {
  const RoomState& room = look.draft.room();
  const Duration patience = look.draft.scene.settings.times.idle;
  if (patience <= Duration::zero()) return;
  Departure how;
  how.codes = {307};
  how.reason = "Idle for too long";
  std::size_t kicked = 0;
  room.occupants.each([&](const Occupant& occupant) {
    if (occupant.role == Role::moderator) return;
    const Timestamp end = last_act(room, occupant) + patience;
    if (end > look.now) {
      look.ahead(end);
      return;
    }
    Farewell farewell = remove_occupant(look.draft, occupant,
                                        room.affiliation_of(occupant.sessions.front().jid), how);
    look.draft.say(std::move(farewell.own));
    for (auto& others : farewell.others) look.draft.say(std::move(others));
    kicked += occupant.sessions.size();
  });
  if (kicked > 0) end_if_deserted(look.draft, room.occupants.sessions() - kicked);
}

/// Whether it is somebody's turn to be kicked: then nothing else is looked at in this step.
bool anybody_idle(const Look& look) {
  const RoomState& room = look.draft.room();
  const Duration patience = look.draft.scene.settings.times.idle;
  bool found = false;
  if (patience > Duration::zero()) {
    room.occupants.each([&](const Occupant& occupant) {
      found = found ||
              (occupant.role != Role::moderator && last_act(room, occupant) + patience <= look.now);
    });
  }
  return found;
}

/// The next message that waited for the room's rate is told ([MUC-LIM-03]).
void tell_waiting(Look& look) {
  const Scene& scene = look.draft.scene;
  const std::vector<WaitingMessage>& waiting = scene.room.extra().waiting;
  if (waiting.empty()) return;
  const Spending spent =
      spend(scene, Meter::Of::messages, Jid(), scene.settings.limits.room_messages);
  if (spent.outcome == Spent::yes) {
    if (spent.metering) look.draft.fleeting(*spent.metering);
    tell_waiting_message(look.draft, waiting.front());
    if (waiting.size() == 1) return;
  }
  look.ahead(look.now + pause_of(scene.settings.limits.room_messages));
}

/// Presence that came too fast is told, the last one only ([MUC-PRES-12]).
void tell_held(Look& look) {
  const RoomState& room = look.draft.room();
  for (const Meter& meter : room.extra().meters) {
    if (meter.of != Meter::Of::held) continue;
    if (meter.at > look.now) {
      look.ahead(meter.at);
      continue;
    }
    look.draft.fleeting(change::fleeting::Metered{meter, std::nullopt});
    room.occupants.each([&](const Occupant& occupant) {
      if (occupant.bare() != meter.user.str()) return;
      const Shown shown = shown_of(room, occupant);
      look.draft.say(say::OwnPresence{shown, sessions_of(occupant), {}, {}});
      if (is_told(look.draft.scene, occupant)) {
        look.draft.say(say::PresenceToOthers{shown, sessions_of(occupant)});
      }
    });
  }
}

/// Whether a rate has long allowed everything again.
bool has_run_down(const Scene& scene, const Meter& meter) {
  const Limits& limits = scene.settings.limits;
  double per_second = 0;
  switch (meter.of) {
    case Meter::Of::messages:
      per_second = (meter.user.empty() ? limits.room_messages : limits.messages).per_second;
      break;
    case Meter::Of::presence:
      per_second = limits.presence_updates.per_second;
      break;
    case Meter::Of::joins:
      per_second = limits.joins.per_second;
      break;
    case Meter::Of::invitations:
      per_second = limits.invitations.per_second;
      break;
    default:
      return false;
  }
  const std::chrono::duration<double> passed = scene.now() - meter.at;
  return meter.level <= passed.count() * per_second;
}

/// Meters that no longer say anything.
void forget_meters(Look& look) {
  const Duration old =
      std::max<Duration>(std::chrono::hours(24), look.draft.scene.settings.times.idle);
  for (const Meter& meter : look.draft.room().extra().meters) {
    const bool timer = meter.of == Meter::Of::deserted || meter.of == Meter::Of::held;
    if (!timer && (meter.at + old < look.now || has_run_down(look.draft.scene, meter))) {
      look.draft.fleeting(change::fleeting::Metered{meter, std::nullopt});
    }
  }
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::Tick&) {
  Look look{Draft(scene), scene.now()};
  if (!expire_lock(look) && !expire_empty(look)) {
    if (anybody_idle(look)) {
      kick_idle(look);
      look.draft.reschedule(scene.now());  // and the rest right after
      return std::move(look.draft).done();
    }
    kick_idle(look);
    tell_waiting(look);
    expire_bans(look);
    expire_iqs(look);
    tell_held(look);
    forget_meters(look);
    look_at_sessions(look);
  }
  look.draft.reschedule(look.next);
  return std::move(look.draft).done();
}

}  // namespace stoa::muc
