#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

namespace {

/// Each subscribed JID once, of whatever state (8.4.2).
std::shared_ptr<const RecipientSet> everybody(const NodeState& state) {
  auto recipients = std::make_shared<RecipientSet>();
  const Jid* last = nullptr;
  for (const Subscription& subscription : state.subscriptions) {
    if (last == nullptr || *last != subscription.jid) {
      recipients->add(subscription.jid, subscription.subid);
    }
    last = &subscription.jid;
  }
  return recipients;
}

}  // namespace

Verdict decide_delete(const Scene& scene, const action::Delete& action) {
  if (Objection objection = not_manageable(scene)) return std::move(*objection);
  return deletion(scene, action.redirect);
}

Verdict deletion(const Scene& scene, std::optional<std::string> to) {
  if (auto verdict = lacks_above(scene)) return std::move(*verdict);
  const NodeState& state = scene.state;
  std::optional<Redirect> redirect;
  if (to) redirect = Redirect{*to, scene.now() + scene.settings.redirect_life};
  Done step;
  const auto before = std::make_shared<const NodeState>(state);
  step.changes.push_back(change::NodeDeleted{state.number, state.node, redirect, before});
  if (!scene.config().notify_delete) return step;
  if (const say::Above above = above_of(scene)) {
    step.outbound.push_back(say::Kinship{.what = say::Kinship::What::deleted,
                                         .token = scene.token(),
                                         .node = state.node,
                                         .above = above,
                                         .before = before});
  }
  const bool of_account = scene.settings.of_account;
  if (state.subscriptions.empty() && !of_account) return step;
  step.outbound.push_back(say::Deleted{
      .token = scene.token(),
      .number = state.number,
      .node = state.node,
      .redirect = to.value_or(""),
      .recipients = of_account ? account_audience(state, scene.settings) : everybody(state),
      .type = scene.config().notification_type,
      .hint = scene.config().storage_hint});
  return step;
}

Verdict decide_purge(const Scene& scene) {
  if (Objection objection = not_manageable(scene)) return std::move(*objection);
  const NodeState& state = scene.state;
  if (transient(scene.config()) || scene.config().collection()) {
    return unsupported("persistent-items");
  }
  if (auto verdict = lacks_above(scene)) return std::move(*verdict);
  Done step;
  if (state.item_count > 0) {
    step.changes.push_back(change::NodePurged{.number = state.number,
                                              .up_to = state.next_seq - 1,
                                              .keep = std::nullopt,
                                              .count_before = state.item_count});
  }
  const NodeConfig& config = scene.config();
  if (notifies(scene) && (config.notify_retract || config.always_notify)) {
    step.outbound.push_back(say::Purged{.token = scene.token(), .above = above_of(scene)});
  }
  return step;
}

}  // namespace stoa::pubsub
