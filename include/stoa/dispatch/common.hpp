#pragma once

#include <cstdint>

#include <stoa/base/ids.hpp>
#include <stoa/base/time.hpp>
#include <stoa/dispatch/metrics.hpp>
#include <stoa/dispatch/ports.hpp>
#include <stoa/dispatch/release.hpp>
#include <stoa/dispatch/sender_order.hpp>

namespace stoa::dispatch {

/// What dispatch is given by the program. Everything outlives the services and the dispatcher.
struct World {
  Clock& clock;
  IdSource& ids;
  JournalControl& journal;
  Executor post;
  std::uint64_t last_seq = 0;  ///< highest sequence number of an earlier run on the same store
};

/// What all services and the dispatcher share. Loop thread only, apart from `metrics`.
class Common {
 public:
  explicit Common(World world);

  /// The time; never goes backward.
  Timestamp now();
  IdSource& ids() { return world_.ids; }
  JournalControl& journal() { return world_.journal; }
  void post(std::function<void()> what) { world_.post(std::move(what)); }
  EntityTag next_tag() { return ++last_tag_; }

  Metrics metrics;
  Release release;
  SenderOrder senders;
  bool store_away = false;  ///< the journal has been failing for longer than archive_grace

 private:
  World world_;
  Timestamp latest_{};
  EntityTag last_tag_ = 0;
};

}  // namespace stoa::dispatch
