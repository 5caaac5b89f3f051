#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/forms/form.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/pubsub/model/item.hpp>
#include <stoa/pubsub/model/record.hpp>
#include <stoa/pubsub/model/types.hpp>

/// What commands ask of the store.
namespace stoa::pubsub {

struct NodeState;

namespace look {
/// Nodes at which the bare JID has an affiliation or a subscription, by NodeID; and such nodes of
/// the accounts of these domains and of the domains themselves.
struct Involved {
  Jid bare = {};
  std::vector<std::string> domains = {};
};
/// Deleted nodes that can still be brought back, the last ones first.
struct Buried {
  Timestamp now = {};
};
/// What was done, the last first; `about`: by that address, to it, or at that node.
struct Acts {
  std::string about = {};
};
/// What the servers of these users keep of the users' nodes, outside of our store.
struct AtServer {
  std::vector<Jid> users = {};
};
/// Nodes in byte order of NodeIDs, also those in collections.
struct Nodes {
  std::string prefix = {};
  Jid owner = {};  ///< bare; empty: whosoever
  std::optional<NodeType> type = {};
  std::string after = {};  ///< only NodeIDs behind it
};
/// Stored items of a node in the order of publication; authorised.
struct NodeItems {
  std::uint64_t number = 0;
  std::string node = {};
  std::uint64_t above = 0;  ///< only seqs above it
};
struct Totals {};
/// Bare JIDs of those who own a node, or are subscribed to one, each once.
struct Audience {
  bool owners = false;
  bool subscribers = false;
  std::string text = {};  ///< what they are to be told
};
/// Nodes whose count of items is not what is stored, by NodeID.
struct Miscounted {};
/// Nodes that the bare JID owns, by NodeID, and what it uses in all.
struct Mine {
  Jid bare = {};
  std::string after = {};
};
/// Nodes that are offered to the bare JID.
struct Offers {
  Jid bare = {};
  Timestamp now = {};
};
/// A part of the copy of a node. See CopyPlace.
struct Copy;
}  // namespace look

/// How far the copy of nodes has come: the part that is next, and the last row that was given of
/// it.
struct CopyPlace {
  enum class Part {
    node,  ///< with the owners
    affiliations,
    subscriptions,
    items,
    relations,
    following,  ///< the first node behind `node`
  };
  std::string node = {};
  Part part = Part::node;
  std::string jid = {};
  std::string subid = {};
  std::uint64_t seq = 0;
  /// Where the line of an item did not fit into one page: how much of it was given, and its seq.
  std::uint64_t offset = 0;
  std::uint64_t cut = 0;
};

struct look::Copy {
  CopyPlace place = {};
  bool all = false;       ///< the nodes behind it too
  Jid owner = {};         ///< bare: only its nodes; empty: whosesoever
  std::size_t bytes = 0;  ///< of payloads: when these are passed no further item is read
};

using Look = std::variant<look::Involved, look::Buried, look::Acts, look::Nodes, look::NodeItems,
                          look::Totals, look::Audience, look::Miscounted, look::Mine, look::Offers,
                          look::Copy, look::AtServer>;

/// `command` and `session` are for the answer.
struct CommandRead {
  std::string command = {};
  std::string session = {};
  Jid by = {};  ///< full
  Look what = {};
  std::size_t cap = 0;  ///< rows; not read for Involved, Totals, Audience
};

struct InvolvedNodes {
  /// At another service of ours.
  struct Elsewhere {
    std::string service = {};
    std::string node = {};
  };
  std::vector<std::string> nodes = {};
  std::vector<Elsewhere> elsewhere = {};  ///< by service and NodeID
};
struct ServerNodes {
  struct Node {
    std::string service = {};  ///< the account
    std::string node = {};
    std::optional<forms::Form> configuration = {};  ///< as a submit
    std::vector<Item> items = {};                   ///< the oldest first
  };
  struct Missed {
    std::string service = {};
    std::string node = {};  ///< empty: all of the account
    std::string why = {};   ///< a condition of RFC 6120
  };
  std::vector<Node> nodes = {};
  std::vector<Missed> missed = {};
};
struct BuriedNodes {
  struct Row {
    std::string node = {};
    Burial burial = {};
  };
  std::vector<Row> rows = {};
};
struct Acts {
  std::vector<Act> acts = {};
};
struct ListedNodes {
  struct Row {
    std::string node = {};
    std::string title = {};
    NodeType type = NodeType::leaf;
    std::uint64_t items = 0;
    Timestamp created = {};
  };
  std::vector<Row> rows = {};
  std::uint64_t count = 0;  ///< of all that are meant, before `after` and the cap
};
struct FoundItems {
  struct Row {
    ItemMeta meta = {};
    std::uint64_t bytes = 0;  ///< of the payload
  };
  std::vector<Row> rows = {};
};
struct ServiceTotals {
  std::uint64_t leaves = 0;
  std::uint64_t collections = 0;
  std::uint64_t deleted = 0;  ///< that can be brought back, or were not cleared away yet
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;  ///< of payloads
  std::uint64_t owners = 0;
  std::uint64_t subscribed = 0;
  std::uint64_t pending = 0;
  std::uint64_t unconfigured = 0;
  std::uint64_t subscribers = 0;  ///< bare JIDs
};
struct AudienceFound {
  std::vector<Jid> bares = {};
};
struct OwnNodes {
  struct Row {
    std::string node = {};
    std::uint64_t items = 0;
    std::uint64_t bytes = 0;
  };
  std::vector<Row> rows = {};
  std::uint64_t count = 0;          ///< of nodes that it owns
  std::uint64_t bytes = 0;          ///< of payloads at the nodes that it made
  std::uint64_t subscriptions = 0;  ///< that it has, under any of its JIDs
};
struct OfferedNodes {
  struct Row {
    std::string node = {};
    Jid by = {};
  };
  std::vector<Row> rows = {};
};
/// Null: there is no such node, or none behind it. The state is as loaded, immutable.
struct CopyFound {
  std::shared_ptr<const NodeState> node = {};
  std::vector<Item> items = {};  ///< where `part` is items
  bool more = false;             ///< items
};

}  // namespace stoa::pubsub
