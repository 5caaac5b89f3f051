#include "pubsub/engine/public_subscribers.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

constexpr std::size_t max_watchers = 10'000;  ///< of one list: each of its changes is told to all

/// Each entity once, in the order in which they subscribed.
std::vector<Jid> public_subscribers(const NodeState& state) {
  std::vector<const Subscription*> all;
  for (const Subscription& held : state.subscriptions) {
    if (held.is_listed()) all.push_back(&held);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto* a, const auto* b) { return a->since < b->since; });
  std::vector<Jid> listed;
  std::set<std::string_view> seen;
  for (const Subscription* held : all) {
    if (seen.insert(held->jid.bare_view()).second) listed.push_back(held->jid.bare());
  }
  return listed;
}

bool any_listed(const Subscriptions& held) {
  return std::any_of(held.begin(), held.end(),
                     [](const Subscription& one) { return one.is_listed(); });
}

/// The subscriptions of those whose subscriptions the step changes, as they are or will be.
using Affected = std::map<Jid, Subscriptions>;

Affected affected_by(const Scene& scene, const Done& step) {
  Affected affected;
  for (const Change& change : step.changes) {
    const auto* set = std::get_if<change::SubscriptionSet>(&change);
    if (set == nullptr) continue;
    const Jid bare = (set->before ? set->before : set->after)->jid.bare();
    const auto [place, made] = affected.try_emplace(bare);
    if (!made) continue;
    for (const Subscription* held : scene.state.subscriptions.of_entity(bare)) {
      place->second.put(*held);
    }
  }
  return affected;
}

void carry_out(const Done& step, Affected& affected) {
  for (const Change& change : step.changes) {
    const auto* set = std::get_if<change::SubscriptionSet>(&change);
    if (set == nullptr) continue;
    Subscriptions& held = affected.at((set->before ? set->before : set->after)->jid.bare());
    if (set->before) held.remove(set->before->jid, set->before->subid);
    if (set->after) held.put(*set->after);
  }
}

void tell_of_end(const Scene& scene, Done& step) {
  auto recipients = std::make_shared<RecipientSet>();
  for (const auto& [jid, subid] : *scene.state.watchers) recipients->add(jid, subid);
  step.outbound.push_back(say::Deleted{.token = scene.token(),
                                       .number = scene.state.number,
                                       .node = list_name(scene.state),
                                       .recipients = std::move(recipients),
                                       .type = scene.config().notification_type,
                                       .hint = scene.config().storage_hint});
}

/// The subid under which that JID watches; empty where it does not.
std::string watch_of(const NodeState& state, const Jid& jid) {
  if (!state.watchers) return {};
  const auto found = state.watchers->find(jid);
  return found == state.watchers->end() ? std::string() : found->second;
}

Subscription as_subscription(const Jid& jid, std::string subid, SubscriptionState state) {
  return {.jid = jid, .subid = std::move(subid), .state = state};
}

/// The newest so many, of those that were asked for.
std::vector<Jid> chosen(const action::Items& ask, std::vector<Jid> listed) {
  if (!ask.ids.empty()) {
    std::erase_if(listed, [&](const Jid& jid) {
      return std::find(ask.ids.begin(), ask.ids.end(), jid.str()) == ask.ids.end();
    });
  }
  if (!ask.max_items || listed.size() <= *ask.max_items) return listed;
  const auto surplus = static_cast<std::ptrdiff_t>(listed.size() - *ask.max_items);
  listed.erase(listed.begin(), listed.begin() + surplus);
  return listed;
}

}  // namespace

std::string list_name(const NodeState& state) {
  return std::string(subscribers_prefix) + state.node;
}

void tell_watchers(const Scene& scene, Done& step) {
  if (!scene.state.watchers) return;
  const bool ends = std::any_of(step.changes.begin(), step.changes.end(), [](const Change& one) {
    return std::holds_alternative<change::NodeDeleted>(one);
  });
  if (ends) {
    if (scene.config().notify_delete) tell_of_end(scene, step);
    return;
  }
  const Affected before = affected_by(scene, step);
  Affected after = before;
  carry_out(step, after);
  say::Listed said{.token = scene.token(), .removals_token = scene.token()};
  for (const auto& [bare, held] : before) {
    const bool was = any_listed(held);
    const bool is = any_listed(after.at(bare));
    if (was != is) (is ? said.added : said.removed).push_back(bare);
  }
  if (!said.added.empty() || !said.removed.empty()) step.outbound.push_back(std::move(said));
}

