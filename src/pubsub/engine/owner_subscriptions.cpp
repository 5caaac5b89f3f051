#include <algorithm>
#include <map>
#include <set>

#include "pubsub/engine/leases.hpp"
#include "pubsub/engine/retraction.hpp"
#include "pubsub/engine/scene.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

using action::SetSubscriptions;
using Entry = SetSubscriptions::Entry;

/// The entry as it is listed back: in its original state (8.8.2.4).
wire::SubscriptionEntry original(const Scene& scene, const Entry& entry) {
  wire::SubscriptionEntry back{.jid = entry.jid, .subid = entry.subid};
  const auto jid = Jid::parse(entry.jid);
  if (!jid) return back;
  for (const Subscription* held : scene.state.subscriptions.of(*jid)) {
    if (!entry.subid.empty() && held->subid != entry.subid) continue;
    back.state = held->state;
    back.subid = held->subid;
    break;
  }
  return back;
}

/// May this requester make somebody a subscriber who never asked (PS-OSUB-11)?
bool may_enlist(const Scene& scene, const Jid& jid) {
  if (scene.admin() || jid.bare_view() == scene.bare.str()) return true;
  switch (scene.settings.third_parties) {
    case ThirdParties::anyone:
      return true;
    case ThirdParties::same_domain:
      return jid.domain() == scene.bare.domain();
    case ThirdParties::nobody:
      break;
  }
  return false;
}

/// Whose standing lets it be subscribed by an owner: anybody but outcasts and publish-only.
bool may_be_subscribed(const Scene& scene, const Jid& jid) {
  return grant(scene.state.affiliation_of(jid.bare()), Privilege::subscribe) != Grant::no;
}

void enlist(const Scene& scene, const Jid& jid, Done& step) {
  Subscription made{.jid = jid, .subid = scene.subid(), .since = scene.now()};
  begin_lease(scene, made);
  step.changes.push_back(change::SubscriptionSet{scene.state.number, std::nullopt, made});
  tell_subscriber(scene, step, made, made.state);
  tell_owners(scene, step, made, made.state);
  send_last_item(scene, step, made);
}

/// Carries out one entry; false where it cannot be.
bool carry_out(const Scene& scene, const Entry& entry, Done& step) {
  const auto jid = Jid::parse(entry.jid);
  const auto state = subscription_state_of(*entry.state);
  if (!jid || !state) return false;
  auto held = scene.state.subscriptions.of(*jid);
  if (!entry.subid.empty()) {
    std::erase_if(held, [&](const Subscription* s) { return s->subid != entry.subid; });
    if (held.empty()) return false;
  }
  if (*state == SubscriptionState::none) {
    for (const Subscription* subscription : held) end_subscription(scene, step, *subscription);
    return !held.empty();
  }
  if (*state != SubscriptionState::subscribed) {
    return !held.empty() && std::all_of(held.begin(), held.end(),
                                        [&](const Subscription* s) { return s->state == *state; });
  }
  if (!may_be_subscribed(scene, *jid)) return false;
  for (const Subscription* subscription : held) {
    if (subscription->state != SubscriptionState::subscribed) approve(scene, step, *subscription);
  }
  if (!held.empty()) return true;
  if (!may_enlist(scene, *jid)) return false;
  enlist(scene, *jid, step);
  return true;
}

/// The subids that a request names for each JID, an empty one where it names none.
using Named = std::map<Jid, std::multiset<std::string_view>>;

Named named_in(const SetSubscriptions& action) {
  Named named;
  for (const Entry& entry : action.entries) {
    if (const auto jid = Jid::parse(entry.jid)) named[*jid].insert(entry.subid);
  }
  return named;
}

/// A JID that is named more than once must say each time which subscription it means.
bool ambiguous(const Named& named, const Entry& entry) {
  const auto jid = Jid::parse(entry.jid);
  if (!jid) return false;
  const auto& subids = named.at(*jid);
  if (entry.subid.empty()) return subids.size() > 1;
  return subids.count(entry.subid) + subids.count("") > 1;
}

}  // namespace

Verdict decide_read_subscriptions(const Scene& scene, const action::ReadSubscriptions& action) {
  if (Objection objection = not_manageable(scene)) return std::move(*objection);
  std::vector<const Subscription*> listed;
  for (const Subscription& subscription : scene.state.subscriptions) {
    if (subscription.state != SubscriptionState::pending) listed.push_back(&subscription);
  }
  auto reply =
      wire::owner_subscriptions(scene.state.node, listed, action.page, scene.settings.limits.page);
  if (!reply) return std::move(reply).error();
  Done step;
  step.reply = std::move(reply).value();
  return step;
}

Verdict decide_set_subscriptions(const Scene& scene, const SetSubscriptions& action) {
  if (Objection objection = not_manageable(scene)) return std::move(*objection);
  if (action.entries.size() > scene.settings.limits.entries) return refuse(Fault::over_limit);
  if (wants_last_item(scene) && last_item(scene).unknown) return Lacks<Need>{need::Last{}};
  Done step;
  std::vector<wire::SubscriptionEntry> refused;
  const Named named = named_in(action);
  for (const Entry& entry : action.entries) {
    if (!entry.state) continue;
    if (ambiguous(named, entry) || !carry_out(scene, entry, step)) {
      refused.push_back(original(scene, entry));
    }
  }
  if (refused.empty()) return step;
  step.refusal = refuse(Fault::partly_refused);
  step.reply = wire::refused_subscriptions(scene.state.node, refused);
  return step;
}

}  // namespace stoa::pubsub
