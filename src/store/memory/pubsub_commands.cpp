#include "store/memory/pubsub_commands.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <variant>

namespace stoa::store::memory {

namespace {

using namespace pubsub;

std::uint64_t size_of(const Item& item) {
  return item.payload ? item.payload->size() : 0;
}

bool owns(const NodeState& state, const Jid& bare) {
  return state.entry_of(bare) == Affiliation::owner;
}

struct ForCommand {
  const AllNodes& all;
  std::size_t cap;

  const std::map<std::uint64_t, Item>& items_of(const NodeState& state) const {
    static const std::map<std::uint64_t, Item> none;
    const auto found = all.items.find(state.number);
    return found == all.items.end() ? none : found->second;
  }
  std::uint64_t bytes_of(const NodeState& state) const {
    std::uint64_t bytes = 0;
    for (const auto& [seq, item] : items_of(state)) bytes += size_of(item);
    return bytes;
  }
  template <class Visit>
  void each(const Visit& visit) const {
    for (const auto& [key, state] : all.shadow) {
      if (state.exists()) visit(key, state);
    }
  }

  ReadResult operator()(const look::Involved& what) const {
    InvolvedNodes found;
    each([&](const std::string& key, const NodeState& state) {
      if (involved(state, what.bare)) found.nodes.push_back(key);
    });
    return found;
  }
  ReadResult operator()(const look::AtServer&) const { return ServerNodes{}; }
  ReadResult operator()(const look::Buried& what) const { return all.kept.list(what.now, cap); }
  ReadResult operator()(const look::Acts& what) const { return all.kept.acts(what.about, cap); }
  ReadResult operator()(const look::Nodes& what) const {
    ListedNodes found;
    each([&](const std::string& key, const NodeState& state) {
      const NodeType type = state.config->node_type;
      const bool meant = key.starts_with(what.prefix) && type == what.type.value_or(type) &&
                         (what.owner.empty() || owns(state, what.owner));
      if (!meant) return;
      ++found.count;
      if (key <= what.after || found.rows.size() >= cap) return;
      found.rows.push_back({key, state.config->title, type, state.item_count, state.created});
    });
    return found;
  }
  ReadResult operator()(const look::NodeItems& what) const {
    FoundItems found;
    const auto items = all.items.find(what.number);
    if (items == all.items.end()) return found;
    for (const auto& [seq, item] : items->second) {
      if (seq > what.above && found.rows.size() < cap) {
        found.rows.push_back({item.meta, size_of(item)});
      }
    }
    return found;
  }
  ReadResult operator()(const look::Totals&) const {
    ServiceTotals totals{.deleted = all.kept.size()};
    std::set<Jid> owners;
    std::set<Jid> subscribers;
    each([&](const std::string&, const NodeState& state) {
      ++(state.config->collection() ? totals.collections : totals.leaves);
      totals.items += state.item_count;
      totals.bytes += bytes_of(state);
      for (const auto& [jid, affiliation] : state.affiliations) {
        if (affiliation == Affiliation::owner) owners.insert(jid);
      }
      for (const Subscription& held : state.subscriptions) {
        totals.subscribed += held.state == SubscriptionState::subscribed ? 1u : 0u;
        totals.pending += held.state == SubscriptionState::pending ? 1u : 0u;
        totals.unconfigured += held.state == SubscriptionState::unconfigured ? 1u : 0u;
        if (held.state == SubscriptionState::subscribed) subscribers.insert(held.jid.bare());
      }
    });
    totals.owners = owners.size();
    totals.subscribers = subscribers.size();
    return totals;
  }
  ReadResult operator()(const look::Audience& what) const {
    std::set<Jid> heard;
    each([&](const std::string&, const NodeState& state) {
      for (const auto& [jid, affiliation] : state.affiliations) {
        if (what.owners && affiliation == Affiliation::owner) heard.insert(jid);
      }
      for (const Subscription& held : state.subscriptions) {
        const bool subscribed = held.state == SubscriptionState::subscribed;
        if (what.subscribers && subscribed) heard.insert(held.jid.bare());
      }
    });
    return AudienceFound{{heard.begin(), heard.end()}};
  }
  ReadResult operator()(const look::Miscounted&) const {
    InvolvedNodes found;
    each([&](const std::string& key, const NodeState& state) {
      const bool wrong = state.item_count != items_of(state).size();
      if (wrong && found.nodes.size() < cap) found.nodes.push_back(key);
    });
    return found;
  }
  ReadResult operator()(const look::Mine& what) const {
    OwnNodes found;
    each([&](const std::string& key, const NodeState& state) {
      found.subscriptions += state.subscriptions.of_entity(what.bare).size();
      if (state.creator == what.bare) found.bytes += bytes_of(state);
      if (!owns(state, what.bare)) return;
      ++found.count;
      if (key <= what.after || found.rows.size() >= cap) return;
      found.rows.push_back({key, state.item_count, bytes_of(state)});
    });
    return found;
  }
  ReadResult operator()(const look::Offers& what) const {
    OfferedNodes found;
    each([&](const std::string& key, const NodeState& state) {
      const KnownOffer& offer = state.offer;
      const bool open = offer && offer->receiver == what.bare && offer->until > what.now &&
                        owns(state, offer->by);
      if (open && found.rows.size() < cap) found.rows.push_back({key, offer->by});
    });
    return found;
  }
  ReadResult operator()(const look::Copy& what) const {
    using Part = CopyPlace::Part;
    const NodeState* node = nullptr;
    each([&](const std::string& key, const NodeState& state) {
      if (node != nullptr) return;
      const bool next = key > what.place.node && (what.owner.empty() || owns(state, what.owner));
      const bool meant = what.place.part == Part::following ? next : key == what.place.node;
      if (meant) node = &state;
    });
    CopyFound found;
    if (node == nullptr) return found;
    found.node = std::make_shared<const NodeState>(*node);
    if (what.place.part != Part::items) return found;
    std::size_t bytes = 0;
    for (const auto& [seq, item] : items_of(*node)) {
      if (seq <= what.place.seq) continue;
      found.more = found.items.size() >= cap || bytes > what.bytes;
      if (found.more) break;
      found.items.push_back(item);
      bytes += size_of(item);
    }
    return found;
  }
};

}  // namespace

bool involved(const pubsub::NodeState& state, const Jid& bare) {
  return state.entry_of(bare) != Affiliation::none || !state.subscriptions.of_entity(bare).empty();
}

pubsub::ReadResult found_for_command(const AllNodes& all, const pubsub::CommandRead& read) {
  return std::visit(ForCommand{all, read.cap}, read.what);
}

}  // namespace stoa::store::memory
