#include <algorithm>
#include <utility>

#include <stoa/dispatch/common.hpp>

namespace stoa::dispatch {

Common::Common(World world)
    : release(metrics, world.last_seq), senders(metrics, world.post), world_(std::move(world)) {}

Timestamp Common::now() {
  latest_ = std::max(latest_, world_.clock.now());
  return latest_;
}

}  // namespace stoa::dispatch
