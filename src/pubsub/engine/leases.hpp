#pragma once

#include <string_view>

#include <stoa/pubsub/model/options.hpp>

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

/// The same of a subscription that is there, with what follows (6.3.5): the step gets the change,
/// and the notices where it becomes effective. A verdict instead: why not, or what must be known.
struct OptionsSet {
  std::optional<Verdict> verdict = {};
  Subscription after = {};
};
struct Revision {
  const Subscription& before;
  Subscription base;  ///< what the form is laid over
};
OptionsSet set_options(const Scene& scene, const Revision& revision, const forms::Form& form,
                       Done& step);

/// What the form of options says of a subscription; without a lease that the service itself gave.
Lease lease_of(const Subscription& subscription);

/// Sets the ends that the service itself gives: of pending and unconfigured ones, of leases by
/// policy, and when the notice before the end is due (12.19).
void begin_lease(const Scene& scene, Subscription& subscription);

}  // namespace stoa::pubsub
