#include <stoa/pubsub/model/node.hpp>

namespace stoa::pubsub {

Affiliation NodeState::affiliation_of(const Jid& bare) const {
  const auto known = affiliations.find(bare);
  return known == affiliations.end() ? Affiliation::none : known->second;
}

const Audience& NodeState::listeners() const {
  if (audience) return *audience;
  auto made = std::make_shared<Audience>();
  auto single = std::make_shared<RecipientSet>();
  auto with_body = std::make_shared<RecipientSet>();
  const auto flush = [&](Audience::Several& held) {
    if (held.subids.size() == 1) {
      (held.body ? with_body : single)->add(held.jid, held.subids.front());
    }
    if (held.subids.size() > 1) made->several.push_back(std::move(held));
  };
  Audience::Several current;
  for (const Subscription& subscription : subscriptions) {
    if (subscription.state != SubscriptionState::subscribed) continue;
    if (!subscription.options.deliver) continue;
    if (current.jid != subscription.jid) {
      flush(current);
      current = {subscription.jid, {}, false};
    }
    current.subids.push_back(subscription.subid);
    current.body = current.body || subscription.options.include_body;
  }
  flush(current);
  made->single = std::move(single);
  made->with_body = std::move(with_body);
  audience = std::move(made);
  return *audience;
}

std::size_t NodeState::footprint() const {
  constexpr std::size_t per_affiliation = 140;
  std::size_t bytes = sizeof(NodeState) + node.capacity() + affiliations.size() * per_affiliation;
  bytes += subscriptions.footprint() + items.footprint();
  if (last_item && last_item->payload) bytes += last_item->payload->size();
  if (audience) {
    for (const auto& set : {audience->single, audience->with_body}) {
      bytes += set->bytes() + set->size() * 12;
    }
  }
  return bytes;
}

void NodeState::shrink() {
  items.forget();
  if (exists() && item_count == 0) items.become_complete();
  last_item.reset();
  owned_nodes.reset();
  held_subscriptions.reset();
  audience.reset();
  kin.reset();
  above.reset();
}

bool same_stored(const NodeState& a, const NodeState& b) {
  const bool same_config = (a.config == nullptr) == (b.config == nullptr) &&
                           (a.config == nullptr || *a.config == *b.config);
  return same_config && a.number == b.number && a.version == b.version && a.node == b.node &&
         a.creator == b.creator && a.created == b.created && a.affiliations == b.affiliations &&
         a.parents == b.parents &&
         std::equal(a.subscriptions.begin(), a.subscriptions.end(), b.subscriptions.begin(),
                    b.subscriptions.end()) &&
         a.item_count == b.item_count && a.next_seq == b.next_seq && a.redirect == b.redirect;
}

}  // namespace stoa::pubsub
