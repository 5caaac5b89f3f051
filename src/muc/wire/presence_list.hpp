#pragma once

#include <memory>

#include <stoa/muc/engine/outbound.hpp>
#include <stoa/muc/model/room.hpp>

namespace stoa::muc {

/// What a newcomer gets of who is in the room (XEP-0045, 7.2.2). Of a large room the sheets that it
/// is made of are kept for the next one.
std::shared_ptr<const Listing> presence_list(const RoomState& room, const say::PresenceList& say);

}  // namespace stoa::muc
