#include <algorithm>

#include <stoa/pubsub/model/options.hpp>

#include "pubsub/engine/scene.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

using action::Publish;

constexpr std::size_t oldest_window = 256;  ///< fetched at once where a big node evicts

Objection no_right(const Scene& scene, const Publish&) {
  return may_not_publish(scene);
}

/// 7.1.3.2
Objection holds_no_items(const Scene& scene, const Publish&) {
  if (!scene.config().collection()) return std::nullopt;
  return unsupported("publish");
}

/// 7.1.5
Objection precondition_fails(const Scene& scene, const Publish& publish) {
  if (!publish.options) return std::nullopt;
  const auto mismatch = scene.settings.tables->node.mismatch(*publish.options, scene.config());
  if (!mismatch) return std::nullopt;
  return refuse(Fault::precondition, "The field " + mismatch->var + " is not as you want it.");
}

Objection item_wrong(const Scene& scene, const Publish::Item& item) {
  const NodeConfig& config = scene.config();
  if (item.malformed) return refuse(Fault::invalid_payload);
  if (!item.payload && config.deliver_payloads) return refuse(Fault::payload_required);
  if (item.payload && config.enforce_type && !config.type.empty() &&
      item.payload_ns != config.type) {
    return refuse(Fault::invalid_payload);
  }
  if (item.id.size() > scene.settings.limits.item_id_bytes) return refuse(Fault::item_id_too_long);
  return std::nullopt;
}

/// 7.1.3.6, 7.1.3.7
Objection items_wrong(const Scene& scene, const Publish& publish) {
  const NodeConfig& config = scene.config();
  const bool bare_notification = !config.deliver_payloads && transient(config);
  if (bare_notification && !publish.items.empty()) return refuse(Fault::item_forbidden);
  if (!bare_notification && publish.items.empty()) return refuse(Fault::item_required);
  if (publish.items.size() > 1 && !scene.settings.offers("multi-items")) {
    return unsupported("multi-items");
  }
  for (const Publish::Item& item : publish.items) {
    if (Objection objection = item_wrong(scene, item)) return objection;
  }
  return std::nullopt;
}

Objection too_big(const Scene& scene, const Publish& publish) {
  const std::size_t limit =
      std::min(scene.config().max_payload_size, scene.settings.limits.payload_bytes);
  for (const Publish::Item& item : publish.items) {
    if (item.payload && item.payload->size() > limit) return refuse(Fault::payload_too_big);
  }
  return std::nullopt;
}

Objection batch_too_big(const Scene& scene, const Publish& publish) {
  if (publish.items.size() > scene.settings.limits.batch) return refuse(Fault::over_limit);
  if (transient(scene.config())) return std::nullopt;
  if (publish.items.size() > item_limit(scene.config(), scene)) {
    return refuse(Fault::batch_too_big);
  }
  return std::nullopt;
}

/// What was elsewhere may be much at once.
constexpr Check<Publish> take_over_checks[] = {no_right, holds_no_items, items_wrong, too_big};
constexpr Check<Publish> publish_checks[] = {no_right,    holds_no_items, precondition_fails,
                                             items_wrong, too_big,        batch_too_big};

/// who may put an item in the place of this one.
bool may_replace(const Scene& scene, const ItemMeta& item) {
  if (scene.granted(Privilege::delete_other_item) == Grant::yes) return true;
  if (item.publisher == scene.bare) return true;
  return scene.granted(Privilege::delete_other_item) == Grant::by_policy &&
         scene.config().overwrite_policy == OverwritePolicy::any_publisher;
}

/// What one publish comes to.
struct Plan {
  std::vector<change::ItemPublished> items;
  std::vector<ItemMeta> evicted;
};

