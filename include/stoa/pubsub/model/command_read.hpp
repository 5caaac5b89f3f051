#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/forms/form.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/pubsub/model/item.hpp>
#include <stoa/pubsub/model/record.hpp>

/// What commands ask of the store.
namespace stoa::pubsub {

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
}  // namespace look

using Look = std::variant<look::Involved, look::Buried, look::Acts, look::AtServer>;

/// `command` and `session` are for the answer.
struct CommandRead {
  std::string command = {};
  std::string session = {};
  Jid by = {};
  Look what = {};
  std::size_t cap = 0;  ///< rows; not read for Involved
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

}  // namespace stoa::pubsub
