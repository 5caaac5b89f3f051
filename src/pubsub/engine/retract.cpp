#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

namespace {

using action::Retract;

/// What of the node's items the requester may remove.
enum class Reach { nothing, own, all };

Reach reach(const Scene& scene) {
  if (scene.granted(Privilege::delete_other_item) == Grant::yes) return Reach::all;
  if (scene.granted(Privilege::delete_other_item) == Grant::by_policy) {
    const bool any = scene.config().overwrite_policy == OverwritePolicy::any_publisher;
    return any ? Reach::all : Reach::own;
  }
  if (scene.granted(Privilege::delete_own_item) == Grant::yes) return Reach::own;
  if (scene.granted(Privilege::delete_own_item) == Grant::no) return Reach::nothing;
  const PublishModel model = scene.config().publish_model;
  const bool may_publish = model == PublishModel::open || (model == PublishModel::subscribers &&
                                                           is_subscribed(scene.state, scene.bare));
  return may_publish ? Reach::own : Reach::nothing;
}

Objection not_persistent(const Scene& scene, const Retract&) {
  if (!transient(scene.config()) && !scene.config().collection()) return std::nullopt;
  return unsupported("persistent-items");
}

Objection no_right(const Scene& scene, const Retract&) {
  if (reach(scene) == Reach::nothing) return refuse(Fault::forbidden);
  return scene.owner() ? std::nullopt : ancestors_refuse_publishing(scene);
}

Objection too_many(const Scene& scene, const Retract& retract) {
  if (retract.ids.size() <= scene.settings.limits.batch) return std::nullopt;
  return refuse(Fault::over_limit);
}

Objection missing(const Scene& scene, const Retract&) {
  return node_missing(scene);
}

constexpr Check<Retract> retract_checks[] = {missing, not_persistent, no_right, too_many};

/// Expired items are not there, though the sweeper has not removed them yet.
bool expired(const Scene& scene, const ItemMeta& item) {
  const auto until = expired_until(scene.config(), scene.now());
  return until && item.published <= *until;
}

}  // namespace

Verdict decide_retract(const Scene& scene, const Retract& retract) {
  if (Objection objection = first_objection(retract_checks, scene, retract))
    return std::move(*objection);
  const bool own_only = reach(scene) == Reach::own;
  change::ItemsRetracted change{.number = scene.state.number};
  std::vector<std::string> unknown;
  std::optional<Fault> fault;
  for (const std::string& id : retract.ids) {
    const auto found = scene.state.items.find(id);
    if (found.knowledge == ItemIndex::Knowledge::unknown) {
      unknown.push_back(id);
    } else if (found.item == nullptr || expired(scene, *found.item)) {
      // Who may remove only its own must not learn what exists.
      if (!fault) fault = own_only ? Fault::forbidden : Fault::no_such_item;
    } else if (own_only && found.item->publisher != scene.bare) {
      fault = Fault::forbidden;
    } else {
      change.items.push_back(*found.item);
    }
  }
  if (!unknown.empty()) return lacks_items(scene, need::Items{std::move(unknown)});
  if (fault) return refuse(*fault);
  if (auto verdict = lacks_above(scene)) return std::move(*verdict);
  Done step;
  step.changes.push_back(std::move(change));
  const NodeConfig& config = scene.config();
  if (notifies(scene) && (retract.notify || config.notify_retract || config.always_notify)) {
    step.outbound.push_back(say::Retracted{scene.token(), retract.ids, above_of(scene)});
  }
  return step;
}

}  // namespace stoa::pubsub
