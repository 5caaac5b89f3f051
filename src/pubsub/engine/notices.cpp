#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

void tell_subscriber(const Scene& scene, Done& step, const Subscription& subscription,
                     SubscriptionState state) {
  step.outbound.push_back(say::SubscriptionNotice{.token = scene.token(),
                                                  .to = subscription.jid,
                                                  .number = scene.state.number,
                                                  .node = scene.state.node,
                                                  .jid = subscription.jid,
                                                  .subid = subscription.subid,
                                                  .state = state});
}

void tell_owners(const Scene& scene, Done& step, const Subscription& subscription,
                 SubscriptionState state) {
  if (!scene.config().notify_sub) return;
  for (const auto& [jid, affiliation] : scene.state.affiliations) {
    if (affiliation != Affiliation::owner) continue;
    step.outbound.push_back(say::SubscriptionNotice{.token = scene.token(),
                                                    .to = jid,
                                                    .number = scene.state.number,
                                                    .node = scene.state.node,
                                                    .jid = subscription.jid,
                                                    .subid = subscription.subid,
                                                    .state = state});
  }
}

void end_subscription(const Scene& scene, Done& step, const Subscription& subscription) {
  step.changes.push_back(change::SubscriptionSet{scene.state.number, subscription, std::nullopt});
  tell_subscriber(scene, step, subscription, SubscriptionState::none);
  tell_owners(scene, step, subscription, SubscriptionState::none);
}

void ask_owners(const Scene& scene, Done& step, const Subscription& subscription) {
  for (const auto& [jid, affiliation] : scene.state.affiliations) {
    if (affiliation != Affiliation::owner) continue;
    step.outbound.push_back(
        say::AuthorizationRequest{scene.token(), jid, subscription.jid, subscription.subid});
  }
}

void send_last_item(const Scene& scene, Done& step, const Subscription& subscription) {
  if (!wants_last_item(scene) || !subscription.options.deliver) return;
  const NodeState& state = scene.state;
  if (state.exists() && !state.hears_now(subscription, scene.context.presences)) return;
  if (!ancestors_let_read(state, scene.settings, subscription.jid.bare())) return;
  const LastItem last = last_item(scene);
  if (last.item == nullptr) return;
  const Sieve sieve(*last.item, shows_publishers(scene.config()));
  if (!sieve.passes(subscription.options.filter)) return;
  step.outbound.push_back(say::LastItem{.token = scene.token(),
                                        .to = subscription.jid,
                                        .subid = subscription.subid,
                                        .item = *last.item,
                                        .holder = subscription.jid});
}

}  // namespace stoa::pubsub
