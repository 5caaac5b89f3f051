#pragma once

#include <vector>

#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

/// Items go without anybody's request (eviction, expiry); subscribers are told where `config` says
/// so.
void remove_items(const Scene& scene, const NodeConfig& config, change::Removal why,
                  std::vector<ItemMeta> items, Done& step);

/// A pending subscription is approved: the subscriber is told and gets the newest item (8.6). That
/// fact must be known (last_item()).
void approve(const Scene& scene, Done& step, const Subscription& pending);

}  // namespace stoa::pubsub
