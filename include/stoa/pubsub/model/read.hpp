#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <stoa/base/maybe.hpp>
#include <stoa/mam/mam.hpp>
#include <stoa/pubsub/model/command_read.hpp>
#include <stoa/pubsub/model/joined.hpp>
#include <stoa/pubsub/model/node.hpp>
#include <stoa/pubsub/model/pages.hpp>
#include <stoa/pubsub/model/people.hpp>
#include <stoa/rsm/order.hpp>
#include <stoa/rsm/rsm.hpp>

/// What the rules ask of the store. A node is named by its number.
namespace stoa::pubsub {

/// Items of a node. Authorised when the store sees it.
struct ItemsRead {
  enum class Purpose { items, disco } purpose = Purpose::items;
  std::uint64_t number = 0;
  std::string node = {};
  /// Only these, in this order, each once; unknown ones are skipped. Empty: all.
  std::vector<std::string> ids = {};
  /// The newest so many (by the order asked), sent in the order asked.
  std::optional<std::uint32_t> max_items = {};
  /// The page of the whole set (after `ids` or `max_items` have chosen it); UIDs are item ids.
  std::optional<rsm::Request> page = {};
  /// Empty: by publication, oldest first. `creation` sorts by first_seq, `modification` by seq.
  std::vector<rsm::Order> order = {};
  std::size_t cap = 0;  ///< at most so many; without `page` the newest `cap`
  /// Only what passes it, before anything is counted or chosen.
  Maybe<Filter> filter = {};
  /// Items published at or before it have expired and are not seen.
  std::optional<Timestamp> expired_until = {};
  /// For the answer: how the publisher is shown.
  enum class Publisher { hidden, shown, replaced } publisher = Publisher::shown;
  Jid replacement = {};
};

/// Subscriptions of the bare JID and all its full JIDs, at all nodes, by node and subid; states
/// pending, unconfigured and subscribed. UIDs: number of the node, '/', subid.
struct SubscriptionsRead {
  Jid bare = {};
  std::optional<rsm::Request> page = {};
  std::size_t cap = 0;
};

/// Affiliations of the bare JID at all nodes, by node. UIDs: NodeIDs.
struct AffiliationsRead {
  Jid bare = {};
  std::optional<rsm::Request> page = {};
  std::size_t cap = 0;
};

/// Nodes outside all collections that the requester may see, in byte order of NodeIDs: those that
/// it owns, publishes at or is a member of; those of access model open or authorize unless it is an
/// outcast or the node is hidden; hidden ones also where it is subscribed. An admin sees all. Of an
/// account's nodes those of access model presence or roster too, where `contact` is let in.
struct NodesRead {
  Jid bare = {};
  bool admin = false;
  std::optional<Contact> contact = {};      ///< what an account's roster says of the requester
  std::string after = {};                   ///< only NodeIDs behind it
  std::optional<std::string> before = {};   ///< the page just before it; empty: the last page
  std::optional<std::uint64_t> index = {};  ///< the page from this position
  std::size_t max = 0;                      ///< 0: the count alone
  bool paged = false;                       ///< for the answer: a page was asked for
};

/// Nodes owned by the bare JID (all nodes for an admin) that have pending subscriptions; at most
/// `cap`.
struct PendingNodesRead {
  std::string session = {};  ///< for the answer; empty: only what the commands are is asked
  Jid bare = {};
  bool admin = false;
  std::size_t cap = 0;
};

/// The nodes directly in a collection that the requester may see, in byte order of NodeIDs.
struct ChildrenRead {
  std::uint64_t number = 0;
  std::string node = {};
  Jid bare = {};
  bool admin = false;
  std::optional<rsm::Request> page = {};
  std::size_t cap = 0;
};

/// Publications of a node (XEP-0442), also those that were replaced or removed. The place in an
/// archive is the seq of the publication. Authorised when the store sees it.
struct ArchiveRead {
  enum class Purpose { entries, edges } purpose = Purpose::entries;
  std::uint64_t number = 0;
  std::string node = {};
  /// For the answer; of its filters with, start, end and fulltext are read.
  mam::Query query = {};
  rsm::Direction direction = rsm::Direction::ascending;
  std::optional<std::uint64_t> above = {};   ///< only seqs above it
  std::optional<std::uint64_t> below = {};   ///< only seqs below it
  std::vector<std::uint64_t> seqs = {};      ///< only these; empty: all
  std::optional<std::uint64_t> anchor = {};  ///< what the page is counted from: it must be there
  std::vector<std::uint64_t> required = {};  ///< these must be there too
  std::optional<Timestamp> kept_from = {};   ///< what is older has left the archive
  std::string language = {};                 ///< of the node, for the full text
  std::optional<std::string> category = {};  ///< only Atom entries of that category
  std::uint32_t max = 0;
  /// For the answer: how the publisher is shown.
  ItemsRead::Publisher publisher = ItemsRead::Publisher::shown;
  Jid replacement = {};
  NotificationType type = NotificationType::headline;
};

/// Bare JIDs whose presence is needed: of these, or (where empty) of all.
struct WatchedRead {
  std::vector<Jid> bares = {};
};

/// Nodes that must decide something when the entity comes on line (it may get the newest item) or
/// leaves (its temporary subscriptions, or its items, go).
struct ConcernedRead {
  Jid bare = {};
  Turn turn = Turn::arrived;
};

using Read =
    std::variant<CommandRead, WatchedRead, ConcernedRead, ArchiveRead, ItemsRead, SubscriptionsRead,
                 AffiliationsRead, NodesRead, PendingNodesRead, ChildrenRead, JoinedRead>;

/// `after`, `before` of a page named a UID that is not there.
struct UnknownUid {};

struct ArchivePage {
  std::vector<Item> entries = {};  ///< for edges: the first and the last
  std::uint64_t first_index = 0;
  std::uint64_t count = 0;  ///< of all that match
  bool complete = true;     ///< the page reaches the end in the direction asked
};

struct Entities {
  std::vector<Jid> bares = {};
};
struct Numbers {
  std::vector<std::uint64_t> nodes = {};
};

using ReadResult =
    std::variant<UnknownUid, InvolvedNodes, ServerNodes, BuriedNodes, Acts, ListedNodes, FoundItems,
                 ServiceTotals, AudienceFound, OwnNodes, OfferedNodes, CopyFound, Entities, Numbers,
                 ArchivePage, ItemPage, SubscriptionPage, AffiliationPage, NodePage, PendingNodes,
                 JoinedPage>;

/// Facts that a decision lacks. All but the counts are of the node whose number fetch() is given.
namespace need {
struct Index {};  ///< all items
struct Items {
  std::vector<std::string> ids = {};
};  ///< these, or that they do not exist
struct Oldest {
  std::size_t count = 0;
};               ///< the first in order of publication
struct Last {};  ///< the newest item with its payload
struct OwnedNodes {
  Jid bare = {};
  Timestamp asked = {};
};  ///< how many it owns
struct HeldSubscriptions {
  Jid bare = {};
  Timestamp asked = {};
};  ///< how many it has, all resources
struct Kin {
  Jid requester = {};
  std::vector<std::string> nodes = {};
};
struct StoredBytes {
  Jid creator = {};
  Timestamp asked = {};
};  ///< of all payloads at the nodes that it made
struct Above {
  std::vector<std::uint64_t> from = {};
};  ///< who hears of a node in these collections; leases that are over may be among them
struct Lineage {
  Jid requester = {};
  std::vector<std::string> nodes = {};
};  ///< what the node depends on, and nodes that it is to depend on, by name
struct Orphans {
  std::uint64_t of = 0;
};  ///< the nodes that depended on one that is gone
/// The digests' log from an entry on: one message's worth, so many bytes or one entry.
struct Log {
  std::uint64_t from = 0;
  std::size_t bytes = 0;
};
struct NodeBytes {};  ///< of all payloads of the node
struct ItemCount {};  ///< how many items are stored, counted one by one
struct Published {
  std::vector<std::uint64_t> seqs = {};
};  ///< those items, with payload, as far as they are there
struct Kept {
  std::string node = {};
};  ///< the last one of that name that was deleted, where it was kept
struct Roster {
  Jid owner = {};
};  ///< Settings::people is to know it; no store answers this
}  // namespace need

using Need = std::variant<need::Index, need::Items, need::Oldest, need::Last, need::OwnedNodes,
                          need::HeldSubscriptions, need::Kin, need::Above, need::StoredBytes,
                          need::NodeBytes, need::ItemCount, need::Log, need::Kept, need::Roster,
                          need::Lineage, need::Orphans, need::Published>;

/// The answer to each Need, in the same order of alternatives; the question comes back with it.
namespace fact {
struct Index {
  std::vector<ItemMeta> items = {};
};
struct Items {
  std::vector<std::string> asked = {};
  std::vector<ItemMeta> found = {};
};
struct Oldest {
  std::size_t asked = 0;
  std::vector<ItemMeta> items = {};  ///< fewer than asked: there are no more
};
struct Last {
  std::optional<Item> item = {};
};
struct OwnedNodes {
  need::OwnedNodes asked = {};
  std::uint64_t count = 0;
};
struct HeldSubscriptions {
  need::HeldSubscriptions asked = {};
  std::uint64_t count = 0;
};
struct StoredBytes {
  need::StoredBytes asked = {};
  std::uint64_t bytes = 0;
};
using Kin = pubsub::Kin;
using Above = pubsub::Above;
using Lineage = pubsub::Lineage;
using Orphans = pubsub::Orphans;
using Log = LogPage;
struct NodeBytes {
  std::uint64_t bytes = 0;
};
struct ItemCount {
  std::uint64_t items = 0;
};
using Kept = pubsub::Kept;
struct Roster {};  ///< it is known now
using Published = pubsub::Republished;
}  // namespace fact

using Facts = std::variant<fact::Index, fact::Items, fact::Oldest, fact::Last, fact::OwnedNodes,
                           fact::HeldSubscriptions, fact::Kin, fact::Above, fact::StoredBytes,
                           fact::NodeBytes, fact::ItemCount, fact::Log, fact::Kept, fact::Roster,
                           fact::Lineage, fact::Orphans, fact::Published>;

/// Puts facts into the node's caches.
void supply(NodeState& state, const Facts& facts);

}  // namespace stoa::pubsub
