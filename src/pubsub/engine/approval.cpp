#include "pubsub/engine/retraction.hpp"
#include "pubsub/engine/scene.hpp"
#include "pubsub/wire/commands.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

/// 8.6: the first owner's answer counts.
Verdict decide_authorize(const Scene& scene, const action::Authorize& action) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  if (Objection objection = not_owner(scene)) return std::move(*objection);
  const Subscription* pending = scene.state.subscriptions.find(action.jid, action.subid);
  if (pending == nullptr || pending->state != SubscriptionState::pending) {
    return refuse(Fault::no_longer_pending);
  }
  if (action.allow && wants_last_item(scene) && last_item(scene).unknown) {
    return Lacks<Need>{need::Last{}};
  }
  Done step;
  if (action.allow) {
    approve(scene, step, *pending);
  } else {
    end_subscription(scene, step, *pending);
  }
  return step;
}

/// 8.7.4: the second step of the command.
Verdict decide_send_pending(const Scene& scene, const action::SendPending& action) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  if (!scene.owner()) return refuse(Fault::owns_no_node);
  Done step;
  step.reply = wire::command_done({std::string(wire::get_pending), action.session});
  for (const Subscription& subscription : scene.state.subscriptions) {
    if (subscription.state != SubscriptionState::pending) continue;
    step.outbound.push_back(
        say::AuthorizationRequest{scene.token(), scene.bare, subscription.jid, subscription.subid});
  }
  return step;
}

}  // namespace stoa::pubsub
