#pragma once

#include <string>

#include "pubsub/engine/scene.hpp"

/// Public subscriptions (XEP-0465). The list of a node's public subscribers is part of the node: it
/// changes with its subscriptions, in the same step, and is read by those who may read the node.
namespace stoa::pubsub {

/// The name under which the list is a node.
std::string list_name(const NodeState& state);

/// Tells those who watch the list what the step changes of it.
void tell_watchers(const Scene& scene, Done& step);
/// An event of the list came back (12.4): who is gone watches no longer.
void watcher_bounced(const Scene& scene, std::string_view tag, Done& step);
/// The user is gone from the server.
void end_watches(const Scene& scene, const Jid& user, Done& step);

Verdict decide_public_subscribers(const Scene& scene, const action::PublicSubscribers& action);
Verdict decide_watch(const Scene& scene, const action::WatchSubscribers& action);
Verdict decide_unwatch(const Scene& scene, const action::UnwatchSubscribers& action);
Verdict decide_own_watches(const Scene& scene);
/// Service discovery at the list.
Verdict decide_subscribers_info(const Scene& scene);

}  // namespace stoa::pubsub