void watcher_bounced(const Scene& scene, std::string_view tag, Done& step) {
  if (!scene.state.watchers) return;
  const Jid& from = scene.request.from;
  for (const auto& [jid, subid] : *scene.state.watchers) {
    const bool theirs = jid == from || jid.bare() == from ||
                        (from.local().empty() && from.is_bare() && jid.domain() == from.domain());
    if (subid != tag || !theirs) continue;
    step.changes.push_back(change::WatcherSet{scene.state.number, jid, subid, {}});
  }
}

void end_watches(const Scene& scene, const Jid& user, Done& step) {
  if (!scene.state.watchers) return;
  for (const auto& [jid, subid] : *scene.state.watchers) {
    if (jid.bare_view() != user.str()) continue;
    step.changes.push_back(change::WatcherSet{scene.state.number, jid, subid, {}});
  }
}

Verdict decide_public_subscribers(const Scene& scene, const action::PublicSubscribers& action) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  if (Objection objection = may_not_retrieve(scene)) return std::move(*objection);
  if (action.ask.ids.size() > scene.settings.limits.requested_ids) {
    return refuse(Fault::over_limit);
  }
  auto reply = wire::public_subscribers(list_name(scene.state),
                                        chosen(action.ask, public_subscribers(scene.state)),
                                        action.ask.page, scene.settings.limits.page);
  if (!reply) return std::move(reply).error();
  Done step;
  step.reply = std::move(reply).value();
  return step;
}

Verdict decide_watch(const Scene& scene, const action::WatchSubscribers& action) {
  if (!scene.admin() && action.jid.bare_view() != scene.bare.str()) {
    return refuse(Fault::invalid_jid);
  }
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  if (Objection objection = may_not_retrieve(scene)) return std::move(*objection);
  Done step;
  std::string subid = watch_of(scene.state, action.jid);
  if (subid.empty()) {
    const std::size_t watchers = scene.state.watchers ? scene.state.watchers->size() : 0;
    if (watchers >= max_watchers) return refuse(Fault::too_many_subscriptions);
    subid = scene.subid();
    step.changes.push_back(change::WatcherSet{scene.state.number, action.jid, {}, subid});
  }
  step.reply = wire::watching(list_name(scene.state),
                              as_subscription(action.jid, subid, SubscriptionState::subscribed));
  return step;
}

Verdict decide_unwatch(const Scene& scene, const action::UnwatchSubscribers& action) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  if (!scene.admin() && action.jid.bare_view() != scene.bare.str()) return refuse(Fault::other_jid);
  const std::string subid = watch_of(scene.state, action.jid);
  if (subid.empty()) return refuse(Fault::not_subscribed_unsubscribe);
  if (!action.subid.empty() && action.subid != subid) return refuse(Fault::invalid_subid);
  Done step;
  step.changes.push_back(change::WatcherSet{scene.state.number, action.jid, subid, {}});
  step.reply = wire::watching(list_name(scene.state),
                              as_subscription(action.jid, subid, SubscriptionState::none));
  return step;
}

Verdict decide_own_watches(const Scene& scene) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  std::vector<Subscription> own;
  for (const auto& [jid, subid] : scene.state.watchers ? *scene.state.watchers : Watchers()) {
    if (jid.bare_view() != scene.bare.str()) continue;
    own.push_back(as_subscription(jid, subid, SubscriptionState::subscribed));
  }
  std::vector<const Subscription*> all;
  all.reserve(own.size());
  for (const Subscription& one : own) all.push_back(&one);
  Done step;
  step.reply = wire::own_subscriptions(list_name(scene.state), all);
  return step;
}

}  // namespace stoa::pubsub
