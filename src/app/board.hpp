#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <stoa/link/link.hpp>
#include <stoa/store/store.hpp>

namespace stoa::dispatch {
struct Metrics;
}

namespace stoa::app {

struct LinkState {
  std::string domain;
  bool up = false;
  link::Counters counters;
};

struct EntityCount {
  std::string domain;
  std::string service;     ///< muc, pubsub or pep
  std::size_t loaded = 0;  ///< rooms or nodes in memory
};

/// What the loop thread last wrote down for other threads.
struct Snapshot {
  std::vector<LinkState> links;
  std::vector<EntityCount> entities;
  store::Figures store;
  bool composed = false;  ///< the database was opened and the services stand

  /// Empty when every link is up and the database writable, else what is missing, a line each.
  std::string missing() const;
};

/// The one thing that the loop thread and the HTTP thread share.
class Board {
 public:
  void put(Snapshot snapshot) {
    const std::lock_guard lock(mutex_);
    snapshot_ = std::move(snapshot);
  }
  Snapshot get() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
  }

 private:
  mutable std::mutex mutex_;
  Snapshot snapshot_;
};

/// Prometheus' text format. `metrics` may be read from any thread; nullptr before services stand.
std::string prometheus(const Snapshot& snapshot, const dispatch::Metrics* metrics);

}  // namespace stoa::app
