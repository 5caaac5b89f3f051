#include "store/postgres/journal.hpp"

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

#include <stoa/base/log.hpp>

namespace stoa::store::postgres {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

/// Delivery marks are written with some other batch, or after this time on their own.
constexpr auto mark_delay = 200ms;
/// A batch waits for those that are likely to come at most so long, and at most half the time that
/// the last one took.
constexpr auto longest_gathering = 2ms;
/// A transaction that is within its time limits but was late to begin is not cut at once.
constexpr auto shortest_patience = 1s;
/// A COMMIT may take as long as the disk does; beyond so many commit_timeouts its line is cut, and
/// what became of it is asked for.
constexpr int commit_patience = 3;
constexpr auto connect_patience = 5s;
/// After so long without a word from the database the writer asks whether it is there and writable.
constexpr auto idle_probe = 1s;
/// For so long after an answer of the database a transaction may begin with its end.
constexpr auto trusted = 100ms;

std::chrono::milliseconds jittered(std::chrono::milliseconds pause) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return pause / 2 + pause * static_cast<int>(random() % 1000) / 1000;
}

}  // namespace

Journal::Journal(const Options& options, Notices& notices, Callbacks callbacks)
    : options_(options),
      notices_(notices),
      callbacks_(std::move(callbacks)),
      queue_({options.queue_units, options.queue_bytes}) {}

Journal::~Journal() {
  stop(0ms);
}

void Journal::start() {
  thread_ = std::thread([this] { run(); });
}

void Journal::stop(std::chrono::milliseconds patience) {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stop_at_ = steady_clock::now() + patience;
    if (patience == 0ms) line_.cut();
  }
  wake_.notify_one();
  thread_.join();
}

void Journal::append(QueuedUnit unit) {
  unit.since = steady_clock::now();
  bool idle = false;
  {
    const std::lock_guard lock(mutex_);
    queue_.append(std::move(unit));
    idle = phase_ == Phase::idle && queue_.units() >= wanted_;
  }
  if (idle) wake_.notify_one();
}

void Journal::resume(dispatch::EntityTag entity) {
  const std::lock_guard lock(mutex_);
  queue_.resume(entity);
}

void Journal::delivered(const std::string& domain, std::uint64_t seq) {
  bool idle = false;
  {
    const std::lock_guard lock(mutex_);
    if (marks_.empty()) {
      marks_since_ = steady_clock::now();
      idle = phase_ == Phase::idle;
    }
    std::uint64_t& mark = marks_[domain];
    mark = std::max(mark, seq);
  }
  if (idle) wake_.notify_one();
}

Figures Journal::figures() const {
  const std::lock_guard lock(mutex_);
  Figures figures = figures_;
  figures.waiting_units = queue_.units() + taken_.size();
  figures.waiting_bytes = queue_.bytes();
  figures.away = away_;
  return figures;
}

void Journal::tick() {
  const Time now = steady_clock::now();
  std::vector<Refused> refused;
  {
    const std::lock_guard lock(mutex_);
    refused = queue_.expire(now - options_.commit_timeout);
    figures_.refused += refused.size();
    cut_if_stuck_locked(now);
    if (opened_ && failing_since_ && !away_ && now - *failing_since_ > options_.archive_grace) {
      away_ = true;
      notices_.tell_away(true);
    }
  }
  if (!refused.empty()) tell(refused);
}

void Journal::cut_if_stuck_locked(Time now) {
  const auto overdue = [&](const QueuedUnit& unit) {
    return unit.durability == Durability::hard && now - unit.since > options_.commit_timeout;
  };
  bool stuck = stopping_ && now > stop_at_;
  if (asking_since_) stuck = stuck || (opened_ && now - *asking_since_ > connect_patience);
  if (phase_ == Phase::writing && now - phase_since_ > shortest_patience) {
    stuck = stuck || std::any_of(taken_.begin(), taken_.end(), overdue);
  }
  if (phase_ == Phase::committing) {
    stuck = stuck || now - phase_since_ > commit_patience * options_.commit_timeout;
  }
  if (stuck) line_.cut();
}

