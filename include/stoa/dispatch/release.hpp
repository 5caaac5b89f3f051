#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include <stoa/dispatch/metrics.hpp>
#include <stoa/dispatch/ports.hpp>

namespace stoa::dispatch {

/// Names one decided request, so that what it said can be taken back. Never reused.
using Owner = std::uint64_t;

/// Holds what is said until what it rests on is stored. Gives the journal's sequence numbers, and
/// knows how far the journal is (the watermark). Loop thread only.
class Release {
 public:
  /// `last_seq`: the highest sequence number that an earlier run on the same store gave.
  explicit Release(Metrics& metrics, std::uint64_t last_seq = 0);

  std::uint64_t next_seq() {
    Metrics::set(metrics_.units_open, ++last_seq_ - watermark_);
    return last_seq_;
  }
  Owner next_owner() { return ++last_owner_; }
  std::uint64_t watermark() const { return watermark_; }
  bool passed(std::uint64_t after) const { return after <= watermark_; }

  /// Sends at once if `after` is settled, else holds until it is. Outputs of the same `after` keep
  /// their order.
  void put(Outlet& outlet, Outgoing outgoing, std::uint64_t after, Owner owner);
  /// What `owner` said and is still held will never be sent.
  void cancel(Owner owner);
  /// What `owner` said and is still held goes now.
  void free(Owner owner);
  /// The journal has settled everything up to `watermark`.
  void committed(std::uint64_t watermark);

  /// While an outlet's marks are withheld, everything goes to it with mark 0: outbox rows of an
  /// earlier run are not sent yet, so nothing may count as delivered. Nests.
  void withhold_marks(Outlet& outlet) { ++withheld_[&outlet].times; }
  /// From when everything up to `after` is settled: what those rows said may wait for that. If
  /// anything was sent meanwhile, the outlet gets its mark with nothing to write.
  void give_marks(Outlet& outlet, std::uint64_t after);

  std::size_t held() const { return held_count_; }
  /// Bytes that what is held will write. Whoever feeds the services stops while they are many.
  std::size_t held_bytes() const { return held_bytes_; }
  /// All of what is held may go to the outlets with one commit, and has to fit: above so many bytes
  /// nothing should be added which can wait.
  static constexpr std::size_t most_held = 32 * 1024 * 1024;
  bool much_held() const { return held_bytes_ > most_held; }

 private:
  struct Held {
    Owner owner;
    Outlet* outlet;
    Outgoing outgoing;
    std::size_t bytes;  // when it was put
  };
  struct Withheld {
    int times = 0;
    bool sent = false;
  };
  void send(Outlet& outlet, Outgoing outgoing, std::uint64_t mark);
  void let_go(const Held& held);

  Metrics& metrics_;
  std::uint64_t last_seq_;
  std::uint64_t watermark_;
  Owner last_owner_ = 0;
  std::size_t held_count_ = 0;
  std::size_t held_bytes_ = 0;
  std::map<std::uint64_t, std::vector<Held>> held_;  // by `after`
  std::map<Outlet*, Withheld> withheld_;
  std::multimap<std::uint64_t, Outlet*> to_be_given_;  // marks, by what must be settled first
};

}  // namespace stoa::dispatch
