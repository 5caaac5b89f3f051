#include <array>

#include <stoa/disco/disco.hpp>
#include <stoa/pubsub/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "pubsub/engine/archive.hpp"
#include "pubsub/engine/hidden.hpp"
#include "pubsub/engine/public_subscribers.hpp"
#include "pubsub/engine/relations.hpp"
#include "pubsub/engine/scene.hpp"
#include "pubsub/wire/asked.hpp"
#include "pubsub/wire/commands.hpp"

namespace stoa::pubsub {

namespace {

/// What the service does, as XEP-0060 (10) names it. What is switched off is left out.
constexpr std::array features = {
    std::string_view("auto-create"),
    std::string_view("collections"),
    std::string_view("config-node"),
    std::string_view("config-node-max"),
    std::string_view("create-and-configure"),
    std::string_view("create-nodes"),
    std::string_view("delete-items"),
    std::string_view("delete-nodes"),
    std::string_view("get-pending"),
    std::string_view("instant-nodes"),
    std::string_view("item-ids"),
    std::string_view("last-published"),
    std::string_view("leased-subscription"),
    std::string_view("manage-subscriptions"),
    std::string_view("member-affiliation"),
    std::string_view("meta-data"),
    std::string_view("modify-affiliations"),
    std::string_view("multi-items"),
    std::string_view("outcast-affiliation"),
    std::string_view("persistent-items"),
    std::string_view("presence-notifications"),
    std::string_view("publish"),
    std::string_view("publish-node-full"),
    std::string_view("publish-only-affiliation"),
    std::string_view("publish-options"),
    std::string_view("publisher-affiliation"),
    std::string_view("purge-nodes"),
    std::string_view("retract-items"),
    std::string_view("retrieve-affiliations"),
    std::string_view("retrieve-default"),
    std::string_view("retrieve-default-sub"),
    std::string_view("retrieve-items"),
    std::string_view("retrieve-subscriptions"),
    std::string_view("rsm"),
    std::string_view("subscribe"),
    std::string_view("subscription-notifications"),
    std::string_view("subscription-options"),
};

std::string full_name(std::string_view feature) {
  return std::string(ns::pubsub) + "#" + std::string(feature);
}

disco::Info node_identity(const NodeState& state) {
  disco::Info info{.node = state.node};
  info.identities.push_back({.category = "pubsub",
                             .type = state.config->collection() ? "collection" : "leaf",
                             .name = state.config->title});
  info.add_feature(ns::disco_info);
  info.add_feature(ns::disco_items);
  info.add_feature(ns::pubsub);
  return info;
}

void add_node_features(disco::Info& info, const NodeConfig& config) {
  info.add_feature(full_name("access-") + std::string(token(config.access_model)));
  if (config.subscribe) info.add_feature(full_name("subscribe"));
  if (config.collection()) return;
  info.add_feature(full_name("publish"));
  info.add_feature(full_name("retrieve-items"));
  if (config.archive) {
    for (const std::string& feature : mam::features(archive_offer)) info.add_feature(feature);
  }
  if (!transient(config)) {
    for (const std::string_view feature : {"persistent-items", "delete-items", "purge-nodes"}) {
      info.add_feature(full_name(feature));
    }
  }
  if (config.send_last_published_item != SendLast::never) {
    info.add_feature(full_name("last-published"));
  }
}

void add_people(forms::Form& form, const NodeState& state) {
  const auto holding = [&](Affiliation wanted) {
    forms::Values jids;
    for (const auto& [jid, affiliation] : state.affiliations) {
      if (affiliation == wanted) jids.push_back(jid.str());
    }
    return jids;
  };
  const auto add = [&](std::string_view var, forms::FieldType type, std::string_view label,
                       forms::Values values) {
    form.fields.push_back(forms::Field{.var = std::string(var),
                                       .type = type,
                                       .label = std::string(label),
                                       .values = std::move(values)});
  };
  add("pubsub#creator", forms::FieldType::jid_single, "Creator", {state.creator.str()});
  add("pubsub#creation_date", forms::FieldType::text_single, "Creation date",
      {format_xep0082(state.created)});
  add("pubsub#owner", forms::FieldType::jid_multi, "Owners", holding(Affiliation::owner));
  add("pubsub#publisher", forms::FieldType::jid_multi, "Publishers",
      holding(Affiliation::publisher));
  add("pubsub#num_subscribers", forms::FieldType::text_single, "Number of subscribers",
      {std::to_string(state.subscriptions.subscribed())});
}

constexpr std::string_view caching = "urn:xmpp:pubsub-caching:0";

std::string_view persistence(const NodeConfig& config) {
  if (!transient(config)) return "persistent";
  const bool cached = config.send_last_published_item != SendLast::never;
  return cached ? "transient-with-last-item" : "transient";
}

/// What a client that keeps items must know (XEP-0460, 14). The items of a collection are those of
/// its leaves: not the same for all, and not in the order in which they come.
void add_caching_hints(forms::Form& form, const NodeConfig& config) {
  const auto add = [&](std::string_view name, forms::FieldType type, std::string_view label,
                       std::string_view value) {
    form.fields.push_back(forms::Field{.var = "{" + std::string(caching) + "}" + std::string(name),
                                       .type = type,
                                       .label = std::string(label),
                                       .values = {std::string(value)}});
  };
  const auto add_flag = [&](std::string_view name, std::string_view label, bool value) {
    add(name, forms::FieldType::boolean, label, value ? "1" : "0");
  };
  add("persistence", forms::FieldType::list_single, "How items are kept", persistence(config));
  add_flag("consistent-items", "An item is the same for everybody", true);
  add_flag("consistent-set", "Everybody gets the same items", !config.collection());
  add_flag("stable-items", "New items come at the end", !config.collection());
  add_flag("always-notify", "No change goes without a notification",
           config.always_notify && config.deliver_notifications && !config.presence_based_delivery);
  add_flag("allowed-for-suggestions", "The node may be suggested to others",
           config.allowed_for_suggestions);
  add_flag("purge-keep-last-item", "Purging leaves the last item", false);
}

enum class Detail { reduced, full };

/// 5.4; strangers to a closed node learn what it takes to ask for access, and no more.
forms::Form metadata(const Scene& scene, Detail detail) {
  constexpr std::array open_fields = {"pubsub#title", "pubsub#description", "pubsub#type",
                                      "pubsub#access_model"};
  constexpr std::array more_fields = {"pubsub#language", "pubsub#contact", "pubsub#publish_model",
                                      "pubsub#max_items", "pubsub#item_expire"};
  forms::Form form{.type = forms::FormType::result, .form_type = std::string(metadata_form)};
  const auto add = [&](std::string_view var) {
    const auto* row = scene.settings.tables->node.find(var);
    if (row) form.fields.push_back(row->field(forms::FormType::result, scene.config()));
  };
  for (const std::string_view var : open_fields) add(var);
  if (detail == Detail::reduced) return form;
  for (const std::string_view var : more_fields) add(var);
  add_caching_hints(form, scene.config());
  if (scene.settings.offers("relationships")) add_relations(form, scene.state);
  add_people(form, scene.state);
  return form;
}

}  // namespace

Verdict decide_node_info(const Scene& scene) {
  if (Objection objection = missing_or_private(scene)) return std::move(*objection);
  disco::Info info = node_identity(scene.state);
  if (scene.standing != Affiliation::outcast) {
    add_node_features(info, scene.config());
    const bool reads = !may_not_retrieve(scene);
    info.forms.push_back(metadata(scene, reads ? Detail::full : Detail::reduced));
  }
  Done step;
  step.reply = disco::encode(info);
  return step;
}

namespace {

/// XEP-0163, 6.1: what an account does.
disco::Info account_info(const Settings& settings) {
  constexpr std::array account_features = {
      std::string_view("access-presence"),
      std::string_view("auto-create"),
      std::string_view("auto-subscribe"),
      std::string_view("config-node"),
      std::string_view("config-node-max"),
      std::string_view("create-and-configure"),
      std::string_view("create-nodes"),
      std::string_view("delete-items"),
      std::string_view("delete-nodes"),
      std::string_view("filtered-notifications"),
      std::string_view("item-ids"),
      std::string_view("last-published"),
      std::string_view("multi-items"),
      std::string_view("persistent-items"),
      std::string_view("presence-subscribe"),
      std::string_view("publish"),
      std::string_view("publish-options"),
      std::string_view("pubsub-on-a-jid"),
      std::string_view("purge-nodes"),
      std::string_view("retract-items"),
      std::string_view("retrieve-affiliations"),
      std::string_view("retrieve-items"),
      std::string_view("retrieve-subscriptions"),
      std::string_view("rsm"),
      std::string_view("subscribe"),
      std::string_view("modify-affiliations"),
  };
  disco::Info info;
  info.identities.push_back({.category = "pubsub", .type = "pep"});
  info.add_feature(ns::pubsub);
  for (const std::string_view feature : account_features) {
    if (settings.offers(feature)) info.add_feature(full_name(feature));
  }
  if (settings.offers("relationships")) info.add_feature(relationships_feature);
  info.add_feature(caching);
  return info;
}

}  // namespace

Verdict decide_subscribers_info(const Scene& scene) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  disco::Info info{.node = list_name(scene.state)};
  info.identities.push_back({.category = "pubsub", .type = "leaf"});
  for (const std::string_view name : {ns::disco_info, ns::pubsub, public_subscriptions}) {
    info.add_feature(name);
  }
  info.add_feature(full_name("subscribe"));
  info.add_feature(full_name("retrieve-items"));
  Done step;
  step.reply = disco::encode(info);
  return step;
}

