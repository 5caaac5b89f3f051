#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <stoa/base/box.hpp>
#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>

namespace stoa::pubsub {

/// A payload as XML text that stands for itself: every namespace it needs is declared in it,
/// `xmlns=''` included. Null for an item without payload. Shared because the item, its event and
/// the journal hold the same bytes, and immutable.
using Payload = std::shared_ptr<const std::string>;

/// What is known of an item besides its payload.
struct ItemMeta {
  std::string id = {};
  std::uint64_t seq = 0;  ///< place in the order of publication; a new one with each overwrite
  std::uint64_t first_seq =
      0;               ///< seq of the first publication under this id: the order of creation
  Jid publisher = {};  ///< bare
  Timestamp created = {};
  Timestamp published = {};

  friend bool operator==(const ItemMeta&, const ItemMeta&) = default;
};

struct Item {
  ItemMeta meta = {};
  Payload payload = {};
};

/// Items that were asked for by their seqs: those that are there, in that order.
struct Republished {
  std::vector<std::uint64_t> asked = {};
  std::vector<Item> items = {};
};

/// What memory knows of the items that a node has stored: all of them, some, or none. A cache of
/// the store: it never guesses, and find() tells "does not exist" from "not known". One that knows
/// no item takes next to no room, as most nodes are.
class ItemIndex {
 public:
  enum class Knowledge { present, absent, unknown };
  struct Found {
    Knowledge knowledge = Knowledge::unknown;
    const ItemMeta* item = nullptr;  ///< valid until the index changes
  };

  /// An index of a node without items knows everything.
  void become_complete() { complete_ = true; }
  bool complete() const { return complete_; }

  Found find(std::string_view id) const;

  /// The oldest `count` items (all, if there are fewer) in order of publication; nullopt where
  /// memory does not know them. Pointers are valid until the index changes.
  std::optional<std::vector<const ItemMeta*>> oldest(std::size_t count) const;

  /// Facts of the store.
  void learn(ItemMeta item);
  void learn_absent(std::string id);
  /// All stored items up to and including `seq` are known (the window of the oldest).
  void learn_window(std::uint64_t seq);

  /// Changes: an item is there now (replacing one of that id), or no longer.
  void put(const ItemMeta& item);
  void remove(std::string_view id);
  void forget();

  /// Above `known` entries a complete index keeps only its oldest part.
  void trim(std::size_t known);

  std::size_t size() const;
  std::size_t footprint() const;

 private:
  struct Known {
    std::map<std::uint64_t, ItemMeta> by_seq = {};
    std::unordered_map<std::string_view, std::uint64_t> by_id = {};  // views into by_seq
    std::unordered_set<std::string> absent = {};
    std::uint64_t window = 0;

    Known() = default;
    Known(const Known& other);
    Known& operator=(const Known&) = delete;
    ~Known() = default;

    void insert(ItemMeta item);
    void erase(std::string_view id);
  };

  Box<Known> known_;
  bool complete_ = false;
};

}  // namespace stoa::pubsub
