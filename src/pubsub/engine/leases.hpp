#pragma once

#include <string_view>

#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

/// The subscription that a request means by JID and subid (empty where absent): several need a
/// subid, none is `not_subscribed`, an unknown subid invalid-subid (6.2.3, 6.3.4). The pointer is
/// into the state.
Result<const Subscription*, StanzaError> choose_subscription(const Scene& scene, const Jid& jid,
                                                             std::string_view subid,
                                                             Fault not_subscribed);

/// The subscription with a submitted form of options applied, the lease cut down to the maximum;
/// what cannot be, invalid-options (6.3.6.2).
Result<Subscription, StanzaError> with_options(const Scene& scene, Subscription subscription,
                                               const forms::Form& form);

/// Sets the ends that the service itself gives: of pending and unconfigured ones, of leases by
/// policy, and when the notice before the end is due (12.19).
void begin_lease(const Scene& scene, Subscription& subscription);

}  // namespace stoa::pubsub
