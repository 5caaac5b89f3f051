#include <stoa/pubsub/model/node.hpp>

namespace stoa::pubsub {

Affiliation NodeState::affiliation_of(const Jid& bare) const {
  const auto known = affiliations.find(bare);
  return known == affiliations.end() ? Affiliation::none : known->second;
}

namespace {

const Relation no_relation;

}  // namespace

const Relation& NodeState::link() const {
  return relations ? relations->link : no_relation;
}

const Relation& NodeState::parent() const {
  return relations ? relations->parent : no_relation;
}

void NodeState::relate(const Relation& linked, const Relation& below) {
  const bool none = !linked.is_set() && !below.is_set();
  relations = none ? nullptr : std::make_shared<const Relations>(Relations{linked, below});
}

namespace {

/// Gathers the subscriptions of one JID after the other.
class AudienceMaker {
 public:
  void add(const Subscription& subscription) {
    if (current_.jid != subscription.jid) {
      flush();
      current_ = {subscription.jid, {}, false};
    }
    current_.subids.push_back(subscription.subid);
    current_.body = current_.body || subscription.options.include_body;
  }
  std::shared_ptr<Audience> take() {
    flush();
    audience_->single = std::move(single_);
    audience_->with_body = std::move(with_body_);
    return std::move(audience_);
  }

 private:
  void flush() {
    if (current_.subids.size() == 1) {
      (current_.body ? with_body_ : single_)->add(current_.jid, current_.subids.front());
      std::string& named = current_.body ? audience_->named_with_body : audience_->named;
      if (audience_->selective) named += current_.jid.str() + "\n" + current_.subids.front() + "\n";
    }
    if (current_.subids.size() > 1) audience_->several.push_back(std::move(current_));
    current_ = {};
  }

  std::shared_ptr<Audience> audience_ = std::make_shared<Audience>();
  std::shared_ptr<RecipientSet> single_ = std::make_shared<RecipientSet>();
  std::shared_ptr<RecipientSet> with_body_ = std::make_shared<RecipientSet>();
  Audience::Several current_;

 public:
  /// The audience is of this moment only.
  void name_them() { audience_->selective = true; }
};

bool takes_part(const Subscription& subscription) {
  return subscription.state == SubscriptionState::subscribed && subscription.options.deliver;
}

}  // namespace

const Audience& NodeState::listeners() const {
  if (audience) return *audience;
  AudienceMaker maker;
  bool selective = config && config->presence_based_delivery;
  for (const Subscription& subscription : subscriptions) {
    if (!takes_part(subscription)) continue;
    maker.add(subscription);
    selective = selective || subscription.options.shows != 0;
  }
  auto made = maker.take();
  made->selective = selective;
  audience = std::move(made);
  return *audience;
}

bool NodeState::hears_now(const Subscription& subscription, const Presences* presences) const {
  const Shows wanted = subscription.options.shows;
  if (wanted == 0 && !config->presence_based_delivery) return true;
  return presences && presences->available(subscription.jid, wanted == 0 ? any_show : wanted);
}

std::shared_ptr<const Audience> NodeState::present(const Presences* presences) const {
  return present(presences, [](const Jid&) { return true; });
}

std::shared_ptr<const Audience> NodeState::present(const Presences* presences,
                                                   const Filter& filter) const {
  AudienceMaker maker;
  maker.name_them();
  for (const Subscription& subscription : subscriptions) {
    const bool hears = takes_part(subscription) && hears_now(subscription, presences);
    if (hears && filter(subscription.jid)) maker.add(subscription);
  }
  return maker.take();
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
  stored_bytes.reset();
  audience.reset();
  kin.reset();
  above.reset();
  lineage.reset();
}

bool same_stored(const NodeState& a, const NodeState& b) {
  const bool same_config = (a.config == nullptr) == (b.config == nullptr) &&
                           (a.config == nullptr || *a.config == *b.config);
  return same_config && a.number == b.number && a.version == b.version && a.node == b.node &&
         a.creator == b.creator && a.created == b.created && a.affiliations == b.affiliations &&
         a.parents == b.parents && a.link() == b.link() && a.parent() == b.parent() &&
         std::equal(a.subscriptions.begin(), a.subscriptions.end(), b.subscriptions.begin(),
                    b.subscriptions.end()) &&
         a.item_count == b.item_count && a.next_seq == b.next_seq && a.redirect == b.redirect;
}

}  // namespace stoa::pubsub
