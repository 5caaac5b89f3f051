#pragma once

#include <optional>
#include <string>

#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

/// How a node ends.
struct Ending {
  std::optional<std::string> redirect = {};
  Duration kept = {};  ///< zero: it cannot be brought back
};

/// The node ends, and its subscribers are told (8.4.2). Who hears of it above must be known
/// (lacks_above()).
void end_node(const Scene& scene, const Ending& ending, Done& step);

Verdict decide_remove_user(const Scene& scene, const action::RemoveUser& action);
Verdict decide_restore(const Scene& scene);

}  // namespace stoa::pubsub
