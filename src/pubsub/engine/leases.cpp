#include "pubsub/engine/leases.hpp"

#include <stoa/pubsub/model/options.hpp>

namespace stoa::pubsub {

Result<const Subscription*, StanzaError> choose_subscription(const Scene& scene, const Jid& jid,
                                                             std::string_view subid,
                                                             Fault not_subscribed) {
  const auto held = scene.state.subscriptions.of(jid);
  if (!subid.empty()) {
    const Subscription* named = scene.state.subscriptions.find(jid, subid);
    if (named != nullptr) return named;
    return refuse(Fault::invalid_subid);
  }
  if (held.empty()) return refuse(not_subscribed);
  if (held.size() > 1) return refuse(Fault::subid_required);
  return held.front();
}

Result<Subscription, StanzaError> with_options(const Scene& scene, Subscription subscription,
                                               const forms::Form& form) {
  const std::optional<Timestamp> before = subscription.expires;
  auto lease = scene.settings.tables->subscribe.submit(form, {subscription.options, before},
                                                       viewer_of(scene.config(), scene.settings));
  if (!lease) return refuse(Fault::invalid_options, lease.error().text);
  if (lease->expires && lease->expires != before) {
    if (*lease->expires <= scene.now()) {
      return refuse(Fault::invalid_options, "pubsub#expire must lie in the future");
    }
    if (!scene.settings.offers("leased-subscription")) return unsupported("leased-subscription");
    lease->expires = std::min(*lease->expires, scene.now() + scene.settings.max_lease);
  }
  subscription.options = lease->options;
  subscription.expires = lease->expires;
  return subscription;
}

void begin_lease(const Scene& scene, Subscription& subscription) {
  const Settings& settings = scene.settings;
  subscription.announce.reset();
  switch (subscription.state) {
    case SubscriptionState::none:
      return;
    case SubscriptionState::pending:
      subscription.expires = scene.now() + settings.pending_life;
      return;
    case SubscriptionState::unconfigured:
      subscription.expires = scene.now() + settings.unconfigured_life;
      return;
    case SubscriptionState::subscribed:
      break;
  }
  if (!subscription.expires && settings.lease_policy != LeasePolicy::optional) {
    subscription.expires = scene.now() + settings.max_lease;
  }
  if (!subscription.expires || settings.lease_notice == Duration::zero()) return;
  const Timestamp notice = *subscription.expires - settings.lease_notice;
  if (notice > scene.now()) subscription.announce = notice;
}

}  // namespace stoa::pubsub
