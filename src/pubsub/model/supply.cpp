#include <stoa/pubsub/model/read.hpp>

namespace stoa::pubsub {

namespace {

struct Supply {
  NodeState& state;

  Asked& asked() const { return state.asked.touch(); }

  void learn_all(const std::vector<ItemMeta>& items) const {
    state.items.forget();
    for (const ItemMeta& item : items) state.items.learn(item);
    state.items.become_complete();
    state.item_count = items.size();
    if (items.empty()) state.last_item.reset();
  }
  void learn_oldest_time(const std::vector<ItemMeta>& items) const {
    if (items.empty()) {
      state.oldest_published.reset();
      return;
    }
    state.oldest_published = items.front().published;
    for (const ItemMeta& item : items) {
      state.oldest_published = std::min(*state.oldest_published, item.published);
    }
  }

  void operator()(const fact::Index& fact) const {
    learn_all(fact.items);
    learn_oldest_time(fact.items);
  }
  void operator()(const fact::Items& fact) const {
    for (const std::string& id : fact.asked) state.items.learn_absent(id);
    for (const ItemMeta& item : fact.found) state.items.put(item);
  }
  void operator()(const fact::Oldest& fact) const {
    learn_oldest_time(fact.items);
    if (fact.items.size() < fact.asked) {
      learn_all(fact.items);
      return;
    }
    for (const ItemMeta& item : fact.items) state.items.learn(item);
    state.items.learn_window(fact.items.back().seq);
  }
  void operator()(const fact::Last& fact) const {
    if (!fact.item) learn_all({});
    state.last_item = fact.item ? std::make_shared<const Item>(*fact.item) : nullptr;
  }
  void operator()(const fact::OwnedNodes& fact) const {
    asked().owned_nodes =
        std::make_shared<const CountFact>(CountFact{fact.asked.bare, fact.count, fact.asked.asked});
  }
  void operator()(const fact::HeldSubscriptions& fact) const {
    asked().held_subscriptions =
        std::make_shared<const CountFact>(CountFact{fact.asked.bare, fact.count, fact.asked.asked});
  }
  void operator()(const fact::StoredBytes& fact) const {
    asked().stored_bytes = std::make_shared<const CountFact>(
        CountFact{fact.asked.creator, fact.bytes, fact.asked.asked});
  }
  void operator()(const fact::Kin& fact) const { state.kin = std::make_shared<const Kin>(fact); }
  void operator()(const fact::Above& fact) const {
    state.above = std::make_shared<const Above>(fact);
  }
  void operator()(const fact::Lineage& fact) const {
    asked().lineage = std::make_shared<const Lineage>(fact);
    state.lineage_used = false;
    state.orphaned = state.orphaned || fact.broken;
  }
  void operator()(const fact::Orphans& fact) const {
    asked().lineage = std::make_shared<const Lineage>(Lineage{.orphans = fact});
    state.lineage_used = false;
  }
  void operator()(const fact::Log& fact) const {
    asked().log = std::make_shared<const LogPage>(fact);
  }
  void operator()(const fact::NodeBytes& fact) const { asked().bytes = fact.bytes; }
  void operator()(const fact::ItemCount& fact) const { asked().items = fact.items; }
  void operator()(const fact::Kept& fact) const {
    asked().kept = std::make_shared<const Kept>(fact);
  }
  void operator()(const fact::Roster&) const {}
  void operator()(const fact::Published& fact) const {
    asked().republished = std::make_shared<const Republished>(fact);
  }
};

}  // namespace

void supply(NodeState& state, const Facts& facts) {
  std::visit(Supply{state}, facts);
}

}  // namespace stoa::pubsub
