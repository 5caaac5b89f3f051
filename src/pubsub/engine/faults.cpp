#include "pubsub/engine/faults.hpp"

#include <array>

#include <stoa/stanza/namespaces.hpp>

namespace stoa::pubsub {

namespace {

struct Row {
  Fault fault;
  ErrorType type;
  Condition condition;
  std::string_view detail;  ///< application condition; empty for none
  std::string_view section;
  std::string_view text;
  std::string_view detail_ns = ns::pubsub_errors;
};

using enum Condition;
using enum ErrorType;

constexpr std::array rows = {
    Row{Fault::malformed, modify, bad_request, "", "XEP-0060 17", "The request is malformed."},
    Row{Fault::node_required, modify, bad_request, "nodeid-required", "XEP-0060 7.2.3.3",
        "The request names no node."},
    Row{Fault::instant_off, modify, not_acceptable, "nodeid-required", "XEP-0060 8.1.1",
        "The service does not make up names of nodes."},
    Row{Fault::no_such_node, cancel, item_not_found, "", "XEP-0060 6.1.3.12",
        "There is no such node."},
    Row{Fault::node_id_refused, modify, not_acceptable, "", "XEP-0060 4.6.2",
        "This cannot be the name of a node."},
    Row{Fault::node_exists, cancel, conflict, "", "XEP-0060 8.1.1", "The node exists already."},
    Row{Fault::too_many_nodes, cancel, not_allowed, "max-nodes-exceeded", "XEP-0060 17.2",
        "You have as many nodes as you may have."},
    Row{Fault::reserved_name, cancel, not_allowed, "", "XEP-0060 8.1",
        "Names that begin like this are reserved."},
    Row{Fault::forbidden, auth, Condition::forbidden, "", "XEP-0060 4.1",
        "You have not the right to do this."},
    Row{Fault::may_not_create, auth, Condition::forbidden, "", "XEP-0060 8.1.1",
        "You may not create nodes here."},
    Row{Fault::config_refused, modify, not_acceptable, "", "XEP-0060 8.2.5.2",
        "The configuration is not possible."},
    Row{Fault::access_model_unknown, modify, not_acceptable, "unsupported-access-model",
        "XEP-0060 8.1.2", "The service does not offer this access model."},
    Row{Fault::jid_required, modify, bad_request, "jid-required", "XEP-0060 6.3.4.3",
        "The request names no JID."},
    Row{Fault::invalid_jid, modify, bad_request, "invalid-jid", "XEP-0060 6.1.3.1",
        "The JID is not yours."},
    Row{Fault::other_jid, auth, Condition::forbidden, "", "XEP-0060 6.2.3.3",
        "The JID is not yours."},
    Row{Fault::anonymous, cancel, Condition::forbidden, "", "XEP-0060 6.1.3.6",
        "Anonymous users do not subscribe here."},
    Row{Fault::too_many_subscriptions, wait, policy_violation, "too-many-subscriptions",
        "XEP-0060 6.1.3.9", "There are too many subscriptions."},
    Row{Fault::pending_subscription, auth, not_authorized, "pending-subscription",
        "XEP-0060 6.1.3.7", "Your subscription waits for approval."},
    Row{Fault::closed_node, cancel, not_allowed, "closed-node", "XEP-0060 6.1.3.4",
        "You are not on the whitelist."},
    Row{Fault::unpaid_subscription, auth, payment_required, "", "XEP-0060 6.1.3.5",
        "Only those who have paid may subscribe."},
    Row{Fault::unpaid_items, auth, payment_required, "", "XEP-0060 6.5.9.9",
        "Only those who have paid may retrieve items."},
    Row{Fault::no_presence_subscription, auth, not_authorized, "presence-subscription-required",
        "XEP-0060 6.1.3.2", "Only who sees an owner's presence may do this."},
    Row{Fault::not_in_roster_group, auth, not_authorized, "not-in-roster-group", "XEP-0060 6.1.3.3",
        "Only contacts in some groups of an owner may do this."},
    Row{Fault::subid_required, modify, bad_request, "subid-required", "XEP-0060 6.2.3.1",
        "Say which of the subscriptions is meant."},
    Row{Fault::invalid_subid, modify, not_acceptable, "invalid-subid", "XEP-0060 6.2.3.5",
        "There is no subscription of this subid."},
    Row{Fault::not_subscribed_unsubscribe, cancel, unexpected_request, "not-subscribed",
        "XEP-0060 6.2.3.2", "There is no such subscription."},
    Row{Fault::not_subscribed_options, modify, unexpected_request, "not-subscribed",
        "XEP-0060 6.3.4.2", "There is no such subscription."},
    Row{Fault::not_subscribed_items, auth, not_authorized, "not-subscribed", "XEP-0060 6.5.9.3",
        "Only subscribers may retrieve items."},
    Row{Fault::invalid_options, modify, bad_request, "invalid-options", "XEP-0060 6.3.6.2",
        "The options are not possible."},
    Row{Fault::configuration_required, modify, not_acceptable, "configuration-required",
        "XEP-0060 6.3.7", "Say in the request when the subscription ends."},
    Row{Fault::item_required, modify, bad_request, "item-required", "XEP-0060 7.1.3.7",
        "The request holds no item."},
    Row{Fault::item_id_required, modify, bad_request, "item-required", "XEP-0060 7.2.3.4",
        "An item in the request has no id."},
    Row{Fault::item_id_too_long, modify, not_acceptable, "", "XEP-0060 7.1.3",
        "The id of an item is too long."},
    Row{Fault::payload_required, modify, bad_request, "payload-required", "XEP-0060 7.1.3.7",
        "The item has no payload."},
    Row{Fault::item_forbidden, modify, bad_request, "item-forbidden", "XEP-0060 7.1.3.7",
        "The node takes no items."},
    Row{Fault::invalid_payload, modify, bad_request, "invalid-payload", "XEP-0060 7.1.3.6",
        "The payload is not what the node takes."},
    Row{Fault::payload_too_big, modify, not_acceptable, "payload-too-big", "XEP-0060 7.1.3.5",
        "The payload is too big."},
    Row{Fault::batch_too_big, cancel, not_allowed, "max-items-exceeded", "XEP-0060 12.11",
        "There are more items than the node holds."},
    Row{Fault::over_limit, modify, not_acceptable, "", "RFC 6120 8.3.3.8",
        "The request holds too much."},
    Row{Fault::node_full, cancel, conflict, "node-full", "XEP-0060 7.1.3.4", "The node is full."},
    Row{Fault::precondition, cancel, conflict, "precondition-not-met", "XEP-0060 7.1.5",
        "The node is configured otherwise."},
    Row{Fault::no_such_item, cancel, item_not_found, "", "XEP-0060 7.2.3.2",
        "There is no such item."},
    Row{Fault::partly_refused, modify, not_acceptable, "", "XEP-0060 8.9.2.4",
        "What is listed was not changed."},
    Row{Fault::same_jid_twice, modify, bad_request, "", "XEP-0060 8.9.2.4",
        "A JID is named twice."},
    Row{Fault::no_longer_pending, modify, not_acceptable, "invalid-subid", "XEP-0060 12.13",
        "Nothing waits for approval under this subid."},
    Row{Fault::owns_no_node, cancel, Condition::forbidden, "", "XEP-0060 8.7.3",
        "You do not own the node."},
    Row{Fault::bad_relation, cancel, not_allowed, "invalid-options", "XEP-0496 4.2",
        "The nodes cannot stand in this relation."},
    Row{Fault::may_not_bind, cancel, Condition::forbidden, "", "XEP-0496 4.2",
        "You may not make a node depend on that one."},
    Row{Fault::no_such_relative, cancel, item_not_found, "", "XEP-0248 7.2.3",
        "There is no such collection."},
    Row{Fault::may_not_associate, cancel, Condition::forbidden, "", "XEP-0248 7.2.3.2",
        "You may not put this node there."},
    Row{Fault::bad_kinship, cancel, not_allowed, "invalid-options", "XEP-0248 7.2.3",
        "The nodes cannot stand in this relation."},
    Row{Fault::not_associated, modify, bad_request, "", "XEP-0248 7.6",
        "The node is not in this collection."},
    Row{Fault::too_many_children, cancel, not_allowed, "max-nodes-exceeded", "XEP-0248 7.2.3.3",
        "The collection is full."},
    Row{Fault::bad_session, modify, bad_request, "bad-sessionid", "XEP-0050 3.4",
        "There is no such session.", ns::commands},
    Row{Fault::bad_action, modify, bad_request, "bad-action", "XEP-0050 3.4",
        "The command has no such step.", ns::commands},
    Row{Fault::malformed_action, modify, bad_request, "malformed-action", "XEP-0050 3.4",
        "There is no such action.", ns::commands},
    Row{Fault::same_type_twice, cancel, conflict, "", "XEP-0248 6.1.3",
        "There is a subscription of this type already."},
    Row{Fault::type_covered, cancel, not_allowed, "", "XEP-0248 6.1.3",
        "A subscription to all leaves nothing to another one."},
    Row{Fault::root_node, cancel, not_allowed, "", "XEP-0248 8.1",
        "This is the root of all collections."},
    Row{Fault::quota, wait, resource_constraint, "", "RFC 6120 8.3.3.18",
        "The owner of the node has no room left for it."},
    Row{Fault::time_wrong, modify, not_acceptable, "", "RFC 6120 8.3.3.9",
        "The time is in the future, or before what is there already."},
    Row{Fault::no_such_owner, cancel, item_not_found, "", "XEP-0060 8.9.2",
        "That is no owner of the node."},
    Row{Fault::owner_already, cancel, conflict, "", "XEP-0060 8.9.2",
        "That is an owner of the node already."},
    Row{Fault::no_such_offer, cancel, item_not_found, "", "XEP-0050 4.6",
        "The node is no longer offered to you."},
};

const Row& row_of(Fault fault) {
  for (const Row& row : rows) {
    if (row.fault == fault) return row;
  }
  return rows.front();
}

}  // namespace

StanzaError refuse(Fault fault, std::string_view text) {
  const Row& row = row_of(fault);
  StanzaError error(row.type, row.condition, row.section, text.empty() ? row.text : text);
  if (!row.detail.empty()) error.application = xml::Element(row.detail, row.detail_ns);
  return error;
}

StanzaError unsupported(std::string_view feature) {
  StanzaError error(cancel, feature_not_implemented, "XEP-0060 17.2",
                    "The service or the node does not offer this.");
  xml::Element detail("unsupported", ns::pubsub_errors);
  detail.set("feature", feature);
  error.application = std::move(detail);
  return error;
}

StanzaError gone(std::string_view uri) {
  StanzaError error(modify, Condition::gone, "XEP-0060 6.1.3.11", "The node has moved.");
  error.uri = uri;
  return error;
}

}  // namespace stoa::pubsub
