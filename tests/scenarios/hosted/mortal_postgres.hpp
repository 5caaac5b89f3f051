#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "scenarios/hosted/postgres_backing.hpp"
#include "support/postgres/cluster.hpp"
#include "support/postgres/swallowing_proxy.hpp"

namespace scenario {

/// Who dies at a commit, and whether just before it is carried out or right after, when nobody has
/// its answer.
enum class Death {
  stoa_before,
  stoa_after,
  session_before,  ///< PostgreSQL ends the journal's session
  session_after,
  postgres_before,  ///< SIGKILL to the journal's backend: PostgreSQL breaks all off and recovers
  postgres_after,
};

inline bool is_of_stoa(Death death) {
  return death == Death::stoa_before || death == Death::stoa_after;
}
inline bool is_before(Death death) {
  return death == Death::stoa_before || death == Death::session_before ||
         death == Death::postgres_before;
}

/// A PostgreSQL of this process, which stoa reaches by way of a proxy that sees the commits.
struct MortalPlace {
  MortalPlace();
  stoa::test::Cluster cluster;
  std::string url;
  stoa::test::SwallowingProxy proxy;
  PostgresDesk desk;
  static MortalPlace& instance();
};

/// The real store, where somebody dies when told. Units enter it one by one, each when nothing else
/// is under way: every one has a commit of its own, the same in each play. Checked by itself:
///   - nobody is told of a unit whose commit PostgreSQL has not answered,
///   - of a unit whose commit was not carried out nothing is in the tables, to which the proxy has
///     to swear,
///   - what was committed before a PostgreSQL died is in the tables when it has recovered.
class MortalPostgres final : public PostgresBacking {
 public:
  MortalPostgres(MortalPlace& place, BothSettings settings);

  /// At the unit with that number, from 1, in order of their entering, over all runs.
  void plan(std::uint64_t unit, Death death) { plan_[unit] = death; }
  std::uint64_t entered() const { return entered_; }
  /// Who has died.
  std::map<std::uint64_t, Death> struck();
  /// Of the unit that entered last: what it says to the outbox, and whether anybody waits for it.
  const std::vector<stoa::dispatch::OutboxRow>& last_rows() const { return last_rows_; }
  stoa::Durability last_durability() const { return last_durability_; }
  /// What was found to be wrong; empty where nothing was.
  std::string wrong();

  void begin(Loop& loop, stoa::Clock& clock) override;
  bool working() override;
  bool dead() override { return dead_; }
  void fail(std::uint64_t units) override { fails_ = units; }
  void set(Stage::StoreMood mood) override { waits_ = mood == Stage::StoreMood::waits; }

 private:
  void admit(Admission admission) override { waiting_.push_back(std::move(admission)); }
  bool passes_marks() override { return false; }  // they would have commits of their own
  void told(std::uint64_t watermark) override;
  void told_refused() override { refused_ = true; }
  void ended() override;

  void let_in();
  void arm(Death death);
  void strike(Death death);
  void compare(const std::string& when);
  void complain(const std::string& what);

  MortalPlace& place_;
  Loop* loop_ = nullptr;
  std::map<std::uint64_t, Death> plan_;
  std::deque<Admission> waiting_;
  std::vector<stoa::dispatch::OutboxRow> last_rows_;
  stoa::Durability last_durability_ = stoa::Durability::hard;
  std::uint64_t entered_ = 0;
  std::uint64_t under_way_ = 0;  // seq
  int answered_ = 0;             // commits before that one
  std::uint64_t fails_ = 0;
  bool waits_ = false;
  bool refused_ = false;
  std::map<std::string, std::string> stored_;
  std::atomic<bool> dead_{false};
  std::mutex mutex_;
  std::map<std::uint64_t, Death> struck_;
  std::string wrong_;
};

}  // namespace scenario
