#pragma once

#include "store/memory/pubsub_kept.hpp"
#include "store/memory/pubsub_kin.hpp"

namespace stoa::store::memory {

/// What the look-ups of commands look at.
struct AllNodes {
  const NodeShadow& shadow;
  const StoredItems& items;
  const KeptNodes& kept;
};

/// Whether the bare JID has an affiliation or a subscription there.
bool involved(const pubsub::NodeState& state, const Jid& bare);

pubsub::ReadResult found_for_command(const AllNodes& all, const pubsub::CommandRead& read);

}  // namespace stoa::store::memory
