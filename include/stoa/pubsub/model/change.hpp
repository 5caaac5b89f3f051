#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <stoa/base/maybe.hpp>
#include <stoa/pubsub/model/node.hpp>
#include <stoa/pubsub/model/record.hpp>
#include <stoa/stanza/step.hpp>

/// The only ways in which a node changes. `number` is the node's primary key everywhere.
namespace stoa::pubsub::change {

/// A row of nodes is inserted; a redirect of that name ends. `owner` also gets its AffiliationSet.
struct NodeCreated {
  std::uint64_t number = 0;
  std::string node = {};
  Jid creator = {};
  Timestamp created = {};
  SharedConfig config = {};
  Maybe<Redirect> redirect_before = {};
};

/// The configuration is replaced; `version` is the one after it.
struct NodeConfigured {
  std::uint64_t number = 0;
  std::uint64_t version = 0;
  SharedConfig before = {};
  SharedConfig after = {};
};

/// The node and everything that belongs to it (items, subscriptions, affiliations) is gone; where
/// it is kept, out of sight.
struct NodeDeleted {
  std::uint64_t number = 0;
  std::string node = {};
  Maybe<Redirect> redirect = {};                 ///< from now on at that name
  std::shared_ptr<const NodeState> before = {};  ///< immutable; to undo with
  std::optional<Burial> kept = {};
};

/// A deleted node that was kept is back under its number; a redirect of that name ends.
struct NodeRestored {
  std::uint64_t number = 0;
  std::string node = {};
  std::shared_ptr<const NodeState> after = {};  ///< immutable
  Burial burial = {};
  Maybe<Redirect> redirect_before = {};
};

/// For the record. It is no part of the node's state.
struct Audited {
  Act act = {};
};

/// An item is stored: a new one, or, where `before` is set, in the place of the one of that id.
/// `transient`: the node keeps no items, this one is only its last; the row may be written late.
struct ItemPublished {
  std::uint64_t number = 0;
  Item item = {};
  std::optional<ItemMeta> before = {};
  bool transient = false;
  std::shared_ptr<const Item> last_before = {};  ///< what the cache held; to undo with
};

enum class Removal {
  retracted,  ///< asked for
  evicted,    ///< the node was full
  expired,    ///< its time was over
  replaced,   ///< a transient node's former last item; the rows may go late
};

/// Items are gone, by id (each carries its seq too).
struct ItemsRetracted {
  std::uint64_t number = 0;
  std::vector<ItemMeta> items = {};
  Removal why = Removal::retracted;
  /// The node's archive keeps all that fall from its end, however many and old: of those that are
  /// stored no row changes.
  bool kept = false;
};

/// All items with a seq up to `up_to` are gone, unless `keep` names one that stays.
struct NodePurged {
  std::uint64_t number = 0;
  std::uint64_t up_to = 0;
  std::optional<ItemMeta> keep = {};
  std::uint64_t count_before = 0;
  std::uint64_t count_after = 0;
};

/// One subscription: made (no before), changed, or ended (no after). Key: number, jid, subid.
struct SubscriptionSet {
  std::uint64_t number = 0;
  std::optional<Subscription> before = {};
  std::optional<Subscription> after = {};
};

/// One affiliation; `none` means that there is no row. Key: number, jid (bare).
struct AffiliationSet {
  std::uint64_t number = 0;
  Jid jid = {};
  Affiliation before = Affiliation::none;
  Affiliation after = Affiliation::none;
};

/// Somebody watches the list of public subscribers, or no longer (no subid). Key: number, jid.
struct WatcherSet {
  std::uint64_t number = 0;
  Jid jid = {};
  std::string before = {};
  std::string after = {};
};

/// A node came into a collection, or left it. Decided at the child.
struct Linked {
  std::uint64_t number = 0;  ///< of the child
  std::uint64_t parent = 0;
  std::string parent_node = {};
  enum class Way { in, out } way = Way::in;
};

/// The node's relations to others (XEP-0496) were set.
struct Related {
  std::uint64_t number = 0;
  Relation link_before = {};
  Relation parent_before = {};
  Relation link_after = {};
  Relation parent_after = {};
};

/// A node depended on one that is gone: it follows. Nothing is stored; the store knows it.
struct Orphaned {
  std::string node = {};
  std::uint64_t gone = 0;
};

/// Somebody's presence may be needed from now on, or no longer: bare JIDs. Nothing is stored.
struct Watch {
  std::vector<Jid> jids = {};
};

/// The children of a collection were set: this one must come into it, or leave. Authorised; the
/// child carries it out. Nothing is stored.
struct Adopt {
  std::string child = {};
  std::string collection = {};
  Linked::Way way = Linked::Way::in;
};

/// The log of the node's digests goes on. Entries below `dropped` are in no digest any more.
struct Logged {
  std::uint64_t number = 0;
  std::uint64_t next_seq = 0;  ///< of the node, before; to undo with
  std::vector<LogEntry> entries = {};
  std::uint64_t dropped = 0;
};

/// An owner offers the node to somebody, or takes that back, or it was answered.
struct OfferSet {
  std::uint64_t number = 0;
  KnownOffer before = {};
  KnownOffer after = {};
};

/// The node's count of items is put right.
struct Recounted {
  std::uint64_t number = 0;
  std::uint64_t before = 0;
  std::uint64_t after = 0;
};

struct Undo;

}  // namespace stoa::pubsub::change

namespace stoa::pubsub {

using Change = std::variant<change::NodeCreated, change::NodeConfigured, change::NodeDeleted,
                            change::NodeRestored, change::Audited, change::ItemPublished,
                            change::ItemsRetracted, change::NodePurged, change::SubscriptionSet,
                            change::AffiliationSet, change::WatcherSet, change::Linked,
                            change::Related, change::Orphaned, change::Watch, change::Adopt,
                            change::Logged, change::OfferSet, change::Recounted, change::Undo>;

}  // namespace stoa::pubsub

namespace stoa::pubsub::change {

/// Takes another change back, in memory: what is undone was never stored, so the store never sees
/// one.
struct Undo {
  std::shared_ptr<const Change> what = {};
};

}  // namespace stoa::pubsub::change

namespace stoa::pubsub {

void apply(NodeState& state, const Change& change);
Change inverse(const Change& change);
Durability durability(const Change& change);

}  // namespace stoa::pubsub
