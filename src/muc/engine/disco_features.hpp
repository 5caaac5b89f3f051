#pragma once

#include <string>
#include <vector>

#include <stoa/muc/model/config.hpp>
#include <stoa/muc/model/settings.hpp>

namespace stoa::muc {

/// What disco#info of a room lists (XEP-0045, 6.4 and 16.3), after its present configuration.
std::vector<std::string> room_features(const RoomConfig& config, const Settings& settings);

/// What disco#info of the service lists because of the rooms (6.2).
std::vector<std::string> service_features(const Settings& settings);

}  // namespace stoa::muc