/// The serial number behind those in use; nullopt where the index does not say.
std::optional<std::string> serial_id(const Scene& scene, std::uint64_t& next) {
  while (true) {
    std::string id = std::to_string(next++);
    const auto found = scene.state.items.find(id);
    if (found.knowledge == ItemIndex::Knowledge::absent) return id;
    if (found.knowledge == ItemIndex::Knowledge::unknown) return std::nullopt;
  }
}

change::ItemPublished planned(const Scene& scene, const Publish::Item& asked, std::uint64_t seq,
                              const ItemMeta* before) {
  change::ItemPublished change{.number = scene.state.number};
  ItemMeta& meta = change.item.meta;
  meta.id = asked.id;
  meta.seq = seq;
  meta.first_seq = before ? before->first_seq : seq;
  meta.published = asked.at.value_or(scene.now());
  meta.created = before ? before->created : meta.published;
  const bool keeps_publisher = before && scene.config().consistent_publisher && scene.owner();
  meta.publisher = keeps_publisher ? before->publisher : scene.bare;
  if (!asked.publisher.empty()) meta.publisher = asked.publisher;
  change.item.payload = asked.payload;
  if (before) change.before = *before;
  return change;
}

std::optional<Verdict> plan_items(const Scene& scene, const Publish& publish, Plan& plan) {
  const NodeState& state = scene.state;
  std::vector<std::string> unknown;
  std::uint64_t seq = state.next_seq;
  std::uint64_t serial = seq;
  for (Publish::Item asked : publish.items) {
    const ItemMeta* before = nullptr;
    if (!asked.id.empty()) {
      const auto found = state.items.find(asked.id);
      if (found.knowledge == ItemIndex::Knowledge::unknown) unknown.push_back(asked.id);
      before = found.item;
    } else if (scene.config().serial_ids) {
      auto id = serial_id(scene, serial);
      if (!id) return lacks_items(scene, need::Index{});
      asked.id = std::move(*id);
    } else {
      asked.id = scene.token();
    }
    if (before && !may_replace(scene, *before)) return Verdict(refuse(Fault::forbidden));
    plan.items.push_back(planned(scene, asked, seq++, before));
  }
  if (!unknown.empty()) return lacks_items(scene, need::Items{std::move(unknown)});
  for (auto& item : plan.items) item.last_before = state.last_item;
  for (std::size_t i = 1; i < plan.items.size(); ++i) {
    plan.items[i].last_before = std::make_shared<const Item>(plan.items[i - 1].item);
  }
  return std::nullopt;
}

/// PS-EVI-01 to -04: a full node lets go of its oldest, or refuses.
std::optional<Verdict> plan_eviction(const Scene& scene, Plan& plan) {
  std::uint64_t count = scene.state.item_count;
  for (const auto& item : plan.items) count += item.before ? 0u : 1u;
  const std::uint32_t limit = item_limit(scene.config(), scene);
  if (count <= limit) return std::nullopt;
  if (count > scene.state.item_count && scene.config().publish_node_full == NodeFull::reject) {
    return Verdict(refuse(Fault::node_full));
  }
  const std::size_t surplus = count - limit;
  const std::size_t looked_at = surplus + plan.items.size();  // some of them may be replaced anyway
  const auto oldest = scene.state.items.oldest(looked_at);
  if (!oldest) return lacks_items(scene, need::Oldest{std::max(looked_at, oldest_window)});
  for (const ItemMeta* item : *oldest) {
    const bool replaced = std::any_of(plan.items.begin(), plan.items.end(),
                                      [&](const auto& p) { return p.item.meta.id == item->id; });
    if (!replaced && plan.evicted.size() < surplus) plan.evicted.push_back(*item);
  }
  return std::nullopt;
}

/// A node without history keeps the last item only, and that only where somebody may get it.
void change_transient(const Scene& scene, Plan& plan, Done& step) {
  if (scene.config().send_last_published_item == SendLast::never) return;
  change::ItemPublished last = plan.items.back();
  last.transient = true;
  last.last_before = scene.state.last_item;
  last.item.meta.seq = scene.state.next_seq;
  const auto stored = scene.state.items.oldest(1);
  if (!last.before && stored && !stored->empty()) {
    step.changes.push_back(
        change::ItemsRetracted{scene.state.number, {*stored->front()}, change::Removal::replaced});
  }
  step.changes.push_back(std::move(last));
}

