#pragma once

#include <string>

#include <stoa/muc/engine/outbound.hpp>
#include <stoa/muc/model/room.hpp>

#include "muc/engine/draft.hpp"

namespace stoa::muc {

/// An occupant as presence shows it now: the presence of its shown session, its affiliation, its
/// role.
Shown shown_of(const RoomState& room, const Occupant& occupant);

/// The occupant as gone: unavailable, role none, without its last presence (XEP-0045, 7.14).
Shown gone_of(const RoomState& room, const Occupant& occupant);

/// A user with a reserved nick who is not here (muc#roomconfig show unavailable members).
Shown absent(const RoomState& room, const Affiliate& row);

/// The `<hats/>` of a user (XEP-0317, 3.1), empty where it has none or hats are off.
std::string hats_of(const RoomState& room, std::string_view bare);

/// Whether others hear of an occupant of that role at all (muc#roomconfig_presencebroadcast).
inline bool is_broadcast(const RoomState& room, Role role) {
  return room.config->broadcasts(role);
}

/// A visitor without affiliation.
bool is_stranger(const RoomState& room, const Occupant& occupant);

/// Whether the room is so full that visitors without affiliation are not shown ([MUC-LIM-08]).
inline bool is_crowd(const Scene& scene) {
  const std::size_t from = scene.settings.limits.crowd;
  return from > 0 && scene.room.occupants.size() > from;
}

/// Whether the others hear that this occupant comes or changes. That it goes they always hear: it
/// may have come before the crowd.
bool is_told(const Scene& scene, const Occupant& occupant);

}  // namespace stoa::muc