void Journal::tell(const std::vector<Refused>& refused) {
  std::uint64_t settled = 0;
  {
    const std::lock_guard lock(mutex_);
    settled = queue_.settled(taken_.empty() ? 0 : taken_.front().seq);
  }
  notices_.tell(refused, settled);
  callbacks_.settled(settled);
}

// The thread.

void Journal::run() {
  try {
    while (!wants_to_end()) {
      try {
        step();
      } catch (const Fault& fault) {
        lost(fault);
      }
    }
  } catch (const SchemaMismatch& mismatch) {
    log::error("journal.ends", {{"why", mismatch.what()}});
    callbacks_.fatal(mismatch.what());
  }
  rows_.reset();
  connection_.reset();
}

void Journal::step() {
  if (!connection_) {
    pause();
    if (wants_to_end()) return;
    connect();
  }
  if (phase_ == Phase::doubt) resolve_doubt();
  if (take()) {
    write();
  } else if (steady_clock::now() - heard_ >= idle_probe) {
    probe();
  }
}

// A standby refuses READ WRITE; no transaction number is used up.
void Journal::probe() {
  {
    const std::lock_guard lock(mutex_);
    asking_since_ = steady_clock::now();
    if (!failing_since_) failing_since_ = asking_since_;
  }
  try {
    connection_->run("BEGIN READ WRITE; ROLLBACK");
  } catch (const Fault& fault) {
    throw Fault(FaultKind::connection, fault.what());
  }
  answered();
}

void Journal::answered() {
  heard_ = steady_clock::now();
  const std::lock_guard lock(mutex_);
  asking_since_.reset();
  if (queue_.empty() && taken_.empty()) {
    pause_ = 0ms;
    recovered_locked();
  }
}

bool Journal::nothing_left_locked() const {
  return queue_.empty() && taken_.empty() && marks_.empty();
}

bool Journal::wants_to_end() {
  const std::lock_guard lock(mutex_);
  return stopping_ && (nothing_left_locked() || steady_clock::now() >= stop_at_);
}

void Journal::pause() {
  if (pause_ == 0ms) return;
  const Time until = steady_clock::now() + jittered(pause_);
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, until, [&] { return stopping_ && nothing_left_locked(); });
}

/// Those who were answered after a large batch are about to ask again. Without a short wait the
/// first few of them would get a commit of their own, and the others would wait for it.
void Journal::gather(std::unique_lock<std::mutex>& lock) {
  wanted_ = figures_.last_batch_units / 2;
  const std::chrono::duration<double> share(figures_.last_commit_seconds / 2);
  const auto most = std::min<std::chrono::duration<double>>(share, longest_gathering);
  wake_.wait_for(lock, most, [&] { return stopping_ || queue_.units() >= wanted_; });
  wanted_ = 0;
}

bool Journal::take() {
  std::vector<Refused> refused;
  bool any = false;
  {
    std::unique_lock lock(mutex_);
    const auto ripe = [&] {
      return !marks_.empty() && (stopping_ || steady_clock::now() - marks_since_ >= mark_delay);
    };
    const auto ready = [&] { return stopping_ || !queue_.empty() || ripe(); };
    if (marks_.empty()) {
      wake_.wait_for(lock, idle_probe, [&] { return ready() || !marks_.empty(); });
    }
    if (!marks_.empty() && !ready()) wake_.wait_until(lock, marks_since_ + mark_delay, ready);
    if (!queue_.empty()) gather(lock);

    const Time now = steady_clock::now();
    refused = queue_.expire(now - options_.commit_timeout);
    auto batch = queue_.take({options_.batch_units, options_.batch_bytes});
    std::move(batch.refused.begin(), batch.refused.end(), std::back_inserter(refused));
    figures_.refused += refused.size();
    taken_ = std::move(batch.units);
    if (ripe()) taken_marks_.swap(marks_);
    any = !taken_.empty() || !taken_marks_.empty();
    if (any) {
      phase_ = Phase::writing;
      phase_since_ = now;
      if (!failing_since_) failing_since_ = now;
    }
  }
  tell(refused);
  return any;
}

