#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/runner/backing.hpp"
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
  explicit StageIds(Backing& backing) : backing_(backing) {}
  std::string token() override;
  std::uint64_t number() override { return backing_.next_number(); }
  std::string key() override;

 private:
  Backing& backing_;
  std::uint64_t last_ = 0;
};

/// The link: keeps what is written while it is down, and remembers what was not proved.
class StageLink final : public stoa::dispatch::Outlet {
 public:
  void send(stoa::Outgoing outgoing, std::uint64_t mark) override;
  bool congested() const override { return false; }
  void set_up(bool up);
  /// What was written since the last call.
  std::vector<stoa::xml::Element> take();
  /// How many stanzas that would be.
  std::size_t written();
  /// The highest mark that was written while the link was up.
  std::uint64_t mark() const { return mark_; }

 private:
  void write(const stoa::Outgoing& outgoing, std::uint64_t mark);

  std::vector<std::string> written_;
  std::vector<stoa::xml::Element> parsed_;  // of what was written before
  std::vector<std::pair<stoa::Outgoing, std::uint64_t>> waiting_;
  std::uint64_t mark_ = 0;
  bool up_ = true;
};

/// A whole daemon in this process: dispatch, the engines, a clock that only moves when it is told.
class InProcess final : public Stage {
 public:
  explicit InProcess(Backing& backing);
  ~InProcess() override;

  void send(const std::vector<stoa::xml::Element>& stanzas) override;
  std::vector<stoa::xml::Element> take(std::size_t expected) override;
  void pass(stoa::Duration time) override;
  void fail_store(std::uint64_t units) override { backing_.fail(units); }
  void set_store(StoreMood mood) override;
  void set_link(bool up) override;
  void restart(Ending ending) override;

  /// How many stanzas take() would give.
  std::size_t said() { return link_->written(); }

 private:
  void start();
  void end(Ending ending);
  static bool forgets();
  void displace();
  void turn();
  void prove();

  Backing& backing_;
  StageClock clock_;
  StageIds ids_{backing_};
  Loop loop_;
  std::unique_ptr<StageLink> link_;
  std::unique_ptr<stoa::dispatch::Common> common_;
  std::unique_ptr<stoa::dispatch::Dispatcher> dispatcher_;
};

}  // namespace scenario
