#include <set>

#include <stoa/pubsub/model/options.hpp>

#include "pubsub/engine/collections.hpp"
#include "pubsub/engine/relations.hpp"
#include "pubsub/engine/retraction.hpp"
#include "pubsub/engine/scene.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

/// What becomes of a subscription under another access model (8.7.4, 12.14).
enum class Fate { stays, begins, ends };

Fate fate(const Scene& scene, const Subscription& subscription, const NodeConfig& after) {
  const AccessModel model = after.access_model;
  const Jid bare = subscription.jid.bare();
  const Affiliation affiliation = scene.state.affiliation_of(bare);
  const Grant grant = pubsub::grant(affiliation, Privilege::subscribe);
  const bool pending = subscription.state == SubscriptionState::pending;
  const bool unpaid = after.payment_required && grant != Grant::yes;
  if (unpaid) return Fate::ends;
  const bool entitled = grant == Grant::yes || (grant == Grant::by_policy &&
                                                admits(scene.state, after, scene.settings, bare));
  if (model == AccessModel::authorize) return pending && entitled ? Fate::begins : Fate::stays;
  if (!entitled) return Fate::ends;
  return pending ? Fate::begins : Fate::stays;
}

void settle_subscriptions(const Scene& scene, const NodeConfig& after, Done& step) {
  const NodeConfig& before = scene.config();
  const bool same = before.access_model == after.access_model &&
                    before.roster_groups_allowed == after.roster_groups_allowed &&
                    before.payment_required == after.payment_required;
  if (same) return;
  for (const Subscription& subscription : scene.state.subscriptions) {
    switch (fate(scene, subscription, after)) {
      case Fate::stays:
        break;
      case Fate::begins:
        approve(scene, step, subscription);
        break;
      case Fate::ends:
        end_subscription(scene, step, subscription);
        break;
    }
  }
}

/// XEP-0248, 7.2.4: a leaf that becomes a collection loses its items.
void drop_items(const Scene& scene, const NodeConfig& after, Done& step) {
  if (!after.collection() || scene.state.item_count == 0) return;
  step.changes.push_back(change::NodePurged{.number = scene.state.number,
                                            .up_to = scene.state.next_seq - 1,
                                            .keep = std::nullopt,
                                            .count_before = scene.state.item_count});
}

/// PS-EVI-09: the history goes, the newest item stays as the cached one.
std::optional<Verdict> drop_history(const Scene& scene, const NodeConfig& after, Done& step) {
  const NodeState& state = scene.state;
  if (state.item_count == 0 || !transient(after) || transient(scene.config())) return std::nullopt;
  change::NodePurged purge{.number = state.number,
                           .up_to = state.next_seq - 1,
                           .keep = std::nullopt,
                           .count_before = state.item_count};
  if (after.send_last_published_item != SendLast::never) {
    if (!state.last_item) return Verdict(Lacks<Need>{need::Last{}});
    purge.keep = state.last_item->meta;
    purge.count_after = 1;
  }
  step.changes.push_back(std::move(purge));
  return std::nullopt;
}

/// PS-EVI-05: fewer items than there are.
std::optional<Verdict> drop_surplus(const Scene& scene, const NodeConfig& after, Done& step) {
  const std::uint32_t limit = item_limit(after, scene);
  if (transient(after) || scene.state.item_count <= limit) return std::nullopt;
  const std::size_t surplus = scene.state.item_count - limit;
  const auto oldest = scene.state.items.oldest(surplus);
  if (!oldest) return lacks_items(scene, need::Oldest{surplus});
  std::vector<ItemMeta> items;
  for (const ItemMeta* item : *oldest) items.push_back(*item);
  remove_items(scene, after, change::Removal::evicted, std::move(items), step);
  return std::nullopt;
}

/// What the node holds, for its owners to see.
void add_statistics(const Scene& scene, forms::Form& form) {
  const auto add = [&](std::string_view var, std::string_view label, std::uint64_t number) {
    form.fields.push_back(forms::Field{.var = std::string(var),
                                       .type = forms::FieldType::fixed,
                                       .label = std::string(label),
                                       .values = {std::to_string(number)}});
  };
  std::set<std::string_view> subscribers;
  for (const Subscription& held : scene.state.subscriptions) {
    if (held.state == SubscriptionState::subscribed) subscribers.insert(held.jid.bare_view());
  }
  add("x-items", "Items", scene.state.item_count);
  add("x-bytes", "Bytes", *scene.state.found().bytes);
  add("x-subscribers", "Subscribers", subscribers.size());
}

