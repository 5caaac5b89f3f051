#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace stoa::store {

/// Runs a function on the loop thread, later. Must be callable from any thread.
using Executor = std::function<void(std::function<void()>)>;

struct Options {
  /// A libpq URI or connection string; PG* environment variables fill what it leaves out.
  std::string url = "postgresql:///stoa";

  /// A hard unit that is not stored after so long is refused (never one whose commit is in doubt).
  std::chrono::milliseconds commit_timeout{5000};
  /// How long the journal fails before JournalEvents::store_away(true).
  std::chrono::milliseconds archive_grace{2000};
  /// A look-up without an answer after so long is ReadFault::away.
  std::chrono::milliseconds read_timeout{5000};

  /// What may wait for the journal; beyond either, units are refused as `full`. Enough for a minute
  /// of chat in busy rooms while the database restarts, little against a server's memory.
  std::size_t queue_units = 200'000;
  std::size_t queue_bytes = std::size_t{128} * 1024 * 1024;
  /// What one transaction takes at most: large enough that a commit costs nothing per unit, small
  /// enough that the first unit does not wait for long.
  std::size_t batch_units = 2'000;
  std::size_t batch_bytes = std::size_t{4} * 1024 * 1024;

  std::size_t readers = 2;
};

}  // namespace stoa::store
