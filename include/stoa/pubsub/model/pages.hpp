#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <stoa/pubsub/model/item.hpp>
#include <stoa/pubsub/model/subscription.hpp>
#include <stoa/pubsub/model/types.hpp>

/// Pages of lists (XEP-0059): rows in the order asked, the position of the first of them, and how
/// long the whole list is.
namespace stoa::pubsub {

struct ItemPage {
  std::vector<Item> items = {};
  std::uint64_t first_index = 0;
  std::uint64_t count = 0;  ///< of the whole set that the page is of
};
struct SubscriptionPage {
  struct Row {
    std::uint64_t number = 0;
    std::string node = {};
    Subscription subscription = {};
  };
  std::vector<Row> rows = {};
  std::uint64_t first_index = 0;
  std::uint64_t count = 0;
};
struct AffiliationPage {
  struct Row {
    std::string node = {};
    Affiliation affiliation = Affiliation::none;
  };
  std::vector<Row> rows = {};
  std::uint64_t first_index = 0;
  std::uint64_t count = 0;
};
struct NodePage {
  struct Row {
    std::string node = {};
    std::string title = {};
  };
  std::vector<Row> rows = {};
  std::optional<std::uint64_t> first_index = 0;  ///< none in the midst of a long list
  std::uint64_t count = 0;
};
struct PendingNodes {
  bool owns_any = false;  ///< whether the requester owns any node at all
  std::vector<std::string> nodes = {};
};

}  // namespace stoa::pubsub
