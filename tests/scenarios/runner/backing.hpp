#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include <stoa/dispatch/dispatcher.hpp>

#include "scenarios/runner/loop.hpp"
#include "scenarios/runner/stage.hpp"

namespace scenario {

/// The store behind a stage, and the services on it. It outlives the runs of the program: what is
/// in it is what a restart or a crash leaves.
class Backing {
 public:
  virtual ~Backing() = default;

  /// A run begins. The loop and the clock outlive it.
  virtual void begin(Loop& loop, stoa::Clock& clock) = 0;
  /// A run ends; after an orderly one everything that was journalled is stored.
  virtual void end(Stage::Ending ending) = 0;

  /// Within a run.
  virtual stoa::dispatch::JournalControl& control() = 0;
  virtual std::uint64_t last_seq() = 0;     ///< of earlier runs
  virtual std::uint64_t next_number() = 0;  ///< for a new entity
  virtual void attach(stoa::dispatch::JournalEvents& events) = 0;
  virtual void add_services(stoa::dispatch::Common& common, stoa::dispatch::Dispatcher& dispatcher,
                            stoa::dispatch::Outlet& outlet) = 0;
  /// Whether anything is under way that will post to the loop by itself.
  virtual bool working() = 0;
  /// Whether the program is taken to have died (fault mode).
  virtual bool dead() = 0;

  /// The store's own deadlines, where it lives by the stage's clock.
  virtual std::optional<stoa::Timestamp> deadline() = 0;
  virtual void run_due(stoa::Timestamp now) = 0;
  virtual void fail(std::uint64_t units) = 0;
  virtual void set(Stage::StoreMood mood) = 0;
};

}  // namespace scenario
