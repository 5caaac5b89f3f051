#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub {

Scene::Scene(const NodeState& s, const Request& r, const Settings& set, const Context& c)
    : state(s),
      request(r),
      whole(set),
      settings(set.for_entity(r.from)),
      context(c),
      bare(r.from.is_bare() ? r.from : r.from.bare()),
      standing(c.service_admin ? Affiliation::owner : s.affiliation_of(bare)) {}

Objection node_missing(const Scene& scene) {
  if (scene.state.exists()) return std::nullopt;
  const auto& redirect = scene.state.redirect;
  if (redirect && redirect->until > scene.now()) return gone(redirect->uri);
  return refuse(Fault::no_such_node);
}

Objection not_owner(const Scene& scene) {
  if (scene.owner()) return std::nullopt;
  return refuse(Fault::forbidden);
}

Objection not_manageable(const Scene& scene) {
  if (Objection objection = node_missing(scene)) return objection;
  return not_owner(scene);
}

bool is_subscribed(const NodeState& state, const Jid& bare) {
  for (const Subscription* subscription : state.subscriptions.of_entity(bare)) {
    if (subscription->state == SubscriptionState::subscribed) return true;
  }
  return false;
}

namespace {

Objection itself_refuses_reading(const Scene& scene) {
  switch (scene.granted(Privilege::retrieve)) {
    case Grant::yes:
      return std::nullopt;
    case Grant::no:
      return refuse(Fault::forbidden);
    case Grant::by_policy:
      break;
  }
  const NodeConfig& config = scene.config();
  const bool admitted = admits(scene.state, config, scene.settings, scene.bare);
  const auto fault = refusal_of(config.access_model);
  if (!admitted && fault) return refuse(*fault);
  if (config.payment_required) return refuse(Fault::unpaid_items);
  if (admitted) return std::nullopt;
  if (is_subscribed(scene.state, scene.bare)) return std::nullopt;
  return refuse(Fault::not_subscribed_items);
}

bool itself_lets_read(const NodeState& state, const Settings& settings, const Jid& bare) {
  const Grant given = grant(state.affiliation_of(bare), Privilege::retrieve);
  if (given != Grant::by_policy) return given == Grant::yes;
  if (state.config->payment_required) return false;
  if (admits(state, *state.config, settings, bare)) return true;
  return state.config->access_model == AccessModel::authorize && is_subscribed(state, bare);
}

}  // namespace

Objection may_not_retrieve(const Scene& scene) {
  if (Objection objection = itself_refuses_reading(scene)) return objection;
  return ancestors_refuse_reading(scene);
}

Objection may_not_publish(const Scene& scene) {
  const Grant grant = scene.granted(Privilege::publish);
  const PublishModel model = scene.config().publish_model;
  const bool by_model = grant == Grant::by_policy &&
                        (model == PublishModel::open || (model == PublishModel::subscribers &&
                                                         is_subscribed(scene.state, scene.bare)));
  if (grant != Grant::yes && !by_model) return refuse(Fault::forbidden);
  return ancestors_refuse_publishing(scene);
}

bool may_read(const NodeState& state, const Settings& settings, const Jid& bare) {
  return itself_lets_read(state, settings, bare) && ancestors_let_read(state, settings, bare);
}

std::uint32_t item_limit(const NodeConfig& config, const Scene& scene) {
  const std::uint32_t most = scene.node_limits().max_items;
  return std::min(config.max_items.value_or(most), most);
}

bool is_heard(const Scene& scene) {
  return scene.settings.of_account || !scene.state.subscriptions.empty() ||
         !scene.state.parents.empty() || root_hears(scene);
}

bool notifies(const Scene& scene) {
  return scene.config().deliver_notifications && is_heard(scene);
}

Jid first_owner(const NodeState& state) {
  if (state.entry_of(state.creator) == Affiliation::owner) return state.creator;
  for (const auto& [jid, affiliation] : state.affiliations) {
    if (affiliation == Affiliation::owner) return jid;
  }
  return state.creator;
}

std::optional<Timestamp> expired_until(const NodeConfig& config, Timestamp now) {
  if (!config.item_expire) return std::nullopt;
  return now - std::chrono::seconds(*config.item_expire);
}

Verdict lacks_items(const Scene& scene, Need otherwise) {
  if (scene.state.item_count <= scene.settings.limits.whole_index)
    return Lacks<Need>{need::Index{}};
  return Lacks<Need>{std::move(otherwise)};
}

LastItem last_item(const Scene& scene) {
  const NodeState& state = scene.state;
  if (state.item_count == 0) return {};
  if (!state.last_item) return {nullptr, true};
  const auto until = expired_until(scene.config(), scene.now());
  if (until && state.last_item->meta.published <= *until) return {};
  return {&*state.last_item, false};
}

bool wants_last_item(const Scene& scene) {
  return scene.config().send_last_published_item != SendLast::never &&
         scene.config().deliver_notifications;
}

}  // namespace stoa::pubsub
