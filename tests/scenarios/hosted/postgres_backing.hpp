#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/store/store.hpp>

#include "scenarios/hosted/postgres_desk.hpp"
#include "scenarios/hosted/settings.hpp"
#include "scenarios/runner/backing.hpp"

namespace scenario {

/// The real store on a database that is emptied first. It cannot be made to fail, to wait or to be
/// away.
class PostgresBacking : public Backing {
 public:
  /// The desk is one on the same database; it outlives this.
  PostgresBacking(stoa::store::Options options, PostgresDesk& desk, BothSettings settings);
  ~PostgresBacking() override;

  void begin(Loop& loop, stoa::Clock& clock) override;
  void end(Stage::Ending ending) override;
  stoa::dispatch::JournalControl& control() override;
  std::uint64_t last_seq() override;
  std::uint64_t next_number() override { return ++number_; }
  void attach(stoa::dispatch::JournalEvents& events) override;
  void add_services(stoa::dispatch::Common& common, stoa::dispatch::Dispatcher& dispatcher,
                    stoa::dispatch::Outlet& outlet) override;
  bool working() override;
  bool dead() override { return false; }
  std::optional<stoa::Timestamp> deadline() override { return std::nullopt; }
  void run_due(stoa::Timestamp) override {}
  void fail(std::uint64_t) override {}
  void set(Stage::StoreMood) override {}

  /// A unit before the door of the store. `enter` lets it in, with these outbox rows.
  struct Admission {
    std::uint64_t seq;
    stoa::Durability durability;
    std::vector<stoa::dispatch::OutboxRow> outbox;
    std::function<void(std::vector<stoa::dispatch::OutboxRow>)> enter;
  };

 protected:
  /// What one that plays with the store may do about it.
  virtual void admit(Admission admission);
  virtual bool passes_marks() { return true; }
  virtual void told(std::uint64_t) {}  ///< the watermark, before anybody else hears of it
  virtual void told_refused() {}
  virtual void ended() {}  ///< the store is no more

  /// Whether a look-up is under way that waits for nothing.
  bool looking_up();
  PostgresDesk& desk() { return desk_; }

 private:
  struct Watch;
  std::function<void(Admission)> admitting();

  stoa::store::Options options_;
  PostgresDesk& desk_;
  BothSettings settings_;
  std::uint64_t number_ = 0;
  std::uint64_t last_seq_ = 0;
  std::map<std::string, std::uint64_t> delivered_;
  std::unique_ptr<stoa::store::Store> store_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace scenario
