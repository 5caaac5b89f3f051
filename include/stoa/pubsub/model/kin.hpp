#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <stoa/jid/jid.hpp>
#include <stoa/pubsub/model/types.hpp>

/// What a node must know of other nodes in the graph of collections (XEP-0248). Facts of the store,
/// fetched for one decision and good for that one only.
namespace stoa::pubsub {

/// A node that may become a parent, or is to lose a child.
struct Relative {
  std::string node = {};
  std::uint64_t number = 0;  ///< 0: there is none of that name
  bool collection = false;
  Affiliation affiliation = Affiliation::none;  ///< of the requester
  AssociationPolicy policy = AssociationPolicy::owners;
  std::vector<Jid> whitelist = {};
  std::optional<std::uint32_t> children_max = {};
  std::uint64_t children = 0;
  bool below = false;  ///< the asking node or one that is reached from it downward
  bool above = false;  ///< the asking node is reached from it downward, or is it
};

struct Kin {
  Jid requester = {};
  std::vector<std::string> asked = {};
  std::vector<Relative> found = {};        ///< one for each that was asked for, in that order
  std::vector<std::string> children = {};  ///< of the asking node, by name
};

/// A subscription to a collection above a node, near enough to be told of it.
struct Upward {
  std::uint64_t number = 0;  ///< of the collection
  std::string collection = {};
  Jid jid = {};
  std::string subid = {};
  SubscriptionType type = SubscriptionType::nodes;
  bool several = false;  ///< the JID has more than this one there
};

struct Above {
  std::vector<std::uint64_t> from = {};  ///< the parents that were asked for
  std::vector<Upward> subscriptions = {};
};

}  // namespace stoa::pubsub
