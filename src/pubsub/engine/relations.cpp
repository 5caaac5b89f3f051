#include "pubsub/engine/relations.hpp"

#include <algorithm>

#include <stoa/pubsub/model/options.hpp>

#include "pubsub/wire/asked.hpp"

namespace stoa::pubsub {

namespace {

/// What a form says of the two fields; nullopt: nothing.
struct Wish {
  std::optional<std::string> link;
  std::optional<std::string> parent;
};

/// The name in a field: normalised, empty for none; nullopt where it cannot be one.
std::optional<std::string> name_in(const forms::Field& field) {
  if (field.values.size() > 1) return std::nullopt;
  if (field.values.empty() || field.values.front().empty()) return std::string();
  return wire::node_id(field.values.front());
}

bool read_wish(const forms::Form& form, Wish& wish) {
  if (const forms::Field* field = form.find(link_field)) {
    wish.link = name_in(*field);
    if (!wish.link) return false;
  }
  if (const forms::Field* field = form.find(parent_field)) {
    wish.parent = name_in(*field);
    if (!wish.parent) return false;
  }
  return true;
}

/// The node's parent: its own, or that of the node it is linked to.
Relation parent_of(const NodeState& state) {
  const auto& known = state.found().lineage;
  if (!known || known->ancestors.empty() || !state.has_relation()) return {};
  const NodeState& parent = *known->ancestors.front();
  return {parent.number, parent.node};
}

/// PS-REL-08: nobody's node gets others to follow it without its owner.
bool may_bind_to(const Scene& scene, const Forebear& forebear) {
  if (scene.admin() || forebear.affiliation == Affiliation::owner) return true;
  if (scene.settings.binding != Binding::publishers) return false;
  const Grant given = grant(forebear.affiliation, Privilege::publish);
  if (given != Grant::by_policy) return given == Grant::yes;
  return forebear.publish_model == PublishModel::open ||
         (forebear.publish_model == PublishModel::subscribers && forebear.subscribed);
}

/// Whether the node may depend on that one; what it depends on already stays.
Objection may_not_bind_to(const Scene& scene, const Forebear& forebear, const Relation& now) {
  if (forebear.node == scene.request.node || forebear.beneath) {
    return refuse(Fault::bad_relation, "That would close a circle of nodes.");
  }
  if (forebear.number == 0) {
    return refuse(Fault::no_such_relative, "There is no node " + forebear.node + ".");
  }
  if (forebear.number == now.number || may_bind_to(scene, forebear)) return std::nullopt;
  return refuse(Fault::may_not_bind);
}

/// The node that the wish is about, or the verdict that it must be looked up first.
struct Sought {
  const Forebear* forebear = nullptr;
  std::optional<Verdict> lacks = {};
};
Sought seek(const Scene& scene, const std::string& name) {
  const auto& known = scene.state.found().lineage;
  const std::vector<std::string> names = {name};
  const bool fresh = known && !scene.state.lineage_used && known->requester == scene.bare;
  if (!fresh || known->asked != names) {
    return {nullptr, Verdict(Lacks<Need>{need::Lineage{scene.bare, names}})};
  }
  return {&known->found.front(), std::nullopt};
}

change::Related unrelated(const NodeState& state) {
  return {.number = state.number, .link_before = state.link(), .parent_before = state.parent()};
}

/// 4.2: a node that is linked has the parent of the node it is linked to, and no other.
std::optional<Verdict> link_to(const Scene& scene, const std::string& name, const Wish& wish,
                               Done& step) {
  const NodeState& state = scene.state;
  const bool own_parent = !wish.parent && state.parent().is_set();
  const std::string parent = own_parent ? state.parent().node : wish.parent.value_or("");
  const bool stays = state.link().is_set() && state.link().node == name;
  if (stays && (parent.empty() || parent == parent_of(state).node)) return std::nullopt;
  const Sought sought = seek(scene, name);
  if (sought.lacks) return sought.lacks;
  const Forebear& linked = *sought.forebear;
  if (Objection objection = may_not_bind_to(scene, linked, state.link())) {
    return Verdict(std::move(*objection));
  }
  if (!parent.empty() && parent != linked.parent.node) {
    return Verdict(refuse(Fault::bad_relation,
                          "A node that is linked has the parent of the node it is linked to."));
  }
  change::Related change = unrelated(state);
  change.link_after = {linked.number, linked.node};
  if (change.link_after != change.link_before) step.changes.push_back(std::move(change));
  return std::nullopt;
}

std::optional<Verdict> hang_from(const Scene& scene, const std::string& name, Done& step) {
  const NodeState& state = scene.state;
  change::Related change = unrelated(state);
  if (!name.empty()) {
    const Relation now = parent_of(state);
    const bool stays = now.is_set() && now.node == name;
    if (stays) {
      change.parent_after = now;
    } else {
      const Sought sought = seek(scene, name);
      if (sought.lacks) return sought.lacks;
      if (Objection objection = may_not_bind_to(scene, *sought.forebear, now)) {
        return Verdict(std::move(*objection));
      }
      change.parent_after = {sought.forebear->number, sought.forebear->node};
    }
  }
  const bool same =
      change.link_after == change.link_before && change.parent_after == change.parent_before;
  if (!same) step.changes.push_back(std::move(change));
  return std::nullopt;
}

/// Everything said of the kinds that are for those who may read the node.
struct Admit {
  const say::Present& admitted;

