#pragma once

#include <string>
#include <vector>

#include "muc/engine/draft.hpp"

/// The room itself as something that is present: its avatar (XEP-0486, 5.2) and its capabilities
/// (XEP-0115), each by option.
namespace stoa::muc {

/// What a room can do, without the figures that change with every visit: the content of its
/// capabilities.
disco::Info lasting_info(const RoomState& room, const RoomConfig& config, const Settings& settings);

/// The node under which the capabilities of a room of this configuration are asked for.
std::string caps_node(const RoomState& room, const RoomConfig& config, const Settings& settings);

/// The room's presence as it is after the step, nothing where no option asks for one.
struct RoomFace {
  const RoomConfig& config;
  const std::vector<std::string>& avatar_hashes;
};
void show_room(Draft& draft, const RoomFace& face, const std::vector<Jid>& to);
/// The same to everybody.
void show_room(Draft& draft, const RoomFace& face);

}  // namespace stoa::muc
