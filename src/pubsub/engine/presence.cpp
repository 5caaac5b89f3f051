#include "pubsub/engine/presence.hpp"

#include <set>

#include "pubsub/engine/retraction.hpp"

namespace stoa::pubsub {

namespace {

bool needs_presence(const NodeConfig& config, const std::optional<Subscription>& held) {
  if (!held || held->state != SubscriptionState::subscribed) return false;
  return held->options.watches() || config.watches_subscribers();
}

bool watches_otherwise(const NodeConfig& a, const NodeConfig& b) {
  return a.watches_subscribers() != b.watches_subscribers() || a.purge_offline != b.purge_offline;
}

/// Goes through the changes of a step in their order.
class Watched {
 public:
  explicit Watched(const NodeState& state) : state_(state), config_(state.config.get()) {}

  template <class C>
  void operator()(const C&) {}
  void operator()(const change::NodeCreated& c) { config_ = c.config.get(); }
  void operator()(const change::NodeConfigured& c) {
    if (watches_otherwise(*c.before, *c.after)) everybody(*c.before, *c.after);
    config_ = c.after.get();
  }
  void operator()(const change::NodeDeleted& c) { everybody(*c.before->config, {}); }
  void operator()(const change::NodeRestored& c) {
    Watched there(*c.after);
    there.everybody({}, *c.after->config);
    for (const Jid& jid : there.jids_) add(jid);
  }
  void operator()(const change::SubscriptionSet& c) {
    if (needs_presence(*config_, c.before) == needs_presence(*config_, c.after)) return;
    add((c.before ? c.before : c.after)->jid);
  }
  void operator()(const change::ItemPublished& c) {
    if (config_->purge_offline) add(c.item.meta.publisher);
  }
  void operator()(const change::ItemsRetracted& c) {
    if (!config_->purge_offline) return;
    for (const ItemMeta& item : c.items) add(item.publisher);
  }
  void operator()(const change::NodePurged&) {
    if (config_->purge_offline) publishers();
  }

  std::vector<Jid> take() { return {jids_.begin(), jids_.end()}; }

 private:
  void add(const Jid& jid) { jids_.insert(jid.bare()); }
  void publishers() {
    for (const auto& [jid, affiliation] : state_.affiliations) {
      if (grant(affiliation, Privilege::publish) == Grant::yes) add(jid);
    }
  }
  void everybody(const NodeConfig& before, const NodeConfig& after) {
    for (const Subscription& held : state_.subscriptions) {
      if (needs_presence(before, held) || needs_presence(after, held)) add(held.jid);
    }
    if (before.purge_offline || after.purge_offline) publishers();
  }

  const NodeState& state_;
  const NodeConfig* config_;
  std::set<Jid> jids_;
};

/// Everything said of the kinds that a subscriber may not want while away.
struct Select {
  const say::Present& present;

