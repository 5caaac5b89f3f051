#pragma once

#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

/// Puts on record what an owner or a service administrator does with the step: makes, configures,
/// empties or ends the node, changes affiliations and others' subscriptions, removes others' items.
/// The nodes of accounts are their owners' own, and nobody could read the record of them.
void put_on_record(const Scene& scene, Done& step);

}  // namespace stoa::pubsub