void announce_configuration(const Scene& scene, const NodeConfig& after, Done& step) {
  if (!after.notify_config || !after.deliver_notifications) return;
  if (!is_heard(scene)) return;
  step.outbound.push_back(say::Configured{.token = scene.token(), .above = above_of(scene)});
}

}  // namespace

void remove_items(const Scene& scene, const NodeConfig& config, change::Removal why,
                  std::vector<ItemMeta> items, Done& step) {
  constexpr std::size_t per_message = 100;  // keeps an event far below any server's stanza limit
  const bool said = config.deliver_notifications && is_heard(scene) &&
                    (config.notify_retract || config.always_notify);
  for (std::size_t begin = 0; said && begin < items.size(); begin += per_message) {
    say::Retracted event{.token = scene.token(), .above = above_of(scene)};
    const std::size_t end = std::min(begin + per_message, items.size());
    for (std::size_t i = begin; i < end; ++i) event.ids.push_back(items[i].id);
    step.outbound.push_back(std::move(event));
  }
  step.changes.push_back(
      change::ItemsRetracted{scene.state.number, std::move(items), why, config.archives_all()});
}

void approve(const Scene& scene, Done& step, const Subscription& pending) {
  Subscription after = pending;
  after.state = SubscriptionState::subscribed;
  after.expires.reset();
  step.changes.push_back(change::SubscriptionSet{scene.state.number, pending, after});
  tell_subscriber(scene, step, after, after.state);
  tell_owners(scene, step, after, after.state);
  send_last_item(scene, step, after);
}

Verdict decide_read_configuration(const Scene& scene) {
  if (Objection objection = not_manageable(scene)) return std::move(*objection);
  const bool related = scene.config().collection() || !scene.state.parents.empty();
  if (related) {
    if (auto verdict = lacks_family(scene)) return std::move(*verdict);
  }
  if (!scene.state.found().bytes) return Lacks<Need>{need::NodeBytes{}};
  Done step;
  forms::Form form = configuration_form(scene);
  add_statistics(scene, form);
  if (scene.request.command) {
    form.fields.insert(form.fields.begin(), forms::Field{.var = "node",
                                                         .type = forms::FieldType::hidden,
                                                         .values = {scene.state.node}});
    step.reply = wire::command_asks(*scene.request.command, std::move(form));
  } else {
    step.reply = wire::configuration(scene.state.node, form);
  }
  return step;
}

Verdict decide_configure(const Scene& scene, const action::Configure& action) {
  if (Objection objection = not_manageable(scene)) return std::move(*objection);
  Done step;
  if (action.form.type == forms::FormType::cancel) return step;
  auto asked = with_form(scene, scene.config(), action.form);
  if (!asked) return std::move(asked).error();
  const auto after = std::make_shared<const NodeConfig>(std::move(asked).value());
  if (auto verdict = lacks_above(scene)) return std::move(*verdict);
  if (auto verdict = relate(scene, action.form, step)) return std::move(*verdict);
  if (auto verdict = link(scene, action.form, step)) return std::move(*verdict);
  const bool linked = !step.changes.empty();
  if (*after == scene.config() && !linked) return step;
  const bool opens = scene.config().access_model != after->access_model;
  if (opens && wants_last_item(scene) && last_item(scene).unknown) {
    return Lacks<Need>{need::Last{}};
  }
  if (after->collection()) {
    drop_items(scene, *after, step);
  } else {
    if (auto verdict = drop_history(scene, *after, step)) return std::move(*verdict);
    if (auto verdict = drop_surplus(scene, *after, step)) return std::move(*verdict);
  }
  step.changes.push_back(change::NodeConfigured{scene.state.number, scene.state.version + 1,
                                                scene.state.config, after});
  announce_configuration(scene, *after, step);
  settle_subscriptions(scene, *after, step);
  return step;
}

}  // namespace stoa::pubsub
