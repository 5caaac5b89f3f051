#pragma once

#include <map>
#include <memory>
#include <string>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/store/store.hpp>

#include "scenarios/hosted/settings.hpp"
#include "scenarios/runner/backing.hpp"

namespace scenario {

/// The real store on a database of this process, emptied first. It cannot be made to fail, to wait
/// or to be away.
class PostgresBacking final : public Backing {
 public:
  PostgresBacking(const std::string& url, BothSettings settings);
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

 private:
  struct Watch;
  void forget_delivered();

  std::string url_;
  BothSettings settings_;
  std::uint64_t number_ = 0;
  std::uint64_t last_seq_ = 0;
  std::map<std::string, std::uint64_t> delivered_;
  std::unique_ptr<stoa::store::Store> store_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace scenario
