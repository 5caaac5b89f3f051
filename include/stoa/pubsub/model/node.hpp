#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <stoa/base/box.hpp>
#include <stoa/base/maybe.hpp>
#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/pubsub/model/config.hpp>
#include <stoa/pubsub/model/digest.hpp>
#include <stoa/pubsub/model/item.hpp>
#include <stoa/pubsub/model/kin.hpp>
#include <stoa/pubsub/model/lineage.hpp>
#include <stoa/pubsub/model/record.hpp>
#include <stoa/pubsub/model/subscription.hpp>
#include <stoa/stanza/outgoing.hpp>

namespace stoa::pubsub {

/// A node was deleted and its users are sent elsewhere (XEP-0060, 8.4.1).
struct Redirect {
  std::string uri = {};
  Timestamp until = {};

  friend bool operator==(const Redirect&, const Redirect&) = default;
};

/// The collections that a node is in, by their numbers: NodeIDs. Where there are none, as at most
/// nodes, they take next to no room.
class Parents {
 public:
  using Map = std::map<std::uint64_t, std::string>;

  bool empty() const { return all().empty(); }
  std::size_t size() const { return all().size(); }
  bool contains(std::uint64_t number) const { return all().contains(number); }
  Map::const_iterator begin() const { return all().begin(); }
  Map::const_iterator end() const { return all().end(); }

  void put(std::uint64_t number, std::string node) {
    map_.touch().insert_or_assign(number, std::move(node));
  }
  std::size_t erase(std::uint64_t number) {
    return map_.get() ? map_.get()->erase(number) : std::size_t{0};
  }
  void clear() { map_.drop(); }

  friend bool operator==(const Parents& a, const Parents& b) { return a.all() == b.all(); }

 private:
  const Map& all() const {
    static const Map none;
    return map_.get() ? *map_.get() : none;
  }
  Box<Map> map_;
};

/// An owner wants somebody to take the node over, who has not consented yet.
struct Offer {
  Jid by = {};        ///< bare
  Jid receiver = {};  ///< bare
  Timestamp until = {};

  friend bool operator==(const Offer&, const Offer&) = default;
};
/// shared_ptr: most nodes have none, and copies of a state share it.
using KnownOffer = std::shared_ptr<const Offer>;
bool same_offer(const KnownOffer& a, const KnownOffer& b);

/// A number looked up for one requester; valid for a moment after `asked`.
struct CountFact {
  Jid jid = {};
  std::uint64_t count = 0;
  Timestamp asked = {};
};
/// shared_ptr: most nodes know none, and copies of a state share what one of them knows.
using KnownCount = std::shared_ptr<const CountFact>;

/// Who gets an event of a node: those with one subscription in two sets, and those with several,
/// whose copies say under which of them they go out, be it a single one (XEP-0060, 7.1.2.4). Tags
/// are subids.
struct Audience {
  struct Several {
    Jid jid = {};
    std::vector<std::string> subids = {};
    bool body = false;  ///< one of them wants a text for people (12.8)
  };
  std::shared_ptr<const RecipientSet> single = {};
  std::shared_ptr<const RecipientSet> with_body = {};  ///< those of one subscription that want it
  /// Somebody of whose subscriptions at least one has a filter (12.20).
  struct Choosy {
    struct Under {
      std::string subid = {};
      Maybe<Filter> filter = {};
      bool body = false;
    };
    Jid jid = {};
    std::vector<Under> under = {};
    bool several = false;  ///< it has more than one subscription, whether they deliver or not
  };
  std::vector<Several> several = {};
  std::vector<Choosy> choosy = {};  ///< of publications only
  /// Of an audience that present() made: those of the two sets by name, a JID and a tag in lines.
  std::string named = {};
  std::string named_with_body = {};
};

/// The audiences of one node. shared_ptr: mostly all three are the same, and broadcasts that are
/// under way keep theirs; immutable.
struct Audiences {
  std::shared_ptr<const Audience> all = {};       ///< of what is not about items
  std::shared_ptr<const Audience> removals = {};  ///< without those who get digests
  std::shared_ptr<const Audience> items = {};     ///< of publications: without them too
  bool selective = false;  ///< some hear only while they are on line: see present()
};

/// Who hears of the list of public subscribers (XEP-0465, 4.4): JIDs, exactly as subscribed, and
/// subids.
using Watchers = std::map<Jid, std::string>;

/// What only few requests ask for. But for the counts it is fetched for one decision and dropped
/// with its verdict. Immutable parts, which copies of a state share.
struct Asked {
  KnownCount owned_nodes = {};
  KnownCount held_subscriptions = {};
  KnownCount stored_bytes = {};             ///< of the creator's nodes together
  std::optional<std::uint64_t> bytes = {};  ///< of all payloads together
  std::optional<std::uint64_t> items = {};  ///< counted one by one
  std::shared_ptr<const Republished> republished = {};
  KnownLog log = {};                      ///< of the digests
  std::shared_ptr<const Kept> kept = {};  ///< a deleted node of this name
  /// What it depends on, as the last decision found it: the copies of what was said then look at it
  /// too, the next decision looks it up again.
  std::shared_ptr<const Lineage> lineage = {};
};

/// One node in memory. Default constructed (number 0) it does not exist, though a redirect may
/// stand in its place. What the store must hold is everything down to `offer`; the rest is
/// fetched when a request needs it, and may be dropped.
struct NodeState {
  std::uint64_t number = 0;
  std::uint64_t version = 0;  ///< rises with every change of the configuration
  std::string node = {};      ///< NodeID, normalised
  Jid creator = {};           ///< bare
  Timestamp created = {};
  SharedConfig config = {};
  std::map<Jid, Affiliation> affiliations = {};  ///< bare JIDs; never `none`
  Subscriptions subscriptions = {};
  Parents parents = {};
  /// XEP-0496; null where there are none, as at most nodes. Immutable: copies of a state share
  /// them.
  std::shared_ptr<const Relations> relations = {};
  /// Null where nobody does, as at most nodes. Immutable: copies of a state share them.
  std::shared_ptr<const Watchers> watchers = {};
  bool orphaned = false;              ///< what it depended on is gone: it goes at the next Tick
  mutable bool lineage_used = false;  ///< of the cache Asked::lineage
  std::uint64_t item_count = 0;
  /// Place of the next publication. Loaded as the highest stored seq + 1 (1 for a node without
  /// items).
  std::uint64_t next_seq = 1;
  /// No stored item was published before it. Loaded where `item_expire` is set (the oldest item's
  /// time), else left empty.
  std::optional<Timestamp> oldest_published = {};
  Maybe<Redirect> redirect = {};
  KnownOffer offer = {};  ///< may be over

