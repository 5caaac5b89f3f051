#include <set>

#include <stoa/pubsub/model/node.hpp>

namespace stoa::pubsub {

Affiliation NodeState::entry_of(const Jid& jid) const {
  const auto known = affiliations.find(jid);
  return known == affiliations.end() ? Affiliation::none : known->second;
}

Affiliation NodeState::affiliation_of(const Jid& bare) const {
  const Affiliation own = entry_of(bare);
  if (own != Affiliation::none || bare.local().empty()) return own;
  const Affiliation all = entry_of(Jid::from_prepared({}, bare.domain()));
  return all == Affiliation::owner ? Affiliation::none : all;
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
/// Whether an audience is named, for an outbox that must list it.
enum class Names { left_out, listed };
/// Whether filters count.
enum class Filters { ignored, heeded };

/// Gathers the subscriptions of one JID after the other.
class AudienceMaker {
 public:
  AudienceMaker(Names names, Filters filters) : names_(names), filters_(filters) {}

  /// One that is there, but does not deliver: its JID has one more.
  void count(const Subscription& subscription) {
    if (current_.jid != subscription.jid) {
      flush();
      current_ = {subscription.jid, {}, false};
      choosy_ = {subscription.jid, {}};
    }
    ++held_;
  }
  void add(const Subscription& subscription) {
    count(subscription);
    const SubscribeOptions& options = subscription.options;
    current_.subids.push_back(subscription.subid);
    current_.body = current_.body || options.include_body;
    choosy_.under.push_back({subscription.subid, options.filter, options.include_body});
    chooses_ = chooses_ || (filters_ == Filters::heeded && options.filter);
  }
  std::shared_ptr<Audience> take() {
    flush();
    audience_->single = std::move(single_);
    audience_->with_body = std::move(with_body_);
    return std::move(audience_);
  }

 private:
  void flush() {
    choosy_.several = held_ > 1;
    if (current_.subids.empty()) {
      // Nobody: not yet, or none of this JID's delivers.
    } else if (chooses_) {
      audience_->choosy.push_back(std::move(choosy_));
    } else if (held_ == 1) {
      (current_.body ? with_body_ : single_)->add(current_.jid, current_.subids.front());
      std::string& named = current_.body ? audience_->named_with_body : audience_->named;
      if (names_ == Names::listed)
        named += current_.jid.str() + "\n" + current_.subids.front() + "\n";
    } else {
      audience_->several.push_back(std::move(current_));
    }
    current_ = {};
    choosy_ = {};
    chooses_ = false;
    held_ = 0;
  }

  Names names_;
  Filters filters_;

  std::shared_ptr<Audience> audience_ = std::make_shared<Audience>();
  std::shared_ptr<RecipientSet> single_ = std::make_shared<RecipientSet>();
  std::shared_ptr<RecipientSet> with_body_ = std::make_shared<RecipientSet>();
  Audience::Several current_;
  Audience::Choosy choosy_;
  bool chooses_ = false;
  std::size_t held_ = 0;  // of the current JID
};

/// The audiences of those among the subscribers whom `hears` takes.
template <class Hears>
Audiences gather(const Subscriptions& subscriptions, Names names, Hears hears) {
  AudienceMaker all(names, Filters::ignored);
  AudienceMaker removals(names, Filters::ignored);
  AudienceMaker items(names, Filters::heeded);
  bool digests = false;
  bool filters = false;
  for (const Subscription& subscription : subscriptions) {
    const bool digest = subscription.options.digest;
    digests = digests || digest;
    filters = filters || (subscription.options.filter && !digest);
  }
  for (const Subscription& subscription : subscriptions) {
    const bool now = subscription.listens() && hears(subscription);
    const bool digest = subscription.options.digest;
    const auto put = [&](AudienceMaker& maker, bool belongs) {
      belongs ? maker.add(subscription) : maker.count(subscription);
    };
    put(all, now);
    if (digests) put(removals, now && !digest);
    if (filters) put(items, now && !digest);
  }
  Audiences made{.all = all.take()};
  made.removals = digests ? removals.take() : made.all;
  made.items = filters ? items.take() : made.removals;
  return made;
}

}  // namespace

const Audiences& NodeState::listeners() const {
  if (audience) return *audience;
  bool selective = config && config->presence_based_delivery;
  auto made = gather(subscriptions, Names::left_out, [&](const Subscription& subscription) {
    selective = selective || subscription.options.shows != 0;
    return true;
  });
  made.selective = selective;
  audience = std::make_shared<const Audiences>(std::move(made));
  return *audience;
}

bool NodeState::hears_now(const Subscription& subscription, const Presences* presences) const {
  const Shows wanted = subscription.options.shows;
  if (wanted == 0 && !config->presence_based_delivery) return true;
  return presences && presences->available(subscription.jid, wanted == 0 ? any_show : wanted);
}

std::shared_ptr<const Audiences> NodeState::present(const Presences* presences) const {
  return present(presences, [](const Jid&) { return true; });
}

std::shared_ptr<const Audiences> NodeState::present(const Presences* presences,
                                                    const Filter& filter) const {
  return std::make_shared<const Audiences>(
      gather(subscriptions, Names::listed, [&](const Subscription& subscription) {
        return hears_now(subscription, presences) && filter(subscription.jid);
      }));
}

const Asked& NodeState::found() const {
  static const Asked nothing;
  return asked.get() ? *asked.get() : nothing;
}

void NodeState::end_decision() const {
  kin.reset();
  above.reset();
  Asked* known = asked.get();
  if (!known) return;
  known->log.reset();
  known->kept.reset();
  known->bytes.reset();
  known->items.reset();
  known->republished.reset();
}

std::size_t NodeState::footprint() const {
  constexpr std::size_t per_affiliation = 140;
  std::size_t total = sizeof(NodeState) + node.capacity() + affiliations.size() * per_affiliation;
  total += subscriptions.footprint() + items.footprint();
  if (watchers) total += watchers->size() * per_affiliation;
  if (last_item && last_item->payload) total += last_item->payload->size();
  if (audience) {
    std::set<std::shared_ptr<const Audience>> seen;
    for (const auto& one : {audience->all, audience->removals, audience->items}) {
      if (!seen.insert(one).second) continue;
      for (const auto& set : {one->single, one->with_body}) {
        total += set->bytes() + set->size() * 12;
      }
    }
  }
  return total;
}

void NodeState::shrink() {
  items.forget();
  if (exists() && item_count == 0) items.become_complete();
  last_item.reset();
  audience.reset();
  kin.reset();
  above.reset();
  asked.drop();
}

bool same_offer(const KnownOffer& a, const KnownOffer& b) {
  return a && b ? *a == *b : !a && !b;
}

bool same_stored(const NodeState& a, const NodeState& b) {
  const bool same_watchers =
      a.watchers == b.watchers || (a.watchers && b.watchers && *a.watchers == *b.watchers);
  const bool same_config = (a.config == nullptr) == (b.config == nullptr) &&
                           (a.config == nullptr || *a.config == *b.config);
  return same_config && same_watchers && a.number == b.number && a.version == b.version &&
         a.node == b.node && a.creator == b.creator && a.created == b.created &&
         a.affiliations == b.affiliations && a.parents == b.parents && a.link() == b.link() &&
         a.parent() == b.parent() &&
         std::equal(a.subscriptions.begin(), a.subscriptions.end(), b.subscriptions.begin(),
                    b.subscriptions.end()) &&
         a.item_count == b.item_count && a.next_seq == b.next_seq && a.redirect == b.redirect &&
         same_offer(a.offer, b.offer);
}

}  // namespace stoa::pubsub
