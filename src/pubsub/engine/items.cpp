#include "pubsub/engine/hidden.hpp"
#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

namespace {

using action::Items;

const Subscription* named_subscription(const Scene& scene, const Items& items) {
  for (const Subscription* held : scene.state.subscriptions.of_entity(scene.bare)) {
    if (held->subid == items.subid) return held;
  }
  return nullptr;
}

/// 6.5.9.1, 6.5.9.2
Objection subid_wrong(const Scene& scene, const Items& items) {
  const auto held = scene.state.subscriptions.of_entity(scene.bare);
  if (items.subid.empty()) {
    if (scene.settings.multi_subscribe && held.size() > 1) return refuse(Fault::subid_required);
    return std::nullopt;
  }
  if (named_subscription(scene, items)) return std::nullopt;
  return refuse(Fault::invalid_subid);
}

Objection too_many_ids(const Scene& scene, const Items& items) {
  if (items.ids.size() <= scene.settings.limits.requested_ids) return std::nullopt;
  return refuse(Fault::over_limit);
}

Objection missing(const Scene& scene, const Items&) {
  return node_missing(scene);
}
Objection no_access(const Scene& scene, const Items&) {
  return may_not_retrieve(scene);
}
/// 6.5.9.5
Objection holds_nodes(const Scene& scene, const Items&) {
  if (!scene.config().collection() || scene.settings.collection_items) return std::nullopt;
  return unsupported("retrieve-items");
}
/// A collection has no items of its own that could be named.
Objection names_items(const Scene& scene, const Items& items) {
  if (!scene.config().collection() || items.ids.empty()) return std::nullopt;
  return refuse(Fault::no_such_item);
}
/// 6.5.9.4
Objection nothing_kept(const Scene& scene, const Items&) {
  if (scene.config().collection()) return std::nullopt;
  if (!transient(scene.config()) || scene.state.item_count > 0) return std::nullopt;
  return unsupported("persistent-items");
}

constexpr Check<Items> items_checks[] = {missing,     no_access,    holds_nodes, subid_wrong,
                                         names_items, nothing_kept, too_many_ids};

ItemsRead base_read(const Scene& scene) {
  ItemsRead read{.number = scene.state.number, .node = scene.state.node};
  read.cap = scene.settings.limits.page;
  read.expired_until = expired_until(scene.config(), scene.now());
  switch (scene.config().itemreply) {
    case ItemReply::publisher:
      read.publisher = ItemsRead::Publisher::shown;
      break;
    case ItemReply::none:
      read.publisher = ItemsRead::Publisher::hidden;
      break;
    case ItemReply::owner:
      read.publisher = ItemsRead::Publisher::replaced;
      read.replacement = first_owner(scene.state);
      break;
  }
  return read;
}

/// XEP-0248, 6.2
JoinedRead joined_read(const Scene& scene, const Items& items) {
  return {.number = scene.state.number,
          .node = scene.state.node,
          .bare = scene.bare,
          .admin = scene.admin() || scene.settings.access == CollectionAccess::collection_only,
          .now = scene.now(),
          .max_items = items.max_items,
          .page = items.page,
          .order = items.order,
          .cap = scene.settings.limits.page};
}

}  // namespace

Verdict decide_items(const Scene& scene, const Items& items) {
  if (Objection objection = first_objection(items_checks, scene, items))
    return std::move(*objection);
  if (scene.config().collection()) return ReadPlan<Read>{joined_read(scene, items)};
  ItemsRead read = base_read(scene);
  read.ids = items.ids;
  read.max_items = items.max_items;
  read.page = items.page;
  read.order = items.order;
  if (!items.subid.empty()) read.filter = named_subscription(scene, items)->options.filter;
  return ReadPlan<Read>{std::move(read)};
}

Verdict decide_node_items(const Scene& scene, const action::NodeItems& items) {
  if (Objection objection = missing_or_private(scene)) return std::move(*objection);
  if (Objection objection = may_not_retrieve(scene)) return std::move(*objection);
  if (scene.config().collection()) {
    return ReadPlan<Read>{ChildrenRead{.number = scene.state.number,
                                       .node = scene.state.node,
                                       .bare = scene.bare,
                                       .admin = scene.admin(),
                                       .page = items.page,
                                       .cap = scene.settings.limits.page}};
  }
  ItemsRead read = base_read(scene);
  read.purpose = ItemsRead::Purpose::disco;
  read.page = items.page;
  return ReadPlan<Read>{std::move(read)};
}

}  // namespace stoa::pubsub
