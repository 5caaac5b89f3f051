#pragma once

#include <memory>

#include <stoa/forms/table.hpp>
#include <stoa/pubsub/model/config.hpp>
#include <stoa/pubsub/model/settings.hpp>
#include <stoa/pubsub/model/subscription.hpp>

/// The forms of nodes and subscriptions as tables: rendering, reading, comparing and storing all
/// derive from these rows.
namespace stoa::pubsub {

inline constexpr std::string_view node_config_form =
    "http://jabber.org/protocol/pubsub#node_config";
inline constexpr std::string_view subscribe_options_form =
    "http://jabber.org/protocol/pubsub#subscribe_options";
inline constexpr std::string_view publish_options_form =
    "http://jabber.org/protocol/pubsub#publish-options";
inline constexpr std::string_view metadata_form = "http://jabber.org/protocol/pubsub#meta-data";
inline constexpr std::string_view authorization_form =
    "http://jabber.org/protocol/pubsub#subscribe_authorization";

inline constexpr std::string_view access_model_field = "pubsub#access_model";
inline constexpr std::string_view node_type_field = "pubsub#node_type";
/// The place in the graph of collections; no option, since it is no part of the configuration.
inline constexpr std::string_view collection_field = "pubsub#collection";
inline constexpr std::string_view children_field = "pubsub#children";
/// The node's relations (XEP-0496): no options either.
inline constexpr std::string_view relationships_feature = "urn:xmpp:pubsub-relationships:0";
inline constexpr std::string_view link_field = "{urn:xmpp:pubsub-relationships:0}link";
inline constexpr std::string_view parent_field = "{urn:xmpp:pubsub-relationships:0}parent";

inline constexpr std::string_view public_field = "{urn:xmpp:pps:0}public";

/// What the form of subscription options speaks of: the options and the lease together.
struct Lease {
  SubscribeOptions options = {};
  std::optional<Timestamp> expires = {};
};

inline constexpr std::string_view atom = "http://www.w3.org/2005/Atom";

/// Whether items of the node may have a text for people beside them (12.8): it is a node of Atom
/// entries.
bool has_bodies(const NodeConfig& config);

/// What the form of subscription options depends on.
struct SubscribeViewer {
  bool bodies = false;      ///< has_bodies() of the node
  bool collection = false;  ///< the node is one
  bool selects = false;     ///< digests and filters: a leaf of a service of nodes
  bool publishers = false;  ///< and it shows who published
  bool lists = false;       ///< public subscribers, as services of nodes do
};
SubscribeViewer viewer_of(const NodeConfig& config, const Settings& settings);

using NodeTable = forms::OptionTable<NodeConfig>;
using SubscribeTable = forms::OptionTable<Lease, SubscribeViewer>;

struct OptionTables {
  NodeTable node;
  SubscribeTable subscribe;
};

/// Whether the access models that need the rosters of owners are offered.
enum class Rosters { unread, read };

/// Takes the access models that rest on rosters out of the form, where none can be read.
void hide_roster_models(forms::Form& form);
/// Whether the model rests on an owner's roster.
bool by_roster(AccessModel model);

/// The rows with the limits inside.
NodeTable node_table(const Limits& limits, Rosters rosters = Rosters::unread);
SubscribeTable subscribe_table(const Limits& limits = {});

}  // namespace stoa::pubsub