  template <class S>
  void operator()(S& said) const {
    if constexpr (requires { said.present; }) said.present = admitted;
  }
};

}  // namespace

std::optional<Verdict> lacks_lineage(const Scene& scene) {
  if (!scene.state.has_relation()) return std::nullopt;
  const auto& known = scene.state.found().lineage;
  const bool fresh = known && !scene.state.lineage_used && known->requester == scene.bare;
  if (!fresh) return Verdict(Lacks<Need>{need::Lineage{scene.bare, {}}});
  for (const auto& ancestor : known->ancestors) {
    if (auto verdict = lacks_rosters_at(scene, *ancestor)) return verdict;
  }
  return std::nullopt;
}

std::optional<Verdict> relate(const Scene& scene, const forms::Form& form, Done& step) {
  if (!scene.settings.offers("relationships")) return std::nullopt;
  Wish wish;
  if (!read_wish(form, wish)) return Verdict(refuse(Fault::config_refused, "That names no node."));
  if (!wish.link && !wish.parent) return std::nullopt;
  const std::string link = wish.link.value_or(scene.state.link().node);
  if (!link.empty()) return link_to(scene, link, wish, step);
  // What was linked keeps the parent that it had by that.
  return hang_from(scene, wish.parent.value_or(parent_of(scene.state).node), step);
}

void add_relations(forms::Form& form, const NodeState& state) {
  const auto add = [&](std::string_view var, std::string_view label, const std::string& node) {
    form.fields.push_back(forms::Field{.var = std::string(var),
                                       .type = forms::FieldType::text_single,
                                       .label = std::string(label),
                                       .values = {node}});
  };
  add(link_field, "Node that it belongs to, and goes with", state.link().node);
  add(parent_field, "Node that it is below, and goes with", parent_of(state).node);
}

void select_admitted(const Scene& scene, Done& step) {
  const auto& lineage = scene.state.found().lineage;
  const bool all = !lineage || lineage->ancestors.empty() || !scene.state.has_relation();
  if (all || step.outbound.empty()) return;
  const auto admitted = scene.state.present(scene.context.presences, [&](const Jid& jid) {
    return ancestors_let_read(scene.state, scene.settings, jid.bare());
  });
  for (Outbound& said : step.outbound) std::visit(Admit{admitted}, said);
}

namespace {

/// Whatever refuses at the nearest node that refuses.
template <class Refuse>
Objection refused_above(const Scene& scene, Refuse refuse_at) {
  const auto& lineage = scene.state.found().lineage;
  if (!scene.state.has_relation() || !lineage) return std::nullopt;
  for (const auto& ancestor : lineage->ancestors) {
    if (Objection objection = refuse_at(scene.at(*ancestor))) return objection;
  }
  if (lineage->broken) return refuse(Fault::no_such_node);
  return std::nullopt;
}

}  // namespace

Objection ancestors_refuse_reading(const Scene& scene) {
  return refused_above(scene, [](const Scene& at) { return may_not_retrieve(at); });
}

Objection ancestors_refuse_publishing(const Scene& scene) {
  return refused_above(scene, [](const Scene& at) { return may_not_publish(at); });
}

bool ancestors_let_read(const NodeState& state, const Settings& settings, const Jid& bare) {
  if (!state.has_relation() || !state.found().lineage) return true;
  const auto& above = state.found().lineage->ancestors;
  return !state.found().lineage->broken &&
         std::all_of(above.begin(), above.end(),
                     [&](const auto& one) { return may_read(*one, settings, bare); });
}

/// The node that this one depended on is gone.
Verdict decide_follow(const Scene& scene, const action::Follow& action) {
  const NodeState& state = scene.state;
  const bool concerned =
      state.exists() && action.gone != 0 &&
      (state.link().number == action.gone || state.parent().number == action.gone);
  return concerned ? deletion(scene, std::nullopt) : Verdict(Done());
}

/// Those that depended on the node that stood here are told to follow it.
Verdict decide_seek_orphans(const Scene& scene, const action::SeekOrphans& action) {
  const auto& known = scene.state.found().lineage;
  const bool fresh = known && !scene.state.lineage_used && known->orphans.of == action.gone;
  if (!fresh) return Lacks<Need>{need::Orphans{action.gone}};
  Done step;
  for (const std::string& node : known->orphans.nodes) {
    step.changes.push_back(change::Orphaned{node, action.gone});
  }
  return step;
}

}  // namespace stoa::pubsub
