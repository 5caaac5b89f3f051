#include "pubsub/engine/collections.hpp"

#include <algorithm>
#include <set>

#include <stoa/pubsub/model/options.hpp>

#include "pubsub/engine/relations.hpp"
#include "pubsub/wire/asked.hpp"

namespace stoa::pubsub {

namespace {

/// The names of a field: normalised, the empty one (the root) left out; nullopt where one cannot
/// be.
std::optional<std::set<std::string>> names_in(const forms::Field& field) {
  std::set<std::string> names;
  for (const std::string& value : field.values) {
    if (value.empty()) continue;
    auto name = wire::node_id(value);
    if (!name) return std::nullopt;
    names.insert(std::move(*name));
  }
  return names;
}

bool may_add_to(const Scene& scene, const Relative& parent) {
  if (scene.admin() || parent.affiliation == Affiliation::owner) return true;
  switch (parent.policy) {
    case AssociationPolicy::all:
      return parent.affiliation != Affiliation::outcast;
    case AssociationPolicy::owners:
      return false;
    case AssociationPolicy::whitelist:
      break;
  }
  return std::any_of(parent.whitelist.begin(), parent.whitelist.end(),
                     [&](const Jid& jid) { return jid.bare_view() == scene.bare.str(); });
}

/// XEP-0248, 7.2.3 and 7.5.3
Objection may_not_be_parent(const Scene& scene, const Relative& parent) {
  const bool itself = parent.node == scene.request.node;
  if (itself || parent.below) return refuse(Fault::bad_kinship);
  if (parent.number == 0) return refuse(Fault::no_such_relative);
  const auto* asked = std::get_if<action::Associate>(&scene.request.action);
  const bool authorised = asked != nullptr && asked->authorised;
  if (!authorised && !may_add_to(scene, parent)) return refuse(Fault::may_not_associate);
  if (!parent.collection) return refuse(Fault::bad_kinship);
  const std::uint64_t limit = std::min(parent.children_max.value_or(scene.settings.limits.children),
                                       scene.settings.limits.children);
  if (parent.children >= limit) return refuse(Fault::too_many_children);
  return std::nullopt;
}

std::optional<Verdict> lacks_kin(const Scene& scene, const std::vector<std::string>& names) {
  const auto& known = scene.state.kin;
  if (known && known->asked == names && known->requester == scene.bare) return std::nullopt;
  return Verdict(Lacks<Need>{need::Kin{scene.bare, names}});
}

std::optional<Verdict> lacks_above(const Scene& scene, const std::vector<std::uint64_t>& from) {
  const auto& known = scene.state.above;
  const bool covered =
      known && std::includes(known->from.begin(), known->from.end(), from.begin(), from.end());
  if (covered) return std::nullopt;
  return Verdict(Lacks<Need>{need::Above{from}});
}

/// The collections that a node is in; what is in none is in the root.
std::vector<std::uint64_t> numbers_of(const Scene& scene) {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, node] : scene.state.parents) numbers.push_back(number);
  if (numbers.empty() && root_hears(scene)) numbers.push_back(scene.whole.root.number);
  return numbers;
}

change::Linked link_changed(const Scene& scene, std::uint64_t parent, std::string node,
                            change::Linked::Way way) {
  return {scene.state.number, parent, std::move(node), way};
}

void tell_of(const Scene& scene, say::Kinship::What what, const std::string& parent, Done& step) {
  step.outbound.push_back(say::Kinship{.what = what,
                                       .token = scene.token(),
                                       .node = scene.state.node,
                                       .parent = parent,
                                       .above = scene.state.above});
}

/// The parents that come and go.
struct Relocation {
  std::vector<const Relative*> in;
  std::vector<std::pair<std::uint64_t, std::string>> out;
};

