#include <stoa/pubsub/model/options.hpp>

#include "pubsub/engine/collections.hpp"
#include "pubsub/engine/relations.hpp"
#include "pubsub/engine/scene.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

/// XEP-0470, 4.4: the nodes of attachments, and of their summaries, are the service's to make.
bool is_reserved(std::string_view node) {
  return node.starts_with("urn:xmpp:pubsub-attachments:");
}

bool creation_allowed(const Scene& scene) {
  if (scene.settings.of_account) {
    return scene.bare == scene.settings.service || scene.admin();  // of a server's own address
  }
  if (scene.admin()) return true;
  switch (scene.settings.creation) {
    case Creation::anyone:
      return true;
    case Creation::listed_domains:
      for (const std::string& domain : scene.settings.creator_domains) {
        if (domain == scene.bare.domain()) return true;
      }
      return false;
    case Creation::admins:
      break;
  }
  return false;
}

}  // namespace

std::optional<Verdict> owns_too_many(const Scene& scene) {
  const std::size_t limit = scene.settings.limits.nodes_per_owner;
  if (limit == 0 || scene.admin()) return std::nullopt;
  const auto& known = scene.state.found().owned_nodes;
  if (!known || known->jid != scene.bare || scene.now() - known->asked > count_is_fresh) {
    return Verdict(Lacks<Need>{need::OwnedNodes{scene.bare, scene.now()}});
  }
  if (known->count >= limit) return Verdict(refuse(Fault::too_many_nodes));
  return std::nullopt;
}

std::optional<Verdict> may_not_create(const Scene& scene) {
  if (!scene.settings.offers("create-nodes")) return Verdict(unsupported("create-nodes"));
  if (is_reserved(scene.request.node)) return Verdict(refuse(Fault::reserved_name));
  if (!creation_allowed(scene)) return Verdict(refuse(Fault::may_not_create));
  if (scene.request.node.size() > scene.settings.limits.node_id_bytes) {
    return Verdict(refuse(Fault::node_id_refused));
  }
  return owns_too_many(scene);
}

std::vector<Change> creation(const Scene& scene, SharedConfig config) {
  const std::uint64_t number = scene.context.ids.number();
  std::vector<Change> changes = {
      change::NodeCreated{number, scene.request.node, scene.bare, scene.now(), std::move(config),
                          scene.state.redirect},
      change::AffiliationSet{number, scene.bare, Affiliation::none, Affiliation::owner}};
  if (scene.settings.auto_subscribe) {
    Subscription own{.jid = scene.bare, .subid = scene.subid(), .since = scene.now()};
    changes.push_back(change::SubscriptionSet{number, std::nullopt, std::move(own)});
  }
  return changes;
}

void tell_creator(const Scene& scene, Done& step) {
  for (const Change& change : step.changes) {
    const auto* made = std::get_if<change::SubscriptionSet>(&change);
    if (made == nullptr || made->before) continue;
    step.outbound.push_back(say::SubscriptionNotice{.token = scene.token(),
                                                    .to = made->after->jid,
                                                    .number = made->number,
                                                    .node = scene.request.node,
                                                    .jid = made->after->jid,
                                                    .subid = made->after->subid,
                                                    .state = made->after->state});
  }
}

Result<NodeConfig, StanzaError> with_form(const Scene& scene, const NodeConfig& base,
                                          const forms::Form& form) {
  const auto type = form.value(node_type_field);
  if (type == "collection" && !scene.settings.offers("collections")) {
    return unsupported("collections");
  }
  if (type == "leaf" && base.collection()) return refuse(Fault::bad_kinship);
  auto config = scene.settings.tables->node.submit(form, base);
  if (config) {
    NodeConfig made = forced(scene.settings, scene.request.node, std::move(config).value());
    const bool asks = by_roster(made.access_model) && made.access_model != base.access_model;
    if (!asks || scene.settings.of_account || reads_rosters(scene)) return made;
    return refuse(Fault::access_model_unknown, "No roster of yours can be read here.");
  }
  const forms::OptionRefusal& why = config.error();
  if (why.var == access_model_field) return refuse(Fault::access_model_unknown, why.text);
  return refuse(Fault::config_refused, why.text);
}

Verdict decide_create(const Scene& scene, const action::Create& action) {
  if (scene.state.exists()) return refuse(Fault::node_exists);
  if (auto verdict = may_not_create(scene)) return std::move(*verdict);
  SharedConfig config = defaults_for(scene.settings, scene.request.node);
  if (action.configure) {
    if (!scene.settings.offers("create-and-configure")) return unsupported("create-and-configure");
    auto asked = with_form(scene, *config, *action.configure);
    if (!asked) return std::move(asked).error();
    config = std::make_shared<const NodeConfig>(std::move(asked).value());
  }
  Done step{.changes = creation(scene, std::move(config))};
  NodeState made;
  for (const Change& change : step.changes) apply(made, change);
  made.kin = scene.state.kin;
  made.above = scene.state.above;
  made.asked = scene.state.asked;
  made.lineage_used = scene.state.lineage_used;
  if (action.configure) {
    if (auto verdict = relate(scene.at(made), *action.configure, step)) return std::move(*verdict);
    if (auto verdict = link(scene.at(made), *action.configure, step)) return std::move(*verdict);
  }
  if (auto verdict = tell_root(scene.at(made), step)) return std::move(*verdict);
  tell_creator(scene, step);
  if (action.instant) step.reply = wire::created(scene.request.node);
  return step;
}

}  // namespace stoa::pubsub