  template <class S>
  void operator()(S& said) const {
    if constexpr (requires { said.present; }) said.present = present;
  }
};

struct IsSelective {
  template <class S>
  bool operator()(const S& said) const {
    return requires {
      said.present;
    };
  }
};

/// 4.3, 12.10: the newest item to a resource that came on line.
Verdict greet(const Scene& scene) {
  Done step;
  const NodeConfig& config = scene.config();
  if (config.send_last_published_item != SendLast::on_sub_and_presence) return step;
  if (!config.deliver_notifications) return step;
  if (!ancestors_let_read(scene.state, scene.settings, scene.bare)) return step;
  const Jid& full = scene.request.from;
  for (const Subscription* held : scene.state.subscriptions.of_entity(scene.bare)) {
    const bool meant = held->jid == full || held->jid == scene.bare;
    const bool hears = held->listens() && !held->options.digest &&
                       scene.state.hears_now(*held, scene.context.presences);
    if (!meant || !hears) continue;
    const LastItem last = last_item(scene);
    if (last.unknown) return Lacks<Need>{need::Last{}};
    if (last.item == nullptr) break;
    if (!Sieve(*last.item, shows_publishers(config)).passes(held->options.filter)) continue;
    step.outbound.push_back(say::LastItem{.token = scene.token(),
                                          .to = full,
                                          .subid = held->subid,
                                          .item = *last.item,
                                          .holder = held->jid});
    break;
  }
  return step;
}

bool on_line(const Scene& scene, const Jid& jid) {
  return scene.context.presences && scene.context.presences->available(jid);
}

/// 16.4.4
std::optional<Verdict> drop_items_of(const Scene& scene, Done& step) {
  if (!scene.config().purge_offline || on_line(scene, scene.bare)) return std::nullopt;
  const NodeState& state = scene.state;
  if (state.item_count == 0) return std::nullopt;
  if (!state.items.complete()) return Verdict(Lacks<Need>{need::Index{}});
  std::vector<ItemMeta> items;
  const auto all = state.items.oldest(state.items.size());
  for (const ItemMeta* item : *all) {
    if (item->publisher == scene.bare) items.push_back(*item);
  }
  if (items.empty()) return std::nullopt;
  if (auto verdict = lacks_above(scene)) return verdict;
  remove_items(scene, scene.config(), change::Removal::retracted, std::move(items), step);
  return std::nullopt;
}

/// 12.5: nobody tells one who is gone.
void end_temporary(const Scene& scene, Done& step) {
  for (const Subscription* held : scene.state.subscriptions.of_entity(scene.bare)) {
    const bool temporary = held->options.temporary || scene.config().tempsub;
    const bool lasts = held->state != SubscriptionState::subscribed || on_line(scene, held->jid);
    if (!temporary || lasts) continue;
    step.changes.push_back(change::SubscriptionSet{scene.state.number, *held, std::nullopt});
    tell_owners(scene, step, *held, SubscriptionState::none);
  }
}

}  // namespace

void note_watched(const Scene& scene, Done& step) {
  if (step.changes.empty()) return;
  Watched watched(scene.state);
  for (const Change& change : step.changes) std::visit(watched, change);
  auto jids = watched.take();
  if (!jids.empty()) step.changes.push_back(change::Watch{std::move(jids)});
}

void select_present(const Scene& scene, Done& step) {
  const NodeState& state = scene.state;
  if (!state.exists()) return;
  say::Present present;
  for (Outbound& said : step.outbound) {
    if (!std::visit(IsSelective{}, said)) continue;
    if (!state.listeners().selective) return;
    if (!present) present = state.present(scene.context.presences);
    std::visit(Select{present}, said);
  }
}

Verdict decide_turn(const Scene& scene, const action::TurnUp& action) {
  if (!scene.state.exists()) return Done();
  if (action.turn == Turn::arrived) return greet(scene);
  Done step;
  if (auto verdict = drop_items_of(scene, step)) return std::move(*verdict);
  end_temporary(scene, step);
  return step;
}

const std::vector<Jid>* Engine::watched(const pubsub::Change& change) {
  const auto* watch = std::get_if<change::Watch>(&change);
  return watch ? &watch->jids : nullptr;
}

std::vector<Jid> Engine::watched_in(const pubsub::ReadResult& result) {
  const auto* found = std::get_if<Entities>(&result);
  return found ? found->bares : std::vector<Jid>();
}

std::vector<std::uint64_t> Engine::concerned_in(const pubsub::ReadResult& result) {
  const auto* found = std::get_if<Numbers>(&result);
  return found ? found->nodes : std::vector<std::uint64_t>();
}

pubsub::Request Engine::presence_request(const Jid& who, Turn turn) {
  return {who, {}, action::TurnUp{turn}};
}

std::optional<std::pair<std::string, pubsub::Request>> Engine::follow_up(
    const pubsub::Change& change) {
  if (const auto* deleted = std::get_if<change::NodeDeleted>(&change)) {
    return std::pair(deleted->node,
                     pubsub::Request{Jid(), deleted->node, action::SeekOrphans{deleted->number}});
  }
  if (const auto* orphan = std::get_if<change::Orphaned>(&change)) {
    return std::pair(orphan->node,
                     pubsub::Request{Jid(), orphan->node, action::Follow{orphan->gone}});
  }
  const auto* adopt = std::get_if<change::Adopt>(&change);
  if (adopt == nullptr) return std::nullopt;
  const bool out = adopt->way == change::Linked::Way::out;
  return std::pair(adopt->child, pubsub::Request{Jid(), adopt->child,
                                                 action::Associate{adopt->collection, out, true}});
}

}  // namespace stoa::pubsub