/// All who hear of the node before or after the move are told of it.
std::optional<Verdict> relocate(const Scene& scene, const Relocation& move, say::Kinship::What what,
                                Done& step) {
  std::set<std::uint64_t> all;
  for (const auto& [number, node] : scene.state.parents) all.insert(number);
  for (const Relative* parent : move.in) all.insert(parent->number);
  const bool was_on_top = scene.state.parents.empty() && what != say::Kinship::What::created;
  const bool will_be = move.in.empty() && move.out.size() == scene.state.parents.size();
  if (root_hears(scene) && (was_on_top || will_be)) all.insert(scene.whole.root.number);
  if (auto verdict = lacks_above(scene, {all.begin(), all.end()})) return verdict;
  for (const Relative* parent : move.in) {
    step.changes.push_back(
        link_changed(scene, parent->number, parent->node, change::Linked::Way::in));
    tell_of(scene, what, parent->node, step);
  }
  for (const auto& [number, node] : move.out) {
    step.changes.push_back(link_changed(scene, number, node, change::Linked::Way::out));
    tell_of(scene, say::Kinship::What::dissociated, node, step);
  }
  return std::nullopt;
}

/// Whether this node may come into the collection that the scene is about.
Objection may_not_be_child(const Scene& scene, const Relative& child) {
  if (child.node == scene.request.node || child.above) return refuse(Fault::bad_kinship);
  if (child.number == 0) return refuse(Fault::no_such_relative);
  if (!scene.admin() && child.affiliation != Affiliation::owner) {
    return refuse(Fault::may_not_associate);
  }
  return std::nullopt;
}

/// The children that a form names (7.2): those that are new come in, those that it leaves out go.
/// Each child carries it out.
Objection adopt(const Scene& scene, const std::set<std::string>& wanted, Done& step) {
  const std::vector<std::string>& now = scene.state.kin->children;
  const std::set<std::string> before(now.begin(), now.end());
  const std::uint64_t limit =
      std::min(scene.config().children_max.value_or(scene.node_limits().children),
               scene.node_limits().children);
  if (wanted.size() > limit && wanted != before) return refuse(Fault::too_many_children);
  using Way = change::Linked::Way;
  for (const std::string& child : now) {
    if (wanted.contains(child)) continue;
    step.changes.push_back(change::Adopt{child, scene.request.node, Way::out});
  }
  for (const Relative& child : scene.state.kin->found) {
    if (!wanted.contains(child.node) || before.contains(child.node)) continue;
    if (Objection objection = may_not_be_child(scene, child)) return objection;
    step.changes.push_back(change::Adopt{child.node, scene.request.node, Way::in});
  }
  return std::nullopt;
}

/// The names in a field of the form; none where it is not there; nullopt where one cannot be.
std::optional<std::set<std::string>> names_of(const forms::Form& form, std::string_view var) {
  const forms::Field* field = form.find(var);
  return field ? names_in(*field) : std::set<std::string>();
}

/// Asks for the nodes that the form names in both fields.
std::optional<Verdict> lacks_named(const Scene& scene, const std::set<std::string>& parents,
                                   const std::set<std::string>& children) {
  std::vector<std::string> names(parents.begin(), parents.end());
  names.insert(names.end(), children.begin(), children.end());
  return lacks_kin(scene, names);
}

}  // namespace

std::optional<Verdict> link(const Scene& scene, const forms::Form& form, Done& step) {
  const bool places = form.find(collection_field) != nullptr;
  const bool adopts = form.find(children_field) != nullptr;
  if (!places && !adopts) return std::nullopt;
  const auto wanted = names_of(form, collection_field);
  const auto children = names_of(form, children_field);
  if (!wanted || !children) return Verdict(refuse(Fault::config_refused, "That names no node."));
  if (auto verdict = lacks_named(scene, *wanted, *children)) return verdict;
  const bool made =
      !step.changes.empty() && std::holds_alternative<change::NodeCreated>(step.changes.front());
  if (adopts) {
    const bool holds = scene.config().collection() || form.value(node_type_field) == "collection";
    if (!holds && !children->empty()) {
      return Verdict(refuse(Fault::config_refused, "pubsub#children is for collections."));
    }
    if (Objection objection = adopt(scene, *children, step)) return Verdict(std::move(*objection));
  }
  if (!places) return std::nullopt;
  Relocation move;
  auto gone = scene.state.parents;
  for (const Relative& parent : scene.state.kin->found) {
    if (!wanted->contains(parent.node)) continue;
    if (gone.erase(parent.number) > 0) continue;
    if (Objection objection = may_not_be_parent(scene, parent)) {
      return Verdict(std::move(*objection));
    }
    move.in.push_back(&parent);
  }
  move.out.assign(gone.begin(), gone.end());
  if (move.in.empty() && move.out.empty()) return std::nullopt;
  return relocate(scene, move, made ? say::Kinship::What::created : say::Kinship::What::associated,
                  step);
}

