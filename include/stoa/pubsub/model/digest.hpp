#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/pubsub/model/item.hpp>

/// Digests (XEP-0060, 16.4.2). A node with subscribers who want them keeps one log of what became
/// of its items; each of these subscriptions remembers where in the log its next digest begins. So
/// nothing is copied for each subscriber, and what waits survives a restart.
namespace stoa::pubsub {

/// Where the next digest of a subscription begins. Set by the first entry of a period.
struct DigestMark {
  std::uint64_t from = 0;  ///< the first entry of the period
  std::uint64_t next = 0;  ///< the first one not sent yet: a large digest goes in several messages
  Timestamp due = {};

  friend bool operator==(const DigestMark&, const DigestMark&) = default;
};

/// One entry of a node's log.
struct LogEntry {
  enum class Kind : std::uint8_t {
    published,
    retracted,
    removed,  ///< as retracted, but nobody is to be told
  };
  Kind kind = Kind::published;
  std::uint64_t seq = 0;  ///< place in the log
  /// What was published; of a removal, what was there before, without payload. An empty id: the
  /// bare node is named (7.1.2.2).
  Item item = {};
  /// No later entry speaks of the same id. Loaded, never written: the store keeps it.
  bool live = true;
};

/// A part of a log from its entry `from` on.
struct LogPage {
  std::uint64_t from = 0;
  std::vector<LogEntry> entries = {};
  bool more = false;  ///< there are later ones
};
/// shared_ptr: a cache in the state that is copied with it; immutable.
using KnownLog = std::shared_ptr<const LogPage>;

/// Entries of one page: what fits into one message of a digest is looked up at once.
inline constexpr std::size_t log_page_entries = 1000;
/// Of a log that nobody empties the newest so many entries are kept; what is older is in no digest.
inline constexpr std::uint64_t log_length = 10'000;

}  // namespace stoa::pubsub
