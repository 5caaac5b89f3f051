#include <algorithm>
#include <utility>
#include <vector>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/departure.hpp"
#include "muc/engine/liveness.hpp"
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
      if (is_broadcast(room, occupant.role)) {
        look.draft.say(say::PresenceToOthers{shown, sessions_of(occupant)});
      }
    });
  }
}

/// Meters that no longer say anything.
void forget_meters(Look& look) {
  constexpr Duration old = std::chrono::hours(24);
  for (const Meter& meter : look.draft.room().extra().meters) {
    const bool timer = meter.of == Meter::Of::deserted || meter.of == Meter::Of::held;
    if (!timer && meter.at + old < look.now) {
      look.draft.fleeting(change::fleeting::Metered{meter, std::nullopt});
    }
  }
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::Tick&) {
  Look look{Draft(scene), scene.now()};
  if (!expire_lock(look) && !expire_empty(look)) {
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
