#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <stoa/pubsub/engine/engine.hpp>

#include "pubsub/engine/faults.hpp"

namespace stoa::pubsub::wire {

using Claimed = Claim<Request, Read>;

/// One action of an iq request, its envelope checked.
struct Asked {
  const Stanza& stanza;
  const xml::Element& pubsub;  ///< the `<pubsub/>`
  const xml::Element& child;   ///< the action
  const xml::Element* companion =
      nullptr;                ///< `<configure/>`, `<options/>` or `<publish-options/>`
  std::string node = {};      ///< normalised; empty where absent
  bool node_changed = false;  ///< normalising changed it
  const Settings& settings;
  const Context& context;

  Claimed at_node(Action action) const {
    return claim::ForEntity<Request>{node, {stanza.from, node, std::move(action)}};
  }
};

/// One kind of action: where it stands, what it needs, which feature it is part of.
struct ActionRow {
  std::string_view ns;
  std::string_view name;
  std::string_view type;     ///< of the iq
  std::string_view feature;  ///< refused where it is switched off
  enum class Node { required, optional } node;
  Claimed (*decode)(const Asked&);
  std::string_view companion = {};
  enum class Order { behind, any } order = Order::behind;
};

Claimed decode_create(const Asked& asked);
Claimed decode_publish(const Asked& asked);
Claimed decode_retract(const Asked& asked);
Claimed decode_items(const Asked& asked);
Claimed decode_subscribe(const Asked& asked);
Claimed decode_unsubscribe(const Asked& asked);
Claimed decode_read_options(const Asked& asked);
Claimed decode_set_options(const Asked& asked);
Claimed decode_default_options(const Asked& asked);
Claimed decode_own_subscriptions(const Asked& asked);
Claimed decode_own_affiliations(const Asked& asked);
Claimed decode_read_configuration(const Asked& asked);
Claimed decode_configure(const Asked& asked);
Claimed decode_default_configuration(const Asked& asked);
Claimed decode_delete(const Asked& asked);
Claimed decode_purge(const Asked& asked);
Claimed decode_read_subscriptions(const Asked& asked);
Claimed decode_set_subscriptions(const Asked& asked);
Claimed decode_read_affiliations(const Asked& asked);
Claimed decode_set_affiliations(const Asked& asked);
Claimed decode_collection(const Asked& asked);

/// The normalised NodeID, nullopt where it cannot be one.
std::optional<std::string> node_id(std::string_view written);

/// Whether it names the list of a node's public subscribers (XEP-0465); an account has none.
bool names_list(std::string_view node, const Settings& settings);

/// A payload as text that stands for itself (model/item.hpp).
Payload payload_text(const xml::Element& payload);

/// The form inside `parent` that a submit must bring: of type submit (or cancel) and of that
/// FORM_TYPE.
Result<forms::Form, StanzaError> submitted_form(const xml::Element& parent,
                                                std::string_view form_type,
                                                forms::MissingFormType missing);

/// Requests of XEP-0050 (commands.hpp).
Claimed decode_command(const Stanza& stanza, const Settings& settings, const Context& context);
/// Requests of XEP-0313.
Claimed decode_archive(const Stanza& stanza);
/// Service discovery at nodes.
Claimed decode_disco(const Stanza& stanza, const Settings& settings);

}  // namespace stoa::pubsub::wire
