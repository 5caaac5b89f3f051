#pragma once

#include <string>
#include <string_view>

#include <stoa/stanza/error.hpp>

namespace stoa::pubsub {

/// Every refusal that the service gives; what each is on the wire stands in one table (faults.cpp).
enum class Fault {
  malformed,
  node_required,
  instant_off,
  no_such_node,
  node_id_refused,
  node_exists,
  too_many_nodes,
  reserved_name,
  forbidden,
  may_not_create,
  config_refused,
  access_model_unknown,
  jid_required,
  invalid_jid,
  other_jid,
  anonymous,
  too_many_subscriptions,
  pending_subscription,
  closed_node,
  unpaid_subscription,
  unpaid_items,
  no_presence_subscription,
  not_in_roster_group,
  subid_required,
  invalid_subid,
  not_subscribed_unsubscribe,
  not_subscribed_options,
  not_subscribed_items,
  invalid_options,
  configuration_required,
  item_required,
  item_id_required,
  item_id_too_long,
  payload_required,
  item_forbidden,
  invalid_payload,
  payload_too_big,
  batch_too_big,
  over_limit,
  node_full,
  precondition,
  no_such_item,
  partly_refused,
  same_jid_twice,
  no_longer_pending,
  owns_no_node,
  bad_session,
  bad_action,
  malformed_action,
  no_such_relative,
  may_not_associate,
  bad_kinship,
  not_associated,
  too_many_children,
  bad_relation,
  may_not_bind,
  same_type_twice,
  type_covered,
  root_node,
  quota,
  time_wrong,
  no_such_owner,
  owner_already,
  no_such_offer,
};

/// The refusal; `text` replaces the table's own.
StanzaError refuse(Fault fault, std::string_view text = {});

/// cancel; feature-not-implemented; `<unsupported feature/>` (XEP-0060, 17.2).
StanzaError unsupported(std::string_view feature);

/// modify; gone with the address of the node's successor (6.1.3.11).
StanzaError gone(std::string_view uri);

}  // namespace stoa::pubsub
