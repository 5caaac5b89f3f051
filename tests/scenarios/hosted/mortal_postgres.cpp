#include "scenarios/hosted/mortal_postgres.hpp"

#include <utility>

#include "scenarios/runner/hosted.hpp"

namespace scenario {

using namespace std::chrono_literals;
using Proxy = stoa::test::SwallowingProxy;

namespace {

/// Nothing is ever given up: what a play shows must not depend on how busy the machine is.
stoa::store::Options patient(const MortalPlace& place) {
  stoa::store::Options options;
  options.url = stoa::test::Cluster::through(place.url, place.proxy.folder());
  options.commit_timeout = 120s;
  options.archive_grace = 120s;
  options.read_timeout = 120s;
  options.readers = 1;
  return options;
}

}  // namespace

MortalPlace::MortalPlace() : url(cluster.create_database()), proxy(cluster.socket()), desk(url) {
  stoa::store::migrate({.url = url});
}

MortalPlace& MortalPlace::instance() {
  static MortalPlace place;
  return place;
}

MortalPostgres::MortalPostgres(MortalPlace& place, BothSettings settings)
    : PostgresBacking(patient(place), place.desk, std::move(settings)), place_(place) {
  place_.proxy.cut_next(Proxy::Cut::none);
}

void MortalPostgres::begin(Loop& loop, stoa::Clock& clock) {
  loop_ = &loop;
  refused_ = false;
  PostgresBacking::begin(loop, clock);
}

bool MortalPostgres::working() {
  if (dead_) return false;
  const bool quiet = under_way_ == 0 && !looking_up() && loop_->empty();
  if (quiet && !waits_ && !waiting_.empty()) let_in();
  return under_way_ != 0 || looking_up();
}

void MortalPostgres::let_in() {
  Admission unit = std::move(waiting_.front());
  waiting_.pop_front();
  ++entered_;
  under_way_ = unit.seq;
  answered_ = place_.proxy.commits();
  last_rows_ = unit.outbox;
  last_durability_ = unit.durability;
  if (const auto planned = plan_.find(entered_); planned != plan_.end()) arm(planned->second);
  if (fails_ > 0 && unit.durability != stoa::Durability::soft) {
    --fails_;
    // A text that no table takes.
    unit.outbox.push_back({std::string(domain), 1, "all", std::string("\0", 1), "", ""});
  }
  unit.enter(std::move(unit.outbox));
}

void MortalPostgres::arm(Death death) {
  if (is_before(death)) stored_ = desk().contents();
  place_.proxy.cut_next(
      is_before(death) ? Proxy::Cut::before_commit : Proxy::Cut::after_commit,
      [this, death] { strike(death); },
      is_of_stoa(death) ? Proxy::Then::hangs : Proxy::Then::closes);
}

/// On the proxy's thread; the loop waits for the store meanwhile.
void MortalPostgres::strike(Death death) {
  {
    const std::lock_guard lock(mutex_);
    struck_[entered_] = death;
  }
  if (!is_before(death)) stored_ = desk().contents();
  switch (death) {
    case Death::stoa_before:
    case Death::stoa_after:
      dead_ = true;
      loop_->post([] {});  // wakes it
      return;
    case Death::session_before:
    case Death::session_after:
      desk().end_sessions(PostgresDesk::Whose::journal);
      break;
    case Death::postgres_before:
    case Death::postgres_after:
      desk().crash();
      break;
  }
  compare("when PostgreSQL had ended the session");
}

void MortalPostgres::told(std::uint64_t watermark) {
  if (under_way_ == 0 || watermark < under_way_) return;
  // Of one that fails others are skipped, without a commit of their own.
  if (!refused_ && place_.proxy.commits() == answered_) {
    complain("a unit is said to be stored before its commit");
  }
  under_way_ = 0;
}

void MortalPostgres::ended() {
  waiting_.clear();
  under_way_ = 0;
  desk().end_sessions(PostgresDesk::Whose::all);
  if (dead_.exchange(false)) compare("when stoa had died");
}

void MortalPostgres::compare(const std::string& when) {
  for (const auto& [table, digest] : desk().contents()) {
    if (digest != stored_[table]) complain("other rows are in " + table + " " + when);
  }
}

void MortalPostgres::complain(const std::string& what) {
  const std::lock_guard lock(mutex_);
  wrong_ += what + "\n";
}

std::map<std::uint64_t, Death> MortalPostgres::struck() {
  const std::lock_guard lock(mutex_);
  return struck_;
}

std::string MortalPostgres::wrong() {
  const std::lock_guard lock(mutex_);
  return wrong_;
}

}  // namespace scenario
