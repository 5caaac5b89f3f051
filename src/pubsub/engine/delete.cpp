#include "pubsub/engine/removal.hpp"

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

/// Those of the node itself, and of the collections above it.
void tell_of_end(const Scene& scene, const Ending& ending,
                 const std::shared_ptr<const NodeState>& before, Done& step) {
  const NodeState& state = scene.state;
  if (const say::Above above = above_of(scene)) {
    step.outbound.push_back(say::Kinship{.what = say::Kinship::What::deleted,
                                         .token = scene.token(),
                                         .node = state.node,
                                         .above = above,
                                         .before = before});
  }
  const bool of_account = scene.settings.of_account;
  if (state.subscriptions.empty() && !of_account) return;
  step.outbound.push_back(say::Deleted{
      .token = scene.token(),
      .number = state.number,
      .node = state.node,
      .redirect = ending.redirect.value_or(""),
      .recipients = of_account ? account_audience(state, scene.settings) : everybody(state),
      .type = scene.config().notification_type,
      .hint = scene.config().storage_hint});
}

Duration kept_for(const Scene& scene) {
  const bool own = scene.state.affiliation_of(scene.bare) == Affiliation::owner;
  return scene.admin() && !own ? scene.settings.undelete : scene.settings.keep_deleted;
}

}  // namespace

void end_node(const Scene& scene, const Ending& ending, Done& step) {
  const NodeState& state = scene.state;
  const auto before = std::make_shared<const NodeState>(state);
  change::NodeDeleted deleted{.number = state.number, .node = state.node, .before = before};
  if (ending.redirect) {
    deleted.redirect = Redirect{*ending.redirect, scene.now() + scene.settings.redirect_life};
  }
  if (ending.kept > Duration::zero() && !scene.settings.of_account) {
    deleted.kept = Burial{scene.now(), scene.now() + ending.kept, scene.actor().bare()};
  }
  step.changes.push_back(std::move(deleted));
  if (scene.config().notify_delete) tell_of_end(scene, ending, before, step);
}

Verdict decide_delete(const Scene& scene, const action::Delete& action) {
  if (Objection objection = not_manageable(scene)) return std::move(*objection);
  return deletion(scene, action.redirect);
}

Verdict deletion(const Scene& scene, std::optional<std::string> redirect) {
  if (auto verdict = lacks_above(scene)) return std::move(*verdict);
  Done step;
  end_node(scene, {std::move(redirect), kept_for(scene)}, step);
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