  // Caches.
  ItemIndex items = {};
  /// The newest stored item. shared_ptr: changes name it too, and most nodes know none.
  std::shared_ptr<const Item> last_item = {};
  /// Who gets the events, built at the first event and dropped by every change that matters to it.
  mutable std::shared_ptr<const Audiences> audience = {};
  /// The graph around the node as the request that is being decided found it; dropped with its
  /// verdict. Immutable, shared with what is said.
  mutable std::shared_ptr<const Kin> kin = {};
  mutable std::shared_ptr<const Above> above = {};
  mutable Box<Asked> asked = {};

  bool exists() const { return number != 0; }
  const Asked& found() const;  ///< what `asked` holds, or nothing
  /// Drops what was found for one decision, but not the lineage.
  void end_decision() const;
  bool has_relation() const { return relations != nullptr; }
  /// The node that it is linked to; then it has no parent of its own. XEP-0496, not to be confused
  /// with collections.
  const Relation& link() const;
  const Relation& parent() const;
  void relate(const Relation& linked, const Relation& below);
  /// Of the bare JID: its own entry, or else that of its domain, which makes nobody an owner (a
  /// gateway's nodes are not its users'). `none` where there is neither.
  Affiliation affiliation_of(const Jid& bare) const;
  /// What the list of affiliations says of exactly that bare JID or domain.
  Affiliation entry_of(const Jid& jid) const;
  /// The audiences, from the cache or built anew.
  const Audiences& listeners() const;
  /// Those of the audiences who are on line as they, or the node, want it (12.6, 16.4.2). Whoever
  /// is not known to be counts as off line.
  std::shared_ptr<const Audiences> present(const Presences* presences) const;
  /// Of those whom the filter lets pass.
  using Filter = std::function<bool(const Jid&)>;
  std::shared_ptr<const Audiences> present(const Presences* presences, const Filter& filter) const;
  bool hears_now(const Subscription& subscription, const Presences* presences) const;
  std::size_t footprint() const;
  /// Drops what can be fetched again.
  void shrink();
};

/// Whether both say the same to the store, whatever is cached.
bool same_stored(const NodeState& a, const NodeState& b);

}  // namespace stoa::pubsub