disco::Info Engine::service_info(const pubsub::Settings& settings) {
  if (settings.of_account) return account_info(settings);
  disco::Info info;
  info.identities.push_back({.category = "pubsub", .type = "service", .name = settings.name});
  for (const std::string_view name :
       {ns::disco_info, ns::disco_items, ns::commands, ns::rsm, ns::pubsub, ns::order_by, ns::shim,
        caching, public_subscriptions}) {
    info.add_feature(name);
  }
  info.add_feature(std::string(ns::order_by) + "@" + std::string(ns::pubsub));
  for (const std::string_view feature : features) {
    if (settings.offers(feature)) info.add_feature(full_name(feature));
  }
  for (const std::string& feature : mam::features(archive_offer)) info.add_feature(feature);
  info.add_feature(full_name("access-") + std::string(token(settings.defaults.access_model)));
  if (settings.offers("collections")) {
    info.add_feature(full_name("multi-collection"));  // both spellings occur (XEP-0248, 9)
    info.add_feature(full_name("multi-collections"));
  }
  if (settings.offers("relationships")) info.add_feature(relationships_feature);
  if (settings.multi_subscribe) info.add_feature(full_name("multi-subscribe"));
  return info;
}

namespace wire {

namespace {

disco::Info shim_info(const Settings& settings) {
  disco::Info info{.node = std::string(ns::shim)};
  info.add_feature(std::string(ns::shim) + "#SubID");
  if (settings.offers("collections")) info.add_feature(std::string(ns::shim) + "#Collection");
  return info;
}

disco::Info command_info(std::string_view node) {
  disco::Info info{.node = std::string(node)};
  const bool list = node == ns::commands;
  info.identities.push_back({.category = "automation",
                             .type = list ? "command-list" : "command-node",
                             .name = list ? "Commands" : std::string(command_name(node))});
  info.add_feature(ns::commands);
  info.add_feature(ns::data_form);
  return info;
}

/// The account as such: what its service does, and its nodes (XEP-0355, 7.2.4 and 7.2.5).
Claimed decode_account_disco(const Stanza& stanza, const disco::Query& query,
                             const Settings& settings) {
  if (!query.node.empty()) return disco::unknown_node();
  if (query.kind == disco::Query::Kind::info) {
    return claim::Answer{disco::encode(Engine::service_info(settings))};
  }
  NodesRead read{.bare = stanza.from.bare(), .max = settings.limits.page};
  if (query.page) {
    read.paged = true;
    read.max = query.page->page_size(settings.limits.page);
    read.after = query.page->after.value_or("");
    read.before = query.page->before;
    read.index = query.page->index;
  }
  return claim::ForStore<Read>{std::move(read)};
}

}  // namespace

Claimed decode_disco(const Stanza& stanza, const Settings& settings) {
  auto decoded = disco::decode(stanza);
  if (!decoded) return claim::NotMine{};
  if (!*decoded) return std::move(*decoded).error();
  const disco::Query& query = **decoded;
  const bool info = query.kind == disco::Query::Kind::info;
  if (settings.of_account && (query.node.empty() || query.node == ns::commands)) {
    return decode_account_disco(stanza, query, settings);
  }
  if (query.node.empty()) return claim::NotMine{};
  if (query.node == ns::shim && info) return claim::Answer{disco::encode(shim_info(settings))};
  const bool of_commands = query.node == ns::commands || !command_name(query.node).empty();
  if (of_commands && info) return claim::Answer{disco::encode(command_info(query.node))};
  auto node = node_id(query.node);
  if (!node) return disco::unknown_node();
  const bool list = names_list(*node, settings);
  if (list) node->erase(0, subscribers_prefix.size());
  std::string key = *node;
  if (list && !info) return disco::unknown_node();
  if (list) {
    return claim::ForEntity<Request>{std::move(key),
                                     {stanza.from, std::move(*node), action::SubscribersInfo{}}};
  }
  if (info) {
    return claim::ForEntity<Request>{std::move(key),
                                     {stanza.from, std::move(*node), action::NodeInfo{}}};
  }
  return claim::ForEntity<Request>{std::move(key),
                                   {stanza.from, std::move(*node), action::NodeItems{query.page}}};
}

}  // namespace wire

}  // namespace stoa::pubsub
