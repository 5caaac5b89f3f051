#include "pubsub/engine/removal.hpp"

#include <algorithm>

#include "pubsub/engine/public_subscribers.hpp"

namespace stoa::pubsub {

namespace {

bool owns_alone(const NodeState& state, const Jid& user) {
  if (state.entry_of(user) != Affiliation::owner) return false;
  return std::none_of(state.affiliations.begin(), state.affiliations.end(), [&](const auto& row) {
    return row.second == Affiliation::owner && row.first != user;
  });
}

/// Nobody tells the user, who is gone.
void end_subscriptions(const Scene& scene, const Jid& user, Done& step) {
  for (const Subscription* held : scene.state.subscriptions.of_entity(user)) {
    step.changes.push_back(change::SubscriptionSet{scene.state.number, *held, std::nullopt});
    tell_owners(scene, step, *held, SubscriptionState::none);
  }
}

void hand_over(const Scene& scene, const Jid& heir, Done& step) {
  const Affiliation before = scene.state.entry_of(heir);
  step.changes.push_back(
      change::AffiliationSet{scene.state.number, heir, before, Affiliation::owner});
  if (!scene.settings.affiliation_notices) return;
  step.outbound.push_back(say::AffiliationNotice{scene.token(), heir, Affiliation::owner});
}

}  // namespace

Verdict decide_remove_user(const Scene& scene, const action::RemoveUser& action) {
  Done step;
  const NodeState& state = scene.state;
  if (!state.exists()) return step;
  const bool orphaned = owns_alone(state, action.user);
  const Jid& heir = scene.settings.orphans_go_to;
  if (orphaned && (heir.empty() || heir == action.user)) {
    if (auto verdict = lacks_above(scene)) return std::move(*verdict);
    end_node(scene, {{}, scene.settings.undelete}, step);
    return step;
  }
  if (orphaned) hand_over(scene, heir, step);
  const Affiliation before = state.entry_of(action.user);
  if (before != Affiliation::none) {
    step.changes.push_back(
        change::AffiliationSet{state.number, action.user, before, Affiliation::none});
  }
  end_subscriptions(scene, action.user, step);
  end_watches(scene, action.user, step);
  return step;
}

Verdict decide_restore(const Scene& scene) {
  if (scene.state.exists()) return refuse(Fault::node_exists);
  if (!scene.admin()) return refuse(Fault::forbidden);
  const auto& kept = scene.state.found().kept;
  if (!kept) return Lacks<Need>{need::Kept{scene.request.node}};
  if (!kept->node || kept->burial.until <= scene.now()) return refuse(Fault::no_such_node);
  Done step;
  step.changes.push_back(change::NodeRestored{kept->node->number, kept->node->node, kept->node,
                                              kept->burial, scene.state.redirect});
  return step;
}

}  // namespace stoa::pubsub
