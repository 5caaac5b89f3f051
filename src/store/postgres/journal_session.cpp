#include <algorithm>
#include <utility>

#include <stoa/base/log.hpp>

#include "store/postgres/journal.hpp"
#include "store/postgres/lease.hpp"
#include "store/postgres/migrations.hpp"

namespace stoa::store::postgres {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr auto first_pause = 50ms;
constexpr auto longest_pause = 2000ms;
constexpr auto standby_poll = 500ms;
constexpr auto former_holder_patience = 10s;

// An epoch is the upper part of every seq and number of its run: 2^40 units, 2^36 entities.
constexpr unsigned seq_bits = 40;
constexpr unsigned number_bits = 36;

// Every statement of the journal finds its rows by key. Plans made while a table was small must not
// scan it when it has grown.
constexpr const char* key_lookups =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
    "SET enable_bitmapscan = off";

}  // namespace

void Journal::connect() {
  {
    const std::lock_guard lock(mutex_);
    asking_since_ = steady_clock::now();
  }
  connection_ = std::make_unique<Connection>(options_.url, "stoa journal", &line_);
  if (epoch_ == 0) {
    open_first();
  } else {
    hold_lease_again();
  }
  connection_->run(key_lookups);
  rows_ = std::make_unique<Rows>(*connection_);
  backend_ = connection_->backend();
  {
    const std::lock_guard lock(mutex_);
    opened_ = true;
    figures_.connected = true;
    ++figures_.connects;
  }
  answered();
}

void Journal::open_first() {
  for (bool told = false; !try_lease(*connection_); told = true) {
    if (!told) {
      log::warning("journal.standby",
                   {{"why", "another stoa uses this database; this one takes over when it ends"}});
    }
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, standby_poll, [&] { return stopping_; })) {
      throw Fault(FaultKind::connection, "stopped while standing by");
    }
  }
  migrate(*connection_);
  epoch_ = begin_epoch(*connection_);
  log::info("journal.open", {{"epoch", std::to_string(epoch_)}});
  callbacks_.ready({(epoch_ << seq_bits) + 1, (epoch_ << number_bits) + 1});
}

// The server may not have noticed yet that our former session is gone. Once its lease is free, its
// transaction is over too.
void Journal::hold_lease_again() {
  const auto until = steady_clock::now() + former_holder_patience;
  while (!try_lease(*connection_)) {
    if (current_epoch(*connection_) != epoch_) break;
    end_former_holder(*connection_, backend_);
    if (steady_clock::now() > until) {
      throw Fault(FaultKind::connection, "another session holds the lease on the database");
    }
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, first_pause, [&] { return stopping_; })) break;
  }
  if (current_epoch(*connection_) != epoch_) {
    throw SchemaMismatch("another stoa has taken this database over");
  }
  log::info("journal.reconnected");
}

void Journal::resolve_doubt() {
  const bool stored = committed_batch(*connection_) == batch_;
  log::warning("journal.doubt_resolved", {{"batch", std::to_string(batch_)},
                                          {"outcome", stored ? "committed" : "not committed"}});
  if (stored) {
    settle();
  } else {
    const std::lock_guard lock(mutex_);
    give_back_locked();
  }
}

void Journal::give_back_locked() {
  queue_.put_back(std::exchange(taken_, {}));
  for (const auto& [domain, seq] : taken_marks_) {
    std::uint64_t& mark = marks_[domain];
    mark = std::max(mark, seq);
  }
  taken_marks_.clear();
  phase_ = Phase::idle;
}

void Journal::lost(const Fault& fault) {
  log::warning("journal.lost",
               {{"why", fault.what()}, {"retry_ms", std::to_string(pause_.count())}});
  rows_.reset();
  connection_.reset();
  pause_ =
      pause_ == 0ms ? first_pause : std::min(2 * pause_, std::chrono::milliseconds(longest_pause));
  const std::lock_guard lock(mutex_);
  asking_since_.reset();
  figures_.connected = false;
  if (!failing_since_) failing_since_ = steady_clock::now();
  if (phase_ == Phase::committing) phase_ = Phase::doubt;
  if (phase_ == Phase::writing) give_back_locked();
}

}  // namespace stoa::store::postgres
