#pragma once

#include <memory>
#include <string>

#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>

/// What is remembered of nodes besides what they are.
namespace stoa::pubsub {

struct NodeState;

/// What an owner or a service administrator did, for the record. No payloads.
struct Act {
  Timestamp at = {};
  Jid actor = {};           ///< as it asked: a full JID, mostly
  std::string act = {};     ///< `configure`, `delete`, `affiliate` ...
  std::string node = {};    ///< NodeID
  std::string target = {};  ///< whom it concerned; empty for the node itself
  std::string detail = {};  ///< in a few words: fields, a state, an affiliation

  friend bool operator==(const Act&, const Act&) = default;
};

/// A deleted node is kept until then.
struct Burial {
  Timestamp at = {};
  Timestamp until = {};
  Jid by = {};

  friend bool operator==(const Burial&, const Burial&) = default;
};

/// A deleted node as it can be brought back: with its items, affiliations and subscriptions, in no
/// collection.
struct Kept {
  Burial burial = {};
  std::shared_ptr<const NodeState> node = {};  ///< immutable; null: there is none of that name
};

}  // namespace stoa::pubsub
