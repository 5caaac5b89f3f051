#pragma once

#include <cstdint>

#include <stoa/pubsub/model/types.hpp>

namespace stoa::pubsub {

/// What an affiliation may allow (XEP-0060, 4.1).
enum class Privilege : std::uint8_t {
  subscribe,
  retrieve,
  publish,
  delete_own_item,
  delete_other_item,
  purge,
  configure,
  delete_node,
  manage,  ///< subscriptions and affiliations
};

enum class Grant : std::uint8_t {
  no,
  yes,
  by_policy,  ///< as the node's access model, publish model or overwrite policy says
};

/// The matrix of 4.1. Service admins count as owners.
Grant grant(Affiliation affiliation, Privilege privilege);

/// The chart of 4.1: may an owner turn `from` into `to`? Publish-only moves like publisher.
enum class Whose { own, others };
bool in_chart(Affiliation from, Affiliation to, Whose affiliation);

}  // namespace stoa::pubsub
