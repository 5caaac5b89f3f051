#pragma once

#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

/// item-not-found as for a node that is not there, or for a private node of an account: those whom
/// it does not let in are not shown that it exists (XEP-0163, 6.2; XEP-0223).
inline Objection missing_or_private(const Scene& scene) {
  if (Objection objection = node_missing(scene)) return objection;
  const bool closed = scene.config().access_model == AccessModel::whitelist;
  const bool hides = scene.settings.of_account && closed && may_not_retrieve(scene);
  if (!hides) return std::nullopt;
  return refuse(Fault::no_such_node);
}

}  // namespace stoa::pubsub
