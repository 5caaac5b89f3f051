#include <algorithm>
#include <array>

#include <stoa/forms/command_form.hpp>

#include "pubsub/wire/commands.hpp"
#include "pubsub/wire/node_copy.hpp"

/// Commands of service administrators for any node.
namespace stoa::pubsub::wire {

namespace {

using forms::FieldType;
using forms::question_field;
using FieldList = std::vector<forms::Field>;

Claimed list_nodes(const Order& order) {
  look::Nodes what{.prefix = forms::text_in(order.form, "prefix"),
                   .after = forms::text_in(order.form, "after")};
  if (!forms::text_in(order.form, "owner").empty()) {
    const auto owner = user_in(order.form, "owner");
    if (!owner) return unusable("owner is no address");
    what.owner = *owner;
  }
  const std::string type = forms::text_in(order.form, "type");
  if (type == "leaf") what.type = NodeType::leaf;
  if (type == "collection") what.type = NodeType::collection;
  if (!what.type && !type.empty()) return unusable("type is leaf, collection or empty");
  const auto max = rows_wanted(order.form);
  if (!max) return unusable("max is no number");
  return order.look_up(std::move(what), *max);
}

Claimed inspect_node(const Order& order) {
  return order.at_node(action::Inspect{});
}

/// At first the node alone is named, and the form of its configuration comes back.
Claimed configure_node(const Order& order) {
  const auto& fields = order.form.fields;
  const bool asks = std::all_of(fields.begin(), fields.end(),
                                [](const forms::Field& field) { return field.var == "node"; });
  if (asks) return order.at_node(action::ReadConfiguration{});
  return order.at_node(action::Configure{order.form});
}

Claimed affiliate(const Order& order) {
  action::SetAffiliations set;
  const std::string affiliation = forms::text_in(order.form, "affiliation");
  if (!affiliation_of(affiliation)) return unusable("affiliation is no such word");
  for (const std::string& jid : forms::values_in(order.form, "jids")) {
    if (jid.empty()) continue;
    if (!Jid::parse(jid)) return unusable("jids holds what is no address");
    set.entries.push_back({jid, affiliation});
  }
  if (set.entries.empty()) return unusable("jids is empty");
  return order.at_node(std::move(set));
}

Claimed change_owner(const Order& order) {
  action::ChangeOwner change;
  const auto to = user_in(order.form, "owner");
  if (!to || to->local().empty()) return unusable("owner is no address of a user");
  change.to = *to;
  if (!forms::text_in(order.form, "former").empty()) {
    const auto from = user_in(order.form, "former");
    if (!from) return unusable("former is no address");
    change.from = *from;
  }
  return order.at_node(std::move(change));
}

Claimed purge_node(const Order& order) {
  return order.at_node(action::Purge{});
}

Claimed list_items(const Order& order) {
  const auto max = rows_wanted(order.form);
  if (!max) return unusable("max is no number");
  return order.at_node(action::ListItems{forms::text_in(order.form, "after"), *max});
}

Claimed retract_items(const Order& order) {
  action::Retract retract;
  for (const std::string& id : forms::values_in(order.form, "ids")) {
    const bool twice = std::count(retract.ids.begin(), retract.ids.end(), id) > 0;
    if (!id.empty() && !twice) retract.ids.push_back(id);
  }
  if (retract.ids.empty()) return unusable("ids is empty");
  const auto notify = forms::parse_boolean(forms::text_in(order.form, "notify"));
  retract.notify = notify.value_or(false);
  return order.at_node(std::move(retract));
}

Claimed export_nodes(const Order& order) {
  return look_up_copy(order, {});
}

Claimed import_node(const Order& order) {
  action::Import import;
  import.lines = forms::values_in(order.form, "data");
  return order.at_node(std::move(import));
}

forms::Field which_node() {
  return question_field("node", "The node", {FieldType::text_single, true});
}
FieldList one_node(const Settings&) {
  return {which_node()};
}
FieldList list_fields(const Settings&) {
  forms::Field type = question_field("type", "Kind of node", {FieldType::list_single, false});
  type.choices = {{"", "All"}, {"leaf", "Leaves"}, {"collection", "Collections"}};
  return {question_field("prefix", "Only nodes whose id begins like this"),
          question_field("owner", "Only nodes of this owner", {FieldType::jid_single, false}),
          std::move(type), question_field("after", "Begin behind this node"),
          question_field("max", "At most so many, usually 100")};
}
FieldList affiliate_fields(const Settings&) {
  forms::Field word = question_field("affiliation", "Affiliation", {FieldType::list_single, true});
  for (const char* token : {"owner", "publisher", "publish-only", "member", "none", "outcast"}) {
    word.choices.push_back({token, {}});
  }
  return {which_node(), std::move(word),
          question_field("jids", "Whom, or which domains", {FieldType::jid_multi, true})};
}
FieldList owner_fields(const Settings&) {
  return {which_node(), question_field("owner", "The new owner", {FieldType::jid_single, true}),
          question_field("former", "In whose place; empty: of all owners",
                         {FieldType::jid_single, false})};
}
FieldList items_fields(const Settings&) {
  return {which_node(), question_field("after", "Begin behind this item"),
          question_field("max", "At most so many, usually 100")};
}
FieldList retract_fields(const Settings&) {
  forms::Field notify = question_field("notify", "Tell subscribers", {FieldType::boolean, false});
  notify.values = {"0"};
  return {which_node(), question_field("ids", "Ids of the items", {FieldType::text_multi, true}),
          std::move(notify)};
}
FieldList export_fields(const Settings&) {
  return {question_field("node", "The node; empty: all of them"),
          question_field("next", "What the last page says; empty: from the beginning")};
}
FieldList import_fields(const Settings&) {
  return {question_field("node", "What the node is to be called", {FieldType::text_single, true}),
          question_field("data", "Lines of its copy", {FieldType::text_multi, true})};
}

constexpr auto to_admins = CommandRow::For::admins;

constexpr std::array node_rows{
    CommandRow{"urn:stoa:nodes:service:list", "List nodes", to_admins, list_fields, list_nodes},
    CommandRow{"urn:stoa:nodes:service:info", "Show a node", to_admins, one_node, inspect_node},
    CommandRow{"urn:stoa:nodes:service:configure", "Configure a node", to_admins, one_node,
               configure_node},
    CommandRow{"urn:stoa:nodes:service:affiliate", "Set affiliations at a node", to_admins,
               affiliate_fields, affiliate},
    CommandRow{"urn:stoa:nodes:service:change-owner", "Give a node another owner", to_admins,
               owner_fields, change_owner},
    CommandRow{"urn:stoa:nodes:service:purge", "Remove all items of a node", to_admins, one_node,
               purge_node},
    CommandRow{"urn:stoa:nodes:service:items", "List the items of a node", to_admins, items_fields,
               list_items},
    CommandRow{"urn:stoa:nodes:service:retract", "Remove items of a node", to_admins,
               retract_fields, retract_items},
    CommandRow{"urn:stoa:nodes:service:export", "Copy nodes out", to_admins, export_fields,
               export_nodes},
    CommandRow{"urn:stoa:nodes:service:import", "Make a node of a copy, or add to it", to_admins,
               import_fields, import_node},
};

}  // namespace

std::span<const CommandRow> node_commands() {
  return node_rows;
}

Claimed look_up_copy(const Order& order, const Jid& owner) {
  look::Copy what{.owner = owner, .bytes = node_copy_bytes};
  const std::string written = forms::text_in(order.form, "node");
  what.all = written.empty();
  what.place.part = what.all ? CopyPlace::Part::following : CopyPlace::Part::node;
  if (!what.all) {
    const auto node = node_id(written);
    if (!node || node->empty()) return refuse(Fault::node_required);
    what.place.node = *node;
  }
  if (const std::string next = forms::text_in(order.form, "next"); !next.empty()) {
    const auto place = copy_place(next);
    const bool of_it = place && (what.all || place->node == what.place.node);
    if (!of_it) return unusable("next must be what the last page says");
    what.place = *place;
  }
  return order.look_up(std::move(what), node_copy_items);
}

}  // namespace stoa::pubsub::wire
