#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <stoa/stanza/error.hpp>
#include <stoa/stanza/outgoing.hpp>
#include <stoa/stanza/stanza.hpp>

namespace stoa::dispatch {

/// Counters of the loop thread that any other thread may read at any time (each by itself is exact,
/// two of them need not fit together).
struct Metrics {
  using Counter = std::atomic<std::uint64_t>;
  static constexpr std::size_t kinds = 3;
  static constexpr std::size_t conditions =
      static_cast<std::size_t>(Condition::unexpected_request) + 1;
  /// Upper bounds of the decide time's buckets in microseconds; one more bucket stands for the
  /// rest.
  static constexpr std::array<std::uint64_t, 6> decide_bounds{2, 5, 10, 50, 200, 1000};

  std::array<Counter, kinds> stanzas_in{};   ///< by StanzaKind
  std::array<Counter, kinds> stanzas_out{};  ///< by StanzaKind, each copy of a broadcast
  std::array<Counter, conditions> errors{};  ///< refusals that were sent, by Condition
  std::array<Counter, decide_bounds.size() + 1> decided{};
  Counter decide_nanoseconds{};
  Counter dropped{};          ///< stanzas without a usable from, or for a domain not served
  Counter rate_limited{};     ///< requests refused because their sender sends too much
  Counter loads{};            ///< entities loaded
  Counter evictions{};        ///< entities dropped from memory
  Counter lookups{};          ///< look-ups given to the store
  Counter undone{};           ///< units that the store did not take
  Counter held_outputs{};     ///< now: outputs that wait for a commit
  Counter entities{};         ///< now: entities in memory
  Counter population{};       ///< now: who is in them (sessions in rooms)
  Counter entity_bytes{};     ///< now: bytes that they take, roughly
  Counter units_open{};       ///< now: units that the journal has not settled
  Counter steps_open{};       ///< now: look-ups and postponed steps of requests that are not done
  Counter senders_waiting{};  ///< now: senders whose stanzas wait for an earlier one's look-up

  static void add(Counter& counter, std::uint64_t n = 1) {
    counter.fetch_add(n, std::memory_order_relaxed);
  }
  static void sub(Counter& counter, std::uint64_t n = 1) {
    counter.fetch_sub(n, std::memory_order_relaxed);
  }
  static void set(Counter& counter, std::uint64_t n) {
    counter.store(n, std::memory_order_relaxed);
  }

  void count_in(StanzaKind kind) { add(stanzas_in[static_cast<std::size_t>(kind)]); }
  void count_out(const Outgoing& outgoing);
  void count_error(Condition condition) { add(errors[static_cast<std::size_t>(condition)]); }
  void count_decide(std::uint64_t nanoseconds);
};

}  // namespace stoa::dispatch
