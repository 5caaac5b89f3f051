#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stoa/base/maybe.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/pubsub/model/item.hpp>

namespace stoa::pubsub {

struct NodeConfig;

/// Which items of a node a subscriber wants (XEP-0060, 12.20). An item passes if it meets every
/// kind of which something is named, each by any of the values.
struct Filter {
  std::vector<std::string> keywords = {};    ///< stand in the text of the payload
  std::vector<std::string> categories = {};  ///< terms of an Atom entry
  std::vector<Jid> publishers = {};          ///< bare JIDs

  bool empty() const { return keywords.empty() && categories.empty() && publishers.empty(); }

  friend bool operator==(const Filter&, const Filter&) = default;
};

/// One text that says the filter, for one column of the store, and back; nullopt where it is none.
std::string stored_text(const Filter& filter);
std::optional<Filter> filter_of(std::string_view stored_text);

/// Whether the node shows who published an item: else no filter for publishers passes anything.
bool shows_publishers(const NodeConfig& config);

/// One item as filters see it. Its payload is read once, when the first filter needs it. The item
/// must outlive it.
class Sieve {
 public:
  Sieve(const Item& item, bool shows_publisher) : item_(&item), shows_publisher_(shows_publisher) {}

  /// Keywords count whatever their case; one that begins or ends with a letter or digit of ASCII
  /// does not match within a longer word.
  bool passes(const Filter& filter) const;
  bool passes(const Maybe<Filter>& filter) const { return !filter || passes(*filter); }

 private:
  void read() const;

  const Item* item_;
  bool shows_publisher_;
  mutable bool read_ = false;
  mutable std::string text_;  // folded
  mutable std::set<std::string> categories_;
};

}  // namespace stoa::pubsub
