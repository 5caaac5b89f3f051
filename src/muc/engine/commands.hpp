#pragma once

#include <string_view>
#include <vector>

#include "muc/engine/draft.hpp"

namespace stoa::muc {

/// An ad-hoc command at a room (XEP-0050), as disco#items lists it.
struct RoomCommand {
  std::string_view node;
  std::string_view name;
};

/// The commands that this user may run in this room ([MUC-CMD-01]).
std::vector<RoomCommand> commands_for(const Scene& scene, const Jid& user);

}  // namespace stoa::muc
