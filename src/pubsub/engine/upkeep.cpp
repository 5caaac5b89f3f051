#include <array>

#include "pubsub/engine/digest.hpp"
#include "pubsub/engine/public_subscribers.hpp"
#include "pubsub/engine/resend.hpp"
#include "pubsub/engine/retraction.hpp"
#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

namespace {

constexpr std::size_t swept_at_once = 500;  ///< expired items per step

/// an outage between servers is no sign that the subscriber is gone.
bool ends_at_once(const action::Bounce& bounce) {
  if (bounce.condition == Condition::gone) return true;
  if (bounce.type != ErrorType::cancel) return false;
  constexpr std::array outages = {Condition::remote_server_not_found,
                                  Condition::remote_server_timeout, Condition::service_unavailable};
  for (const Condition outage : outages) {
    if (bounce.condition == outage) return false;
  }
  return true;
}

/// The subscription whose event came back: to its JID, its bare JID or its server.
const Subscription* bounced(const NodeState& state, const Jid& from, std::string_view tag) {
  if (const Subscription* exact = state.subscriptions.find(from, tag)) return exact;
  if (from.is_full()) return state.subscriptions.find(from.bare(), tag);  // the newest item
  if (!from.local().empty()) {
    for (const Subscription* held : state.subscriptions.of_entity(from)) {
      if (held->subid == tag) return held;
    }
    return nullptr;
  }
  for (const Subscription& held : state.subscriptions) {
    if (held.subid == tag && held.jid.domain() == from.domain()) return &held;
  }
  return nullptr;
}

void expire_leases(const Scene& scene, Done& step) {
  const auto due = scene.state.subscriptions.next_due();
  if (!due || *due > scene.now()) return;
  for (const Subscription& subscription : scene.state.subscriptions) {
    if (subscription.expires && *subscription.expires <= scene.now()) {
      end_subscription(scene, step, subscription);
    } else if (subscription.announce && *subscription.announce <= scene.now()) {
      Subscription after = subscription;
      after.announce.reset();
      step.changes.push_back(change::SubscriptionSet{scene.state.number, subscription, after});
      step.outbound.push_back(say::SubscriptionNotice{.token = scene.token(),
                                                      .to = subscription.jid,
                                                      .number = scene.state.number,
                                                      .node = scene.state.node,
                                                      .jid = subscription.jid,
                                                      .subid = subscription.subid,
                                                      .state = subscription.state,
                                                      .expiry = subscription.expires});
    }
  }
}

std::optional<Verdict> expire_items(const Scene& scene, Done& step) {
  const NodeState& state = scene.state;
  const auto until = expired_until(scene.config(), scene.now());
  if (!until || state.item_count == 0) return std::nullopt;
  if (state.oldest_published && *state.oldest_published > *until) return std::nullopt;
  const auto oldest = state.items.oldest(swept_at_once);
  if (!oldest) return Verdict(lacks_items(scene, need::Oldest{swept_at_once}));
  std::vector<ItemMeta> expired;
  for (const ItemMeta* item : *oldest) {
    if (item->published > *until) break;
    expired.push_back(*item);
  }
  if (!expired.empty()) {
    if (auto verdict = lacks_above(scene)) return verdict;
    remove_items(scene, scene.config(), change::Removal::expired, std::move(expired), step);
  }
  return std::nullopt;
}

}  // namespace

/// 12.4. Only the addressee of the event, or its server, is believed.
Verdict decide_bounce(const Scene& scene, const action::Bounce& bounce) {
  Done step;
  const Subscription* found = bounced(scene.state, scene.request.from, bounce.tag);
  if (found == nullptr) {
    if (ends_at_once(bounce)) watcher_bounced(scene, bounce.tag, step);
    return step;
  }
  Subscription after = *found;
  ++after.bounces;
  note_missed(scene, bounce, after);
  const bool ends = ends_at_once(bounce) || after.bounces >= scene.settings.bounce_limit;
  change::SubscriptionSet change{scene.state.number, *found, std::nullopt};
  if (!ends) change.after = std::move(after);
  step.changes.push_back(std::move(change));
  if (ends) tell_owners(scene, step, *found, SubscriptionState::none);
  return step;
}

Done end_leases(const Scene& scene) {
  Done step;
  expire_leases(scene, step);
  return step;
}

Verdict decide_tick(const Scene& scene) {
  Done step;
  if (!scene.state.exists()) return step;
  if (scene.state.orphaned) return deletion(scene, std::nullopt);
  expire_leases(scene, step);
  if (auto verdict = expire_items(scene, step)) return std::move(*verdict);
  if (!step.changes.empty()) return step;  // digests are for the next Tick
  if (auto verdict = send_digests(scene, step)) return std::move(*verdict);
  if (!step.changes.empty()) return step;
  if (auto verdict = resend(scene, step)) return std::move(*verdict);
  return step;
}

}  // namespace stoa::pubsub
