#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/runner/hosted.hpp"
#include "scenarios/runner/script.hpp"
#include "scenarios/runner/stage.hpp"

namespace scenario {

/// 2026-01-01T12:00:00Z, and then as the scenario says.
class StageClock final : public stoa::Clock {
 public:
  stoa::Timestamp now() override { return time; }
  stoa::Timestamp time{std::chrono::sys_days(std::chrono::January / 1 / 2026) +
                       std::chrono::hours(12)};
};

/// The same ids in every play.
class StageIds final : public stoa::IdSource {
 public:
  explicit StageIds(stoa::store::memory::Disk& disk) : disk_(disk) {}
  std::string token() override;
  std::uint64_t number() override { return ++disk_.last_number; }
  std::string key() override;

 private:
  stoa::store::memory::Disk& disk_;
  std::uint64_t last_ = 0;
};

/// The link: keeps what is written while it is down, and remembers what was not proved.
class StageLink final : public stoa::dispatch::Outlet {
 public:
  void send(stoa::Outgoing outgoing, std::uint64_t mark) override;
  void set_up(bool up);
  std::vector<stoa::xml::Element> take();
  /// The highest mark that was written while the link was up.
  std::uint64_t mark() const { return mark_; }

 private:
  void write(const stoa::Outgoing& outgoing, std::uint64_t mark);

  std::vector<std::string> written_;
  std::vector<std::pair<stoa::Outgoing, std::uint64_t>> waiting_;
  std::uint64_t mark_ = 0;
  bool up_ = true;
};

/// A whole daemon in this process on the memory store: dispatch, the engines, a clock that only
/// moves when it is told.
class InProcess final : public Stage {
 public:
  explicit InProcess(const Scenario& scenario);
  ~InProcess() override;

  void send(const std::vector<stoa::xml::Element>& stanzas) override;
  std::vector<stoa::xml::Element> take() override;
  void pass(stoa::Duration time) override;
  void fail_store(std::uint64_t units) override;
  void set_store(StoreMood mood) override;
  void set_link(bool up) override;
  void restart(Ending ending) override;

  /// For the fault mode: see store::memory::Journal.
  stoa::store::memory::Journal& journal() { return *journal_; }

 private:
  void start();
  void end();
  void turn();
  void prove();

  stoa::store::memory::Disk disk_;
  StageClock clock_;
  StageIds ids_{disk_};
  std::deque<std::function<void()>> posted_;
  stoa::store::memory::Weather weather_;
  std::unique_ptr<StageLink> link_;
  std::unique_ptr<stoa::store::memory::Journal> journal_;
  std::unique_ptr<stoa::dispatch::Common> common_;
  std::unique_ptr<stoa::dispatch::Dispatcher> dispatcher_;
  std::vector<std::unique_ptr<Hosted>> services_;
};

}  // namespace scenario
