#pragma once

#include <map>
#include <memory>
#include <string>

#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/store/memory/tables.hpp>

namespace stoa::store::memory {

/// By service.
using NodeTablesOfAll = std::map<std::string, std::unique_ptr<Tables<pubsub::Engine>>>;

/// The tables of one nodes service, for tests. `others`, where there are any, outlive them.
std::unique_ptr<Tables<pubsub::Engine>> pubsub_tables(const NodeTablesOfAll* others = nullptr);

}  // namespace stoa::store::memory
