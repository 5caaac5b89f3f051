#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/jid/jid.hpp>
#include <stoa/pubsub/model/types.hpp>

namespace stoa::pubsub {

/// The configuration of a node (XEP-0060, 16.4.4; of a collection also XEP-0248, 7.2). The form
/// over it stands in wire/options.hpp. A number that is nullopt is the word `max`.
struct NodeConfig {
  std::string title = {};
  std::string description = {};
  std::string language = {};
  std::string type = {};
  std::vector<Jid> contact = {};
  AccessModel access_model = AccessModel::open;
  std::vector<std::string> roster_groups_allowed = {};  ///< for AccessModel::roster
  bool payment_required = false;  ///< only those with an affiliation have paid
  PublishModel publish_model = PublishModel::publishers;
  SendLast send_last_published_item = SendLast::on_sub_and_presence;
  NotificationType notification_type = NotificationType::headline;
  StorageHint storage_hint = StorageHint::none;  ///< of messages of type normal
  ItemReply itemreply = ItemReply::publisher;
  NodeFull publish_node_full = NodeFull::retract_oldest;
  OverwritePolicy overwrite_policy = OverwritePolicy::any_publisher;
  std::optional<std::uint32_t> max_items = 1000;
  std::optional<std::uint32_t> item_expire = {};  ///< seconds
  std::uint32_t max_payload_size = 128 * 1024;    ///< bytes
  bool persist_items = true;
  bool subscribe = true;
  bool deliver_notifications = true;
  bool deliver_payloads = true;
  bool notify_config = false;
  bool notify_delete = true;
  bool notify_retract = true;
  bool notify_sub = false;
  bool presence_based_delivery = false;           ///< events only to those who are on line
  bool purge_offline = false;                     ///< items go when their publisher goes off line
  bool tempsub = false;                           ///< subscriptions end when the subscriber goes
  bool always_notify = false;                     ///< XEP-0460, 10
  bool allowed_for_suggestions = false;           ///< XEP-0460, 12
  bool hidden = false;                            ///< not in the list of nodes for strangers
  bool enforce_type = false;                      ///< payloads must be in the namespace `type`
  bool consistent_publisher = false;              ///< overwriting keeps the first publisher
  bool serial_ids = false;                        ///< generated item ids are 1, 2, 3 ...
  std::string body_xslt = {};                     ///< data; never fetched
  std::string dataform_xslt = {};                 ///< data; never fetched
  bool archive = true;                            ///< every publication is kept (XEP-0442)
  std::optional<std::uint32_t> archive_age = {};  ///< seconds that it is kept
  std::optional<std::uint32_t> archive_max = {};  ///< of so many publications, the newest
  NodeType node_type = NodeType::leaf;
  AssociationPolicy children_association_policy = AssociationPolicy::owners;
  std::vector<Jid> children_association_whitelist = {};
  std::optional<std::uint32_t> children_max = {};

  /// Whether it needs the presence of every subscriber.
  bool watches_subscribers() const { return presence_based_delivery || tempsub; }
  bool collection() const { return node_type == NodeType::collection; }
  /// Whether its archive keeps every publication for ever.
  bool archives_all() const { return archive && !archive_age && !archive_max; }

  friend bool operator==(const NodeConfig&, const NodeConfig&) = default;
};

/// Shared by all nodes that were made with the same defaults, and by the changes that speak of it.
using SharedConfig = std::shared_ptr<const NodeConfig>;

/// One text that says the whole configuration, for one column of the store: lines of `name=value`,
/// only what differs from a default constructed NodeConfig. Reading ignores names that it does not
/// know; a value that cannot be read is nullopt (damaged).
std::string stored_text(const NodeConfig& config);
std::optional<NodeConfig> config_of(std::string_view stored_text);

}  // namespace stoa::pubsub
