#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
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
}  // namespace look

using Look = std::variant<look::Involved, look::Buried, look::Acts>;

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
