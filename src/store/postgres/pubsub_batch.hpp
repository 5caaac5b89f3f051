#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <stoa/pubsub/model/change.hpp>

#include "store/postgres/connection.hpp"
#include "store/postgres/pending.hpp"

namespace stoa::store::postgres {

/// What a batch does to one node, in the order in which it is written: purges, then rows. The
/// pointers are into the changes.
struct NodeWork {
  std::uint64_t number = 0;
  std::string service = {};  ///< of a node that is created
  bool deleted = false;      ///< and then nothing else
  const pubsub::change::NodeCreated* created = nullptr;
  const pubsub::change::NodeConfigured* configured = nullptr;  ///< the last one
  std::vector<const pubsub::change::NodePurged*> purges = {};
  Pending<const pubsub::Item*> items = {};
  Pending<const pubsub::Subscription*> subscriptions = {};
  Pending<pubsub::Affiliation> affiliations = {};
  std::map<std::uint64_t, pubsub::change::Linked::Way> links = {};  ///< by parent
};

/// Everything that one transaction writes to the pubsub tables.
struct PubsubBatch {
  using Name = std::pair<std::string, std::string_view>;  ///< service, NodeID

  NodeWork& node(std::uint64_t number);

  std::vector<NodeWork> nodes;
  std::unordered_map<std::uint64_t, std::size_t> places;
  std::map<Name, const pubsub::Redirect*> redirects;  ///< nullptr: none is left
};

/// Throws Fault.
void write_batch(Connection& connection, const PubsubBatch& batch);

}  // namespace stoa::store::postgres
