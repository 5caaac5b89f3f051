#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/pubsub/model/item.hpp>
#include <stoa/pubsub/model/types.hpp>
#include <stoa/rsm/order.hpp>
#include <stoa/rsm/rsm.hpp>

/// The items of all leaves of a collection as one sequence (XEP-0248, 6.2).
namespace stoa::pubsub {

/// The items of the leaves below a collection, at whatever level, that the requester may read: leaf
/// after leaf in byte order of NodeIDs, each leaf's in the order asked. That it may read the
/// collection was decided before. A leaf whose access model rests on a roster shows itself only to
/// those with an affiliation. UIDs: number of the leaf, '/', item id.
struct JoinedRead {
  std::uint64_t number = 0;
  std::string node = {};
  Jid bare = {};
  bool admin = false;                           ///< reads them all
  Timestamp now = {};                           ///< what has expired by then is not seen
  std::optional<std::uint32_t> max_items = {};  ///< of each leaf the newest so many
  std::optional<rsm::Request> page = {};
  std::vector<rsm::Order> order = {};
  std::size_t cap = 0;  ///< at most so many; without `page` the first `cap`
};

struct JoinedPage {
  struct Leaf {
    std::uint64_t number = 0;
    std::string node = {};
    ItemReply itemreply = ItemReply::publisher;
    Jid owner = {};  ///< to be shown where itemreply says so
  };
  struct Row {
    std::size_t leaf = 0;  ///< place in `leaves`
    Item item = {};
  };
  std::vector<Leaf> leaves = {};  ///< those with a row here, in their order
  std::vector<Row> rows = {};
  std::uint64_t first_index = 0;
  std::uint64_t count = 0;
};

/// What names an item of the sequence.
std::string joined_uid(std::uint64_t leaf, const std::string& item);
struct JoinedUid {
  std::uint64_t leaf = 0;
  std::string item = {};
};
/// nullopt where it names none.
std::optional<JoinedUid> read_joined_uid(const std::string& uid);

}  // namespace stoa::pubsub
