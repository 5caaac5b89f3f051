#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/pubsub/model/config.hpp>
#include <stoa/pubsub/model/item.hpp>
#include <stoa/pubsub/model/kin.hpp>
#include <stoa/pubsub/model/subscription.hpp>
#include <stoa/stanza/outgoing.hpp>

namespace stoa::pubsub {
struct NodeState;
struct Audiences;
}  // namespace stoa::pubsub

/// Everything that a node says besides its replies. `token` makes the ids of the messages unique.
namespace stoa::pubsub::say {

/// Those who hear of the node because they are subscribed to a collection above it; null: nobody.
using Above = std::shared_ptr<const pubsub::Above>;
/// The node's subscribers who are on line as they want it; null: all of them.
using Present = std::shared_ptr<const pubsub::Audiences>;

/// 7.1.2: to all who get items. An item without payload is only named; no items: the bare node is
/// named.
struct Published {
  std::string token = {};
  std::vector<Item> items = {};
  Above above = {};
  Present present = {};
  Jid resource = {};  ///< of an account: who published, for those who see the owner's presence
};
/// 7.2.2.1
struct Retracted {
  std::string token = {};
  std::vector<std::string> ids = {};
  Above above = {};
  Present present = {};
};
/// 8.5.2
struct Purged {
  std::string token = {};
  Above above = {};
  Present present = {};
};
/// 8.2.5.3
struct Configured {
  std::string token = {};
  Above above = {};
  Present present = {};
};
/// 8.4.2: to all who had a subscription of any state.
struct Deleted {
  std::string token = {};
  std::uint64_t number = 0;
  std::string node = {};
  std::string redirect = {};
  std::shared_ptr<const RecipientSet> recipients = {};  ///< immutable, taken before the end
  NotificationType type = NotificationType::headline;
  StorageHint hint = StorageHint::none;
};
/// 16.4.2: what became of items in a period, newest payloads only; the retractions in a message of
/// their own. `bare`: the node alone is named, where no item is.
struct Digest {
  std::string token = {};
  std::string removals_token = {};
  std::vector<Item> items = {};
  std::vector<std::string> retracted = {};
  bool bare = false;
  bool body = false;                                 ///< with a text for people (12.8)
  std::vector<std::pair<Jid, std::string>> to = {};  ///< with subids
  bool names_subid = false;  ///< the one recipient has several subscriptions
};
/// 6.1.7: the newest item to one subscriber.
struct LastItem {
  std::string token = {};
  Jid to = {};
  std::string subid = {};
  Item item = {};
  Jid holder = {};  ///< of the subscription
};
/// 12.14: the state of a subscription, to the subscriber or (16.4.4, notify_sub) to an owner.
/// `expiry` is set on the notice before the end of a lease (12.19).
struct SubscriptionNotice {
  std::string token = {};
  Jid to = {};
  std::uint64_t number = 0;
  std::string node = {};
  Jid jid = {};
  std::string subid = {};
  SubscriptionState state = SubscriptionState::none;
  std::optional<Timestamp> expiry = {};
};
/// XEP-0465: who came into the list of public subscribers, and who left it; to those who watch it.
struct Listed {
  std::string token = {};
  std::string removals_token = {};
  std::vector<Jid> added = {};
  std::vector<Jid> removed = {};
};
/// 8.9.4
struct AffiliationNotice {
  std::string token = {};
  Jid to = {};
  Affiliation affiliation = Affiliation::none;
};
/// 8.6: the form that asks an owner to let somebody in.
struct AuthorizationRequest {
  std::string token = {};
  Jid to = {};
  Jid jid = {};
  std::string subid = {};
};

/// XEP-0248, 5.3.2: what became of the node, told to the subscribers of collections above it.
struct Kinship {
  enum class What { created, deleted, associated, dissociated } what = What::created;
  std::string token = {};
  std::string node = {};
  std::string parent = {};  ///< of an association
  Above above = {};
  std::shared_ptr<const NodeState> before = {};  ///< a deleted node; immutable
};

/// A text for people from the service itself, about no node. After a crash it is not said again.
struct Announcement {
  std::string token = {};
  std::string text = {};
  std::vector<Jid> to = {};
};
/// A text for one of them about a node that somebody hands over.
struct HandOver {
  enum class What { offered, withdrawn, accepted, declined } what = What::offered;
  std::string token = {};
  Jid to = {};
  Jid by = {};  ///< who did it
};

}  // namespace stoa::pubsub::say

namespace stoa::pubsub {

using Outbound = std::variant<say::Published, say::Retracted, say::Purged, say::Configured,
                              say::Deleted, say::Digest, say::LastItem, say::SubscriptionNotice,
                              say::Listed, say::AffiliationNotice, say::AuthorizationRequest,
                              say::Kinship, say::Announcement, say::HandOver>;

}  // namespace stoa::pubsub
