#pragma once

#include <memory>

#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/store/memory/tables.hpp>

namespace stoa::store::memory {

/// The tables of one nodes service, for tests.
std::unique_ptr<Tables<pubsub::Engine>> pubsub_tables();

}  // namespace stoa::store::memory
