#pragma once

#include <cstdint>
#include <map>

#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/store/memory/tables.hpp>

/// How the memory store looks up what stands around a node: plainly, row by row.
namespace stoa::store::memory {

using NodeShadow = Tables<pubsub::Engine>::Shadow;
using StoredItems = std::map<std::uint64_t, std::map<std::uint64_t, pubsub::Item>>;

pubsub::ReadResult joined_page(const NodeShadow& nodes, const StoredItems& items,
                               const pubsub::JoinedRead& read);

pubsub::Lineage lineage_of(const NodeShadow& nodes, std::uint64_t number,
                           const pubsub::need::Lineage& need);
/// Whether a node that it depends on directly is gone.
bool is_orphan(const NodeShadow& nodes, const pubsub::NodeState& state);

/// Whether `a` comes before `b` in the order asked; seq settles what is left.
bool comes_before(const std::vector<rsm::Order>& order, const pubsub::ItemMeta& a,
                  const pubsub::ItemMeta& b);
/// The newest `count` of what stands in the order asked.
void keep_newest(std::vector<pubsub::Item>& items, const std::vector<rsm::Order>& order,
                 std::size_t count);

}  // namespace stoa::store::memory