void change_persistent(const Scene& scene, Plan& plan, Done& step) {
  for (auto& item : plan.items) step.changes.push_back(std::move(item));
  if (plan.evicted.empty()) return;
  step.changes.push_back(change::ItemsRetracted{scene.state.number, std::move(plan.evicted),
                                                change::Removal::evicted,
                                                scene.config().archives_all()});
}

void announce(const Scene& scene, const Plan& plan, Done& step) {
  const bool taken_over = std::holds_alternative<action::TakeOver>(scene.request.action);
  if (taken_over || !notifies(scene)) return;
  const NodeConfig& config = scene.config();
  const say::Above above = above_of(scene);
  say::Published event{.token = scene.token(), .above = above};
  for (const auto& item : plan.items) event.items.push_back(item.item);
  if (scene.settings.of_account) event.resource = scene.request.from;
  step.outbound.push_back(std::move(event));
  const bool says_so = config.publish_node_full == NodeFull::retract_oldest &&
                       (config.notify_retract || config.always_notify);
  if (plan.evicted.empty() || !says_so) return;
  say::Retracted retracted{.token = scene.token(), .above = above};
  for (const ItemMeta& item : plan.evicted) retracted.ids.push_back(item.id);
  step.outbound.push_back(std::move(retracted));
}

/// What is stored for the node's creator already, and what would come to it.
std::optional<Verdict> over_quota(const Scene& scene, const Publish& publish) {
  const std::uint64_t limit = scene.node_limits().bytes_per_owner;
  if (limit == 0 || scene.admin()) return std::nullopt;
  const auto& known = scene.state.found().stored_bytes;
  if (!known || scene.now() - known->asked > count_is_fresh) {
    return Verdict(Lacks<Need>{need::StoredBytes{scene.state.creator, scene.now()}});
  }
  std::uint64_t bytes = known->count;
  for (const Publish::Item& item : publish.items) bytes += item.payload ? item.payload->size() : 0;
  if (bytes <= limit) return std::nullopt;
  return Verdict(refuse(Fault::quota));
}

/// On behalf of somebody: no later than now, and no earlier than what is there, for items are in
/// the order of their times.
std::optional<Verdict> time_wrong(const Scene& scene, const Publish& publish) {
  for (const Publish::Item& item : publish.items) {
    if (!item.at) continue;
    if (*item.at > scene.now()) return Verdict(refuse(Fault::time_wrong));
    const NodeState& state = scene.state;
    if (state.item_count == 0) continue;
    if (!state.last_item) return Verdict(Lacks<Need>{need::Last{}});
    if (*item.at < state.last_item->meta.published) return Verdict(refuse(Fault::time_wrong));
  }
  return std::nullopt;
}

/// The requester may publish; `step` may hold the node's creation already.
Verdict carry_out(const Scene& scene, const Publish& publish, Done step) {
  Plan plan;
  const bool without_history = transient(scene.config());
  if (without_history && !scene.state.items.complete()) return Lacks<Need>{need::Index{}};
  if (auto verdict = time_wrong(scene, publish)) return std::move(*verdict);
  if (auto verdict = plan_items(scene, publish, plan)) return std::move(*verdict);
  if (!without_history) {
    if (auto verdict = plan_eviction(scene, plan)) return std::move(*verdict);
  }
  if (auto verdict = over_quota(scene, publish)) return std::move(*verdict);
  if (auto verdict = lacks_above(scene)) return std::move(*verdict);
  if (!plan.items.empty()) {
    std::vector<std::string> ids;
    for (const auto& item : plan.items) ids.push_back(item.item.meta.id);
    step.reply = wire::published(scene.state.node, ids);
  }
  announce(scene, plan, step);
  if (plan.items.empty()) return step;
  if (without_history) {
    change_transient(scene, plan, step);
  } else {
    change_persistent(scene, plan, step);
  }
  return step;
}

