#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// Nodes, items, subscriptions and affiliations (XEP-0060).
namespace stoa::pubsub {

/// XEP-0060, 4.1. Ordered by nothing: the privileges stand in engine/rights.hpp.
enum class Affiliation : std::uint8_t { none, outcast, publish_only, member, publisher, owner };

/// XEP-0060, 4.2.
enum class SubscriptionState : std::uint8_t { none, pending, unconfigured, subscribed };

/// XEP-0060, 4.5.
enum class AccessModel : std::uint8_t { open, presence, roster, authorize, whitelist };

enum class PublishModel : std::uint8_t { publishers, subscribers, open };
enum class NodeFull : std::uint8_t { retract_oldest, discard_oldest, reject };
enum class ItemReply : std::uint8_t { publisher, owner, none };
enum class SendLast : std::uint8_t { never, on_sub, on_sub_and_presence };
enum class NotificationType : std::uint8_t { normal, headline };

/// What messages of type normal ask of the archives of servers (XEP-0334).
enum class StorageHint : std::uint8_t { none, no_store, store };

/// Who may replace an item that exists: whoever may publish at the node, or its publisher and the
/// owners.
enum class OverwritePolicy : std::uint8_t { any_publisher, original_publisher };

/// XEP-0248: nodes that hold items, and nodes that hold nodes.
enum class NodeType : std::uint8_t { leaf, collection };
/// Who may put a node into a collection (XEP-0248, 7.2.3.2).
enum class AssociationPolicy : std::uint8_t { all, owners, whitelist };
/// What a subscriber to a collection hears of (XEP-0248, 6.1).
enum class SubscriptionType : std::uint8_t { nodes, items, all };

/// What the root of all collections (XEP-0248, 8.1) is kept under; on the wire it has no name. A
/// control character, which no NodeID holds.
inline constexpr std::string_view root_key = "\x7f";
inline std::string_view shown(std::string_view node) {
  return node == root_key ? std::string_view() : node;
}

/// XEP-0465: the list of a node's public subscribers is a node of its own, of this name and the
/// node's.
inline constexpr std::string_view public_subscriptions = "urn:xmpp:pps:0";
inline constexpr std::string_view subscribers_prefix = "urn:xmpp:pps:subscribers:0/";

/// The wire's spelling (`publish-only`), also what the store keeps.
std::string_view token(Affiliation value);
std::string_view token(SubscriptionState value);
std::string_view token(AccessModel value);
std::string_view token(SubscriptionType value);

/// nullopt where there is no such value.
std::optional<Affiliation> affiliation_of(std::string_view token);
std::optional<SubscriptionState> subscription_state_of(std::string_view token);
std::optional<AccessModel> access_model_of(std::string_view token);
std::optional<SubscriptionType> subscription_type_of(std::string_view token);

}  // namespace stoa::pubsub
