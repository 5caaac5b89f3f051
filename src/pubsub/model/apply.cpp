#include <stoa/pubsub/model/change.hpp>

namespace stoa::pubsub {

namespace {

constexpr std::size_t max_known_items = 8192;  ///< entries of one node's index in memory

/// Whether both take part in the audiences in the same way.
bool same_part(const std::optional<Subscription>& a, const std::optional<Subscription>& b) {
  if (a.has_value() != b.has_value()) return false;  // whether its JID has several
  const bool listens = a && a->listens();
  if (listens != (b && b->listens())) return false;
  if (!listens) return true;
  const SubscribeOptions& x = a->options;
  const SubscribeOptions& y = b->options;
  return x.include_body == y.include_body && x.shows == y.shows && x.digest == y.digest &&
         x.filter == y.filter;
}

void became_empty(NodeState& state) {
  state.items.forget();
  state.items.become_complete();
  state.last_item.reset();
  state.oldest_published.reset();
}

/// Where items expire, the time of the oldest must be known, or at least a time before it.
void watch_expiry(NodeState& state) {
  if (!state.config->item_expire || state.item_count == 0) return;
  const auto oldest = state.items.oldest(1);
  if (oldest && !oldest->empty()) {
    state.oldest_published = oldest->front()->published;
  } else if (!state.oldest_published) {
    state.oldest_published = state.created;
  }
}

void configure(NodeState& state, const SharedConfig& config, std::uint64_t version) {
  state.config = config;
  state.version = version;
  state.audience.reset();
  watch_expiry(state);
}

void put_back(NodeState& state, const ItemMeta& item) {
  state.items.put(item);
  ++state.item_count;
  if (!state.oldest_published || item.published < *state.oldest_published) {
    state.oldest_published = item.published;
  }
}

/// Without what was only good for the decision that ended it.
void bring_back(NodeState& state, const NodeState& node) {
  state = node;
  state.audience.reset();
  state.end_decision();
  if (Asked* asked = state.asked.get()) asked->lineage.reset();
}

void set_affiliation(NodeState& state, const Jid& jid, Affiliation affiliation) {
  if (affiliation == Affiliation::none) {
    state.affiliations.erase(jid);
  } else {
    state.affiliations.insert_or_assign(jid, affiliation);
  }
}

void set_subscription(NodeState& state, const std::optional<Subscription>& before,
                      const std::optional<Subscription>& after) {
  if (!same_part(before, after)) state.audience.reset();
  if (before) state.subscriptions.remove(before->jid, before->subid);
  if (after) state.subscriptions.put(*after);
  if (Asked* asked = state.asked.get()) asked->held_subscriptions.reset();
}

void set_watcher(NodeState& state, const Jid& jid, const std::string& subid) {
  Watchers all = state.watchers ? *state.watchers : Watchers();
  if (subid.empty()) {
    all.erase(jid);
  } else {
    all.insert_or_assign(jid, subid);
  }
  state.watchers = all.empty() ? nullptr : std::make_shared<const Watchers>(std::move(all));
}

void link(NodeState& state, const change::Linked& c, change::Linked::Way way) {
  if (way == change::Linked::Way::in) {
    state.parents.put(c.parent, c.parent_node);
  } else {
    state.parents.erase(c.parent);
  }
}

void relate_to(NodeState& state, const Relation& linked, const Relation& parent) {
  state.relate(linked, parent);
  state.orphaned = false;
}

/// What memory knows of the items rests on the count.
void recount(NodeState& state, std::uint64_t count) {
  state.items.forget();
  state.last_item.reset();
  state.item_count = count;
  if (count == 0) became_empty(state);
}

struct Apply {
  NodeState& state;

  void operator()(const change::NodeCreated& c) const {
    state = NodeState();
    state.number = c.number;
    state.version = 1;
    state.node = c.node;
    state.creator = c.creator;
    state.created = c.created;
    state.config = c.config;
    state.items.become_complete();
  }
  void operator()(const change::NodeConfigured& c) const { configure(state, c.after, c.version); }
  void operator()(const change::NodeDeleted& c) const {
    state = NodeState();
    state.redirect = c.redirect;
  }
  void operator()(const change::NodeRestored& c) const { bring_back(state, *c.after); }
  void operator()(const change::Audited&) const {}
  void operator()(const change::ItemPublished& c) const {
    const ItemMeta& item = c.item.meta;
    if (c.before) {
      state.items.remove(c.before->id);
    } else if (state.item_count++ == 0) {
      state.oldest_published = item.published;
    }
    state.items.put(item);
    state.items.trim(max_known_items);
    state.next_seq = std::max(state.next_seq, item.seq + 1);
    state.last_item = std::make_shared<const Item>(c.item);
    if (Asked* asked = state.asked.get()) asked->stored_bytes.reset();
    if (c.before) watch_expiry(state);
  }
  void operator()(const change::ItemsRetracted& c) const {
    for (const ItemMeta& item : c.items) {
      state.items.remove(item.id);
      --state.item_count;
      if (state.last_item && state.last_item->meta.id == item.id) state.last_item.reset();
    }
    if (state.item_count == 0) became_empty(state);
    watch_expiry(state);
  }
  void operator()(const change::NodePurged& c) const {
    const std::shared_ptr<const Item> last = state.last_item;
    became_empty(state);
    state.item_count = c.count_after;
    if (!c.keep) return;
    state.items.put(*c.keep);
    state.oldest_published = c.keep->published;
    if (last && last->meta == *c.keep) state.last_item = last;
  }
  void operator()(const change::SubscriptionSet& c) const {
    set_subscription(state, c.before, c.after);
  }
  void operator()(const change::AffiliationSet& c) const { set_affiliation(state, c.jid, c.after); }
  void operator()(const change::WatcherSet& c) const { set_watcher(state, c.jid, c.after); }
  void operator()(const change::Linked& c) const { link(state, c, c.way); }
  void operator()(const change::Related& c) const {
    relate_to(state, c.link_after, c.parent_after);
  }
  void operator()(const change::Orphaned&) const {}
  void operator()(const change::Watch&) const {}
  void operator()(const change::Adopt&) const {}
  void operator()(const change::Logged& c) const {
    if (!c.entries.empty()) state.next_seq = std::max(state.next_seq, c.entries.back().seq + 1);
  }
  void operator()(const change::OfferSet& c) const { state.offer = c.after; }
  void operator()(const change::Recounted& c) const { recount(state, c.after); }
  void operator()(const change::Undo& c) const;
};

struct Revert {
  NodeState& state;

