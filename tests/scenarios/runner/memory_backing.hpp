#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "scenarios/runner/backing.hpp"
#include "scenarios/runner/hosted.hpp"

namespace scenario {

/// The store in memory. It fails, waits and is away when told.
class MemoryBacking final : public Backing {
 public:
  explicit MemoryBacking(std::vector<std::unique_ptr<Hosted>> services)
      : services_(std::move(services)) {}

  void begin(Loop& loop, stoa::Clock& clock) override;
  void end(Stage::Ending ending) override;
  stoa::dispatch::JournalControl& control() override { return *journal_; }
  std::uint64_t last_seq() override { return disk_.last_seq; }
  std::uint64_t next_number() override { return ++disk_.last_number; }
  void attach(stoa::dispatch::JournalEvents& events) override;
  void add_services(stoa::dispatch::Common& common, stoa::dispatch::Dispatcher& dispatcher,
                    stoa::dispatch::Outlet& outlet) override;
  bool working() override { return false; }
  bool dead() override { return journal_->stopped(); }
  std::optional<stoa::Timestamp> deadline() override { return journal_->deadline(); }
  void run_due(stoa::Timestamp now) override { journal_->run_due(now); }
  void fail(std::uint64_t units) override;
  void set(Stage::StoreMood mood) override;

  /// For the fault mode.
  stoa::store::memory::Journal& journal() { return *journal_; }
  /// Calls that each time when a unit is settled, before anybody is told.
  void watch_commits(std::function<void()> watcher) { told_.watcher = std::move(watcher); }

 private:
  struct Told final : stoa::dispatch::JournalEvents {
    void committed(std::uint64_t watermark) override {
      if (watcher) watcher();
      events->committed(watermark);
    }
    void refused(std::uint64_t seq, stoa::dispatch::EntityTag entity,
                 stoa::dispatch::Refusal why) override {
      events->refused(seq, entity, why);
    }
    void store_away(bool away) override { events->store_away(away); }

    stoa::dispatch::JournalEvents* events = nullptr;
    std::function<void()> watcher;
  };

  std::vector<std::unique_ptr<Hosted>> services_;
  stoa::store::memory::Disk disk_;
  stoa::store::memory::Weather weather_;
  Told told_;
  std::unique_ptr<stoa::store::memory::Journal> journal_;
};

}  // namespace scenario
