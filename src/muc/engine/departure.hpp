#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "muc/engine/draft.hpp"
#include "muc/engine/shown.hpp"

namespace stoa::muc {

/// How somebody goes: what the unavailable presence says besides the occupant.
struct Departure {
  std::vector<std::uint16_t> codes;  ///< for everybody (307, 301, 321, 322, 333 ...)
  std::vector<std::uint16_t> own_codes;
  std::string payload;  ///< children of a leaving user's presence
  std::string reason;
  std::string actor_nick;
  Jid actor_jid;
  std::string in_x;
};

std::vector<Jid> sessions_of(const Occupant& occupant);

/// The occupant, as it will be, is shown to everybody if its shown session or presence changes
/// ([MUC-MSN-05]); `told` has been told already.
void show_if_changed(Draft& draft, const Occupant& before, const Occupant& after,
                     const Jid& told = {});

/// Takes one session out: it hears of it with 110; the others hear of it if it was the occupant's
/// last, or if another session's presence is shown from now on ([MUC-MSN-06]).
void depart(Draft& draft, const Occupant& occupant, const Session& session, const Departure& how);

/// Takes sessions out that are no more, with 333 ([MUC-GHOST-04]), and ends the room if need be.
/// Each must be in the room.
void remove_dead(Draft& draft, const std::vector<Jid>& sessions);

/// Takes a whole occupant out (kick, ban): the changes only, and what each side is to hear, so that
/// the caller decides the order ([MUC-CHOICE-06]). `affiliation` is the one after the step.
struct Farewell {
  say::OwnPresence own;
  std::vector<say::PresenceToOthers> others;  ///< none where the role was not broadcast
};
Farewell remove_occupant(Draft& draft, const Occupant& occupant, Affiliation affiliation,
                         const Departure& how);

/// Ends the room if nobody is left in it and it does not outlive its occupants; `left` sessions
/// remain after the step. Call it once, after all departures ([MUC-LEAVE-06], [MUC-CREATE-05]).
void end_if_deserted(Draft& draft, std::size_t left);

/// What stays of a room that is destroyed.
struct Remains {
  std::optional<GoneRoom> gone = {};
  std::optional<Burial> kept = {};
};

/// Destroys the room: the change alone.
void destroy(Draft& draft, Remains remains = {});

/// Everybody is told, each of itself alone, and the room is gone ([MUC-DESTROY-01]).
void end_room(Draft& draft, const std::string& destroy_xml, Remains remains = {});

}  // namespace stoa::muc