  void operator()(const change::NodeCreated& c) const {
    state = NodeState();
    state.redirect = c.redirect_before;
  }
  void operator()(const change::NodeConfigured& c) const {
    configure(state, c.before, c.version - 1);
  }
  void operator()(const change::NodeDeleted& c) const { bring_back(state, *c.before); }
  void operator()(const change::NodeRestored& c) const {
    state = NodeState();
    state.redirect = c.redirect_before;
  }
  void operator()(const change::Audited&) const {}
  void operator()(const change::ItemPublished& c) const {
    state.items.remove(c.item.meta.id);
    if (c.before) {
      state.items.put(*c.before);
    } else {
      --state.item_count;
    }
    state.next_seq = c.item.meta.seq;
    if (state.item_count == 0) became_empty(state);
    state.last_item = c.last_before;
  }
  void operator()(const change::ItemsRetracted& c) const {
    for (const ItemMeta& item : c.items) put_back(state, item);
    state.last_item.reset();
  }
  void operator()(const change::NodePurged& c) const {
    state.items.forget();
    state.last_item.reset();
    state.item_count = c.count_before;
    if (state.item_count == 0) became_empty(state);
    watch_expiry(state);
  }
  void operator()(const change::SubscriptionSet& c) const {
    set_subscription(state, c.after, c.before);
  }
  void operator()(const change::AffiliationSet& c) const {
    set_affiliation(state, c.jid, c.before);
  }
  void operator()(const change::WatcherSet& c) const { set_watcher(state, c.jid, c.before); }
  void operator()(const change::Linked& c) const {
    using Way = change::Linked::Way;
    link(state, c, c.way == Way::in ? Way::out : Way::in);
  }
  void operator()(const change::Related& c) const {
    relate_to(state, c.link_before, c.parent_before);
  }
  void operator()(const change::Orphaned&) const {}
  void operator()(const change::Watch&) const {}
  void operator()(const change::Adopt&) const {}
  void operator()(const change::Logged& c) const { state.next_seq = c.next_seq; }
  void operator()(const change::OfferSet& c) const { state.offer = c.before; }
  void operator()(const change::Recounted& c) const { recount(state, c.before); }
  void operator()(const change::Undo& c) const { std::visit(Apply{state}, *c.what); }
};

void Apply::operator()(const change::Undo& c) const {
  std::visit(Revert{state}, *c.what);
}

struct HowDurable {
  Durability operator()(const change::ItemPublished& c) const {
    return c.transient ? Durability::soft : Durability::hard;
  }
  Durability operator()(const change::ItemsRetracted& c) const {
    return c.why == change::Removal::replaced ? Durability::soft : Durability::hard;
  }
  Durability operator()(const change::NodeCreated&) const { return Durability::hard; }
  Durability operator()(const change::NodeConfigured&) const { return Durability::hard; }
  Durability operator()(const change::NodeDeleted&) const { return Durability::hard; }
  Durability operator()(const change::NodeRestored&) const { return Durability::hard; }
  Durability operator()(const change::Audited&) const { return Durability::hard; }
  Durability operator()(const change::NodePurged&) const { return Durability::hard; }
  Durability operator()(const change::SubscriptionSet&) const { return Durability::hard; }
  Durability operator()(const change::AffiliationSet&) const { return Durability::hard; }
  Durability operator()(const change::WatcherSet&) const { return Durability::hard; }
  Durability operator()(const change::Linked&) const { return Durability::hard; }
  Durability operator()(const change::Related&) const { return Durability::hard; }
  Durability operator()(const change::Orphaned&) const { return Durability::soft; }
  Durability operator()(const change::Watch&) const { return Durability::soft; }
  Durability operator()(const change::Adopt&) const { return Durability::soft; }
  Durability operator()(const change::Logged&) const { return Durability::hard; }
  Durability operator()(const change::OfferSet&) const { return Durability::hard; }
  Durability operator()(const change::Recounted&) const { return Durability::hard; }
  Durability operator()(const change::Undo& c) const { return durability(*c.what); }
};

}  // namespace

void apply(NodeState& state, const Change& change) {
  std::visit(Apply{state}, change);
}

Change inverse(const Change& change) {
  if (const auto* undo = std::get_if<change::Undo>(&change)) return *undo->what;
  return change::Undo{std::make_shared<const Change>(change)};
}

Durability durability(const Change& change) {
  return std::visit(HowDurable{}, change);
}

}  // namespace stoa::pubsub
