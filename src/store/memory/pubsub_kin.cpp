#include "store/memory/pubsub_kin.hpp"

#include <algorithm>
#include <functional>

namespace stoa::store::memory {

using namespace pubsub;

namespace {

const NodeState* node_at(const NodeShadow& nodes, std::uint64_t number) {
  for (const auto& [key, state] : nodes) {
    if (state.exists() && state.number == number) return &state;
  }
  return nullptr;
}

bool is_below(const NodeShadow& nodes, const NodeState& state, std::uint64_t collection) {
  if (state.number == collection) return true;
  return std::any_of(state.parents.begin(), state.parents.end(), [&](const auto& parent) {
    const NodeState* above = node_at(nodes, parent.first);
    return above && is_below(nodes, *above, collection);
  });
}

/// As the store knows it: rosters are not its own.
bool lets_read(const NodeState& state, const Jid& bare) {
  switch (state.affiliation_of(bare)) {
    case Affiliation::member:
    case Affiliation::publisher:
    case Affiliation::owner:
      return true;
    case Affiliation::outcast:
    case Affiliation::publish_only:
      return false;
    case Affiliation::none:
      break;
  }
  if (state.config->payment_required) return false;
  const AccessModel model = state.config->access_model;
  if (model != AccessModel::authorize) return model == AccessModel::open;
  const auto held = state.subscriptions.of_entity(bare);
  return std::any_of(held.begin(), held.end(), [](const Subscription* one) {
    return one->state == SubscriptionState::subscribed;
  });
}

/// What is passed on the way up from a node; `on_way` is told of each, and whether it is an
/// ancestor. False where one is gone.
bool go_up(const NodeShadow& nodes, const NodeState& start,
           const std::function<void(const NodeState&, bool)>& on_way) {
  const NodeState* state = &start;
  while (state->has_relation()) {
    const bool ancestor = !state->link().is_set();
    state = node_at(nodes, ancestor ? state->parent().number : state->link().number);
    if (state == nullptr) return false;
    on_way(*state, ancestor);
  }
  return true;
}

bool lets_in(const NodeShadow& nodes, const NodeState& leaf, const Jid& bare) {
  bool all = true;
  const bool whole = go_up(nodes, leaf, [&](const NodeState& state, bool ancestor) {
    all = all && (!ancestor || lets_read(state, bare));
  });
  return whole && all;
}

std::vector<Item> living_items(const NodeState& leaf, const StoredItems& items,
                               const JoinedRead& read) {
  std::vector<Item> found;
  const auto stored = items.find(leaf.number);
  if (stored == items.end()) return found;
  const auto& expire = leaf.config->item_expire;
  for (const auto& [seq, item] : stored->second) {
    const bool expired = expire && item.meta.published <= read.now - std::chrono::seconds(*expire);
    if (!expired) found.push_back(item);
  }
  std::stable_sort(found.begin(), found.end(), [&](const Item& a, const Item& b) {
    return comes_before(read.order, a.meta, b.meta);
  });
  if (read.max_items) keep_newest(found, read.order, *read.max_items);
  return found;
}

}  // namespace

bool comes_before(const std::vector<rsm::Order>& order, const ItemMeta& a, const ItemMeta& b) {
  for (const rsm::Order& key : order) {
    const bool creation = key.by == rsm::OrderKey::creation;
    const std::uint64_t left = creation ? a.first_seq : a.seq;
    const std::uint64_t right = creation ? b.first_seq : b.seq;
    if (left == right) continue;
    return (left < right) == (key.direction == rsm::Direction::ascending);
  }
  return a.seq < b.seq;
}

void keep_newest(std::vector<Item>& items, const std::vector<rsm::Order>& order,
                 std::size_t count) {
  if (items.size() <= count) return;
  const auto surplus = static_cast<std::ptrdiff_t>(items.size() - count);
  if (!order.empty() && order.front().direction == rsm::Direction::descending) {
    items.erase(items.end() - surplus, items.end());
  } else {
    items.erase(items.begin(), items.begin() + surplus);
  }
}

ReadResult joined_page(const NodeShadow& nodes, const StoredItems& items, const JoinedRead& read) {
  std::vector<std::pair<const NodeState*, Item>> all;
  for (const auto& [key, state] : nodes) {
    if (!state.exists() || !is_below(nodes, state, read.number)) continue;
    const bool lets = lets_read(state, read.bare) && lets_in(nodes, state, read.bare);
    if (!read.admin && !lets) continue;
    for (Item& item : living_items(state, items, read)) all.emplace_back(&state, std::move(item));
  }
  const auto made = rsm::page(
      read.page.value_or(rsm::Request{}), all.size(),
      [&](std::size_t i) { return joined_uid(all[i].first->number, all[i].second.meta.id); },
      read.cap);
  if (!made) return UnknownUid{};
  JoinedPage page{.first_index = made->begin, .count = all.size()};
  for (std::size_t i = made->begin; i < made->end; ++i) {
    const NodeState& leaf = *all[i].first;
    if (page.leaves.empty() || page.leaves.back().number != leaf.number) {
      Jid owner = leaf.creator;
      if (leaf.affiliation_of(owner) != Affiliation::owner) {
        for (const auto& [jid, affiliation] : leaf.affiliations) {
          if (affiliation != Affiliation::owner) continue;
          owner = jid;
          break;
        }
      }
      page.leaves.push_back({leaf.number, leaf.node, leaf.config->itemreply, std::move(owner)});
    }
    page.rows.push_back({page.leaves.size() - 1, std::move(all[i].second)});
  }
  return page;
}

Lineage lineage_of(const NodeShadow& nodes, std::uint64_t number, const need::Lineage& need) {
  Lineage lineage{.requester = need.requester, .asked = need.nodes};
  for (const std::string& node : need.nodes) {
    Forebear forebear{.node = node};
    const auto found = nodes.find(node);
    if (found != nodes.end() && found->second.exists()) {
      const NodeState& state = found->second;
      forebear.number = state.number;
      forebear.affiliation = state.affiliation_of(need.requester);
      forebear.publish_model = state.config->publish_model;
      for (const Subscription* held : state.subscriptions.of_entity(need.requester)) {
        if (held->state == SubscriptionState::subscribed) forebear.subscribed = true;
      }
      forebear.beneath = state.number == number;
      go_up(nodes, state, [&](const NodeState& above, bool ancestor) {
        if (above.number == number) forebear.beneath = true;
        if (ancestor && !forebear.parent.is_set()) forebear.parent = {above.number, above.node};
      });
    }
    lineage.found.push_back(std::move(forebear));
  }
  const NodeState* start = number == 0 ? nullptr : node_at(nodes, number);
  if (start == nullptr) return lineage;
  lineage.broken = !go_up(nodes, *start, [&](const NodeState& state, bool ancestor) {
    if (!ancestor) return;
    auto copy = std::make_shared<NodeState>(state);
    copy->relations.reset();
    copy->asked.drop();
    lineage.ancestors.push_back(std::move(copy));
  });
  return lineage;
}

bool is_orphan(const NodeShadow& nodes, const NodeState& state) {
  if (!state.has_relation()) return false;
  return node_at(nodes, state.link().is_set() ? state.link().number : state.parent().number) ==
         nullptr;
}

}  // namespace stoa::store::memory