void Journal::write() {
  began_ = steady_clock::now();
  for (bool singly = false;;) {
    try {
      number();
      singly ? write_singly() : write_together();
      break;
    } catch (const Fault& fault) {
      if (fault.kind == FaultKind::connection) throw;
      connection_->run("ROLLBACK");
      rows_ = std::make_unique<Rows>(*connection_);  // what it knew of the tables is undone too
      if (fault.kind == FaultKind::repeat) continue;
      if (singly) throw Fault(FaultKind::connection, fault.what());
      log::warning("journal.content_refused",
                   {{"units", std::to_string(taken_.size())}, {"why", fault.what()}});
      singly = true;
    }
  }
  settle();
}

void Journal::number() {
  ++batch_;
  guilty_.clear();
  const std::lock_guard lock(mutex_);
  phase_ = Phase::writing;
}

void Journal::begin() {
  try {
    connection_->run("BEGIN; UPDATE journal SET batch = " + std::to_string(batch_));
  } catch (const Fault& fault) {
    // No unit can be to blame.
    throw Fault(FaultKind::connection, fault.what());
  }
}

void Journal::write_together() {
  rows_->clear();
  for (const QueuedUnit& unit : taken_) unit.work->put(*rows_);
  // A database that has just answered is likely to answer again. From one that has not the BEGIN is
  // heard, or not, while nothing can have been stored yet.
  const bool heard = steady_clock::now() - heard_ < trusted;
  if (heard && taken_marks_.empty() && rows_->simple() && connection_->silent()) {
    connection_->when_ready([this] { committing(); });
    rows_->flush_alone(batch_);
    return;
  }
  begin();
  rows_->flush();
  write_marks();
  commit();
}

void Journal::write_singly() {
  const auto guilty = [&](const QueuedUnit& unit) {
    return std::any_of(guilty_.begin(), guilty_.end(),
                       [&](const Refused& refused) { return refused.entity == unit.entity; });
  };
  begin();
  for (const QueuedUnit& unit : taken_) {
    if (guilty(unit)) continue;
    connection_->run("SAVEPOINT unit");
    try {
      rows_->clear();
      unit.work->put(*rows_);
      rows_->flush();
      connection_->run("RELEASE unit");
    } catch (const Fault& fault) {
      if (fault.kind != FaultKind::content) throw;
      connection_->run("ROLLBACK TO unit; RELEASE unit");
      rows_ = std::make_unique<Rows>(*connection_);
      log::error("journal.unit_refused",
                 {{"seq", std::to_string(unit.seq)}, {"why", fault.what()}});
      guilty_.push_back({unit.seq, unit.entity, dispatch::Refusal::content});
    }
  }
  write_marks();
  commit();
}

void Journal::write_marks() {
  for (const auto& [domain, seq] : taken_marks_) rows_->delivered(domain, seq);
}

void Journal::committing() {
  const std::lock_guard lock(mutex_);
  phase_ = Phase::committing;
  phase_since_ = steady_clock::now();
}

void Journal::commit() {
  committing();
  connection_->run("COMMIT");
}

void Journal::settle() {
  const std::chrono::duration<double> took = steady_clock::now() - began_;
  log::debug("journal.batch", {{"batch", std::to_string(batch_)},
                               {"units", std::to_string(taken_.size())},
                               {"refused", std::to_string(guilty_.size())},
                               {"seconds", std::to_string(took.count())}});
  std::vector<QueuedUnit> done;
  {
    const std::lock_guard lock(mutex_);
    for (const Refused& unit : guilty_) queue_.block(unit.entity);
    ++figures_.batches;
    figures_.units += taken_.size() - guilty_.size();
    figures_.refused += guilty_.size();
    figures_.commit_seconds += took.count();
    figures_.last_commit_seconds = took.count();
    figures_.last_batch_units = taken_.size();
    done.swap(taken_);
    taken_marks_.clear();
    phase_ = Phase::idle;
    recovered_locked();
  }
  pause_ = 0ms;
  heard_ = steady_clock::now();
  tell(std::exchange(guilty_, {}));
}

void Journal::recovered_locked() {
  failing_since_.reset();
  if (!away_) return;
  away_ = false;
  notices_.tell_away(false);
}

}  // namespace stoa::store::postgres
