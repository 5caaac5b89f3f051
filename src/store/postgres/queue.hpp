#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <stoa/dispatch/ports.hpp>

namespace stoa::store::postgres {

class Rows;

/// What a unit stores.
class Work {
 public:
  virtual ~Work() = default;
  /// Adds its rows to those of the transaction; throws Fault.
  virtual void put(Rows& rows) const = 0;
  /// Bytes that it keeps in memory, roughly.
  virtual std::size_t bytes() const = 0;
};

struct QueuedUnit {
  std::uint64_t seq = 0;
  dispatch::EntityTag entity = 0;
  Durability durability = Durability::hard;
  std::chrono::steady_clock::time_point since = {};
  std::unique_ptr<Work> work = {};
  std::size_t bytes = 0;
};

struct Refused {
  std::uint64_t seq = 0;
  dispatch::EntityTag entity = 0;
  dispatch::Refusal why = dispatch::Refusal::content;
};

/// The units that wait for the journal, in order, with what is known of entities whose units are to
/// be skipped. Bounded in units and bytes. Not thread-safe.
///
/// A unit that finds the queue full is remembered as such in its place, so that an entity never has
/// two refusals under way.
class JournalQueue {
 public:
  struct Limits {
    std::size_t units;
    std::size_t bytes;
  };
  explicit JournalQueue(Limits limits) : limits_(limits) {}

  void append(QueuedUnit unit);
  void resume(dispatch::EntityTag entity);

  struct Batch {
    std::vector<QueuedUnit> units;
    std::vector<Refused> refused;  ///< found on the way; settled
  };
  /// Takes the next units, in order. Both may be empty.
  Batch take(Limits limits);

  /// Gives back units that were taken and not stored, in the same order, before anything else is
  /// taken.
  void put_back(std::vector<QueuedUnit> units);

  /// A unit of the entity was refused: its units that wait are skipped up to the resume that
  /// answers it.
  void block(dispatch::EntityTag entity) { ++blocked_[entity]; }

  /// Takes out the hard units that came before `limit`, as far as these reach the units that found
  /// the queue full, and what comes after them of the same entities. Returns those to report, in
  /// order.
  std::vector<Refused> expire(std::chrono::steady_clock::time_point limit);

  bool empty() const { return entries_.empty(); }
  std::size_t units() const { return units_; }
  std::size_t bytes() const { return bytes_; }
  /// Everything up to it is neither here nor, given the first seq of what was taken (0: nothing),
  /// there.
  std::uint64_t settled(std::uint64_t first_taken) const;

 private:
  enum class Kind { unit, full, block, resume };
  struct Entry {
    Kind kind = Kind::unit;
    QueuedUnit unit = {};
  };
  /// How many refusals of an entity were reported and not yet answered by a resume. An earlier unit
  /// may be refused after a later one has been (its time was over first): each has its own resume.
  using Blocked = std::unordered_map<dispatch::EntityTag, std::size_t>;

  static void unblock(Blocked& blocked, dispatch::EntityTag entity);
  void forget(const QueuedUnit& unit);
  bool expired(const Entry& entry, std::chrono::steady_clock::time_point limit) const;

  Limits limits_;
  std::deque<Entry> entries_;
  Blocked blocked_;  // in force at the front
  std::unordered_set<dispatch::EntityTag>
      full_at_back_;  // refused as full, not resumed: what follows need not be kept
  std::size_t units_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t last_seq_ = 0;
};

}  // namespace stoa::store::postgres
