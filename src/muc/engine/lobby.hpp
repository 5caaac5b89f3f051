#pragma once

#include <optional>
#include <string_view>

#include "muc/engine/draft.hpp"

/// What the service as a whole remembers: bans that hold everywhere, nicks reserved everywhere,
/// administrators named while it runs. It is kept like a room that nobody can enter,
/// since no room's localpart is a blank, and every decision sees it (Settings::wide).
namespace stoa::muc {

inline constexpr std::string_view lobby_key = " ";

bool is_lobby(const RoomState& room);

/// The change that brings it into being.
change::Created opening(const Scene& scene);

/// Registration at the service (`muc.service_registration`).
RoomDecision register_at_service(const Scene& scene, const request::GetRegistration& ask);
RoomDecision register_at_service(const Scene& scene, const request::Register& ask);
RoomDecision register_at_service(const Scene& scene, const request::Unregister& ask);

/// Writes a row of the lobby's affiliations.
void set_wide(Draft& draft, Affiliate row);
/// The row of that JID as it is, or a blank one.
Affiliate wide_row(const RoomState& lobby, const Jid& bare);

}  // namespace stoa::muc