Verdict decide_associate(const Scene& scene, const action::Associate& action) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  if (auto verdict = lacks_kin(scene, {action.collection})) return std::move(*verdict);
  const Relative& parent = scene.state.kin->found.front();
  const bool there = scene.state.parents.contains(parent.number);
  Relocation move;
  if (action.dissociate) {
    if (parent.number == 0) return refuse(Fault::no_such_relative);
    if (!action.authorised && !scene.owner() && parent.affiliation != Affiliation::owner) {
      return refuse(Fault::may_not_associate);
    }
    if (!there) return refuse(Fault::not_associated);
    move.out.emplace_back(parent.number, parent.node);
  } else {
    if (!action.authorised && !scene.owner()) return refuse(Fault::may_not_associate);
    if (there) return Done();
    if (Objection objection = may_not_be_parent(scene, parent)) return std::move(*objection);
    move.in.push_back(&parent);
  }
  Done step;
  if (auto verdict = relocate(scene, move, say::Kinship::What::associated, step))
    return std::move(*verdict);
  return step;
}

std::optional<Verdict> lacks_family(const Scene& scene) {
  std::vector<std::string> names;
  for (const auto& [number, node] : scene.state.parents) names.push_back(node);
  return lacks_kin(scene, names);
}

std::optional<Verdict> lacks_above(const Scene& scene) {
  const auto from = numbers_of(scene);
  if (from.empty() || !scene.config().deliver_notifications) return std::nullopt;
  return lacks_above(scene, from);
}

bool root_hears(const Scene& scene) {
  return scene.whole.root.heard && scene.request.node != root_key;
}

std::optional<Verdict> tell_root(const Scene& scene, Done& step) {
  const bool placed = std::any_of(step.changes.begin(), step.changes.end(), [](const Change& one) {
    return std::holds_alternative<change::Linked>(one);
  });
  if (placed || !root_hears(scene)) return std::nullopt;
  if (auto verdict = lacks_above(scene, {scene.whole.root.number})) return verdict;
  tell_of(scene, say::Kinship::What::created, {}, step);
  return std::nullopt;
}

bool Engine::shares(const pubsub::Settings& settings) {
  return !settings.of_account && settings.offers("collections");
}

void Engine::share(pubsub::Settings& settings, const NodeState& state) {
  settings.root = {state.number, !state.subscriptions.empty()};
}

say::Above above_of(const Scene& scene) {
  const bool known = scene.state.above && !scene.state.above->subscriptions.empty();
  return known ? scene.state.above : nullptr;
}

forms::Form configuration_form(const Scene& scene) {
  forms::Form form = scene.settings.tables->node.render(forms::FormType::form, scene.config());
  if (!reads_rosters(scene)) hide_roster_models(form);
  if (scene.settings.offers("relationships")) add_relations(form, scene.state);
  fix_forced(scene.settings, scene.state.node, form);
  if (!scene.settings.offers("collections")) return form;
  forms::Field parents{.var = std::string(collection_field),
                       .type = forms::FieldType::text_multi,
                       .label = "Collections that it is in"};
  // One that was deleted meanwhile may still stand in memory.
  const auto& kin = scene.state.kin;
  for (const Relative& parent : kin ? kin->found : std::vector<Relative>()) {
    if (scene.state.parents.contains(parent.number)) parents.values.push_back(parent.node);
  }
  form.fields.push_back(std::move(parents));
  if (!scene.config().collection()) return form;
  form.fields.push_back(forms::Field{.var = std::string(children_field),
                                     .type = forms::FieldType::text_multi,
                                     .label = "Nodes in it",
                                     .values = scene.state.kin->children});
  return form;
}

}  // namespace stoa::pubsub
