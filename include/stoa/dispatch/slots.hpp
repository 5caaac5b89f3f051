#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/dispatch/ports.hpp>

namespace stoa::dispatch {

/// What an EntityService keeps of each entity besides its state. Small: there are many idle ones.
struct Slot {
  enum class Phase : std::uint8_t { loading, ready, waiting };

  EntityTag tag = 0;
  const std::string* key = nullptr;  ///< owned by the service's table, lives as long as the slot
  std::uint64_t last_after = 0;      ///< what outputs of this entity wait for at least
  std::uint64_t last_seq = 0;        ///< its last unit, soft ones included
  Slot* newer = nullptr;
  Slot* older = nullptr;
  Timestamp not_before{};  ///< no Tick before this
  std::uint32_t bytes = 0;
  std::uint32_t population = 0;
  std::uint32_t heap_index = 0;  ///< position in the deadlines plus one; 0: none
  std::uint32_t busy_index = 0;  ///< position in the busy list plus one; 0: not in it
  Phase phase = Phase::loading;
  std::uint8_t uses = 0;
  bool bulky = false;  ///< its last broadcast was a large one
};

/// Slots in the order of their last use.
class RecentlyUsed {
 public:
  void touch(Slot& slot);  ///< adds it, or makes it the newest
  void remove(Slot& slot);
  Slot* oldest() const { return oldest_; }

 private:
  Slot* newest_ = nullptr;
  Slot* oldest_ = nullptr;
};

/// When slots want a Tick: a heap that knows each slot's position.
class Deadlines {
 public:
  void set(Slot& slot, std::optional<Timestamp> when);
  std::optional<Timestamp> first() const;
  Slot* first_slot() const { return heap_.empty() ? nullptr : heap_.front().slot; }
  std::optional<Timestamp> of(const Slot& slot) const;

 private:
  struct Entry {
    Timestamp when;
    Slot* slot;
  };
  void place(std::size_t i, Entry entry);
  void sift(std::size_t i);
  void remove(std::size_t i);

  std::vector<Entry> heap_;
};

/// Slots that have something under way, in no order.
class Busy {
 public:
  void add(Slot& slot);
  void remove(Slot& slot);
  const std::vector<Slot*>& slots() const { return slots_; }

 private:
  std::vector<Slot*> slots_;
};

}  // namespace stoa::dispatch