/// 7.1.5 at a node that the options are to shape: what nobody knows cannot be met.
Result<NodeConfig, StanzaError> options_as_config(const Scene& scene, const Publish& publish) {
  const SharedConfig defaults = defaults_for(scene.settings, scene.request.node);
  if (!publish.options) return *defaults;
  for (const forms::Field& field : publish.options->fields) {
    if (scene.settings.tables->node.find(field.var) == nullptr) {
      return refuse(Fault::precondition, "The field " + field.var + " is unknown.");
    }
  }
  return with_form(scene, *defaults, *publish.options);
}

/// The node is made and the items published in one step, or neither.
template <class Checks>
Verdict make_and_publish(const Scene& scene, SharedConfig config, const Publish& publish,
                         const Checks& checks) {
  Done step{.changes = creation(scene, std::move(config))};
  tell_creator(scene, step);
  NodeState made;
  for (const Change& change : step.changes) apply(made, change);
  made.asked = scene.state.asked;
  made.above = scene.state.above;
  const Scene there = scene.at(made);
  if (Objection objection = first_objection(checks, there, publish)) return std::move(*objection);
  if (auto verdict = tell_root(there, step)) return std::move(*verdict);
  return carry_out(there, publish, std::move(step));
}

/// 7.1.4
Verdict publish_first(const Scene& scene, const Publish& publish) {
  Objection missing = node_missing(scene);
  const bool moved = missing->condition == Condition::gone;
  if (moved || scene.request.command || !scene.settings.offers("auto-create"))
    return std::move(*missing);
  if (auto verdict = may_not_create(scene)) return std::move(*verdict);
  auto config = options_as_config(scene, publish);
  if (!config) return std::move(config).error();
  auto shared = publish.options ? std::make_shared<const NodeConfig>(std::move(config).value())
                                : defaults_for(scene.settings, scene.request.node);
  return make_and_publish(scene, std::move(shared), {publish.items, std::nullopt}, publish_checks);
}

forms::Form private_form() {
  forms::Form form{.type = forms::FormType::submit};
  form.fields.push_back({.var = std::string(access_model_field), .values = {"whitelist"}});
  form.fields.push_back({.var = "pubsub#max_items", .values = {"max"}});
  return form;
}

}  // namespace

Verdict decide_publish(const Scene& scene, const Publish& publish) {
  if (!scene.state.exists()) return publish_first(scene, publish);
  if (Objection objection = first_objection(publish_checks, scene, publish))
    return std::move(*objection);
  return carry_out(scene, publish, {});
}

Verdict decide_take_over(const Scene& scene, const action::TakeOver& action) {
  if (scene.state.exists()) return refuse(Fault::node_exists);
  if (auto verdict = may_not_create(scene)) return std::move(*verdict);
  const forms::Form form = action.configuration.value_or(private_form());
  auto config = with_form(scene, *defaults_for(scene.settings, scene.request.node), form);
  if (!config) return std::move(config).error();
  const std::size_t limit = item_limit(*config, scene);
  Publish publish{action.items, std::nullopt};
  if (publish.items.size() > limit) {
    publish.items.erase(publish.items.begin(),
                        publish.items.end() - static_cast<std::ptrdiff_t>(limit));
  }
  auto shared = std::make_shared<const NodeConfig>(std::move(config).value());
  if (!publish.items.empty()) {
    return make_and_publish(scene, std::move(shared), publish, take_over_checks);
  }
  Done step{.changes = creation(scene, std::move(shared))};
  tell_creator(scene, step);
  return step;
}

}  // namespace stoa::pubsub
