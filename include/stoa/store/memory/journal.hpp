#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/dispatch/ports.hpp>
#include <stoa/dispatch/sender_order.hpp>

/// A store for tests: everything in memory, committed and failing when told. See tables.hpp for
/// what an engine adds to it.
namespace stoa::store::memory {

/// What outlives the program, besides the tables.
struct Disk {
  std::vector<std::pair<std::uint64_t, dispatch::OutboxRow>> outbox;
  std::uint64_t last_seq = 0;
  std::uint64_t last_number = 0;
};

/// Why the store is the way it is; a scenario's steps set it.
struct Weather {
  bool waits = false;       ///< commits wait; reads go on
  bool away = false;        ///< nothing is stored and nothing is read
  std::uint64_t fails = 0;  ///< so many of the next units are refused for their content
  Duration archive_grace = std::chrono::seconds(2);
  Duration commit_timeout = std::chrono::seconds(5);
};

/// The journal of all services: commits one unit at a time, each in a turn of the executor.
class Journal final : public dispatch::JournalControl {
 public:
  /// One thing to do, in order: a unit, the end of a skip, or the removal of outbox rows.
  struct Entry {
    enum class Kind { unit, resume, other } kind = Kind::unit;
    std::uint64_t seq = 0;
    dispatch::EntityTag entity = 0;
    Durability durability = Durability::hard;
    std::vector<dispatch::OutboxRow> outbox = {};
    std::function<void()> write = {};
    Timestamp since = {};
  };

  Journal(Disk& disk, Clock& clock, dispatch::Executor post)
      : disk_(disk), clock_(clock), post_(std::move(post)), watermark_(disk.last_seq) {}

  void tell(dispatch::JournalEvents& events) { events_ = &events; }

  void append(Entry entry) {
    entry.since = clock_.now();
    if (entry.seq != 0) disk_.last_seq = entry.seq;
    queue_.push_back(std::move(entry));
    go_on();
  }

  void resume(dispatch::EntityTag entity) override {
    Entry entry{.kind = Entry::Kind::resume};
    entry.entity = entity;
    append(std::move(entry));
  }

  void delivered(const std::string& domain, std::uint64_t seq) override {
    Entry entry{.kind = Entry::Kind::other};
    entry.write = [this, domain, seq] {
      std::erase_if(disk_.outbox, [&](const auto& row) {
        return row.first <= seq && row.second.domain == domain;
      });
    };
    append(std::move(entry));
  }

  const Weather& weather() const { return weather_; }
  void set(Weather weather) {
    const bool back = weather_.away && !weather.away;
    weather_ = weather;
    if (weather.away && !away_since_) away_since_ = clock_.now();
    if (back) {
      away_since_.reset();
      if (std::exchange(told_away_, false)) events_->store_away(false);
    }
    go_on();
  }
  void fail_next(std::uint64_t units) { weather_.fails = units; }
  /// The unit with this number (from 1, in order of commit) is refused for its content; 0: none.
  void fail_unit(std::uint64_t number) { fail_unit_ = number; }
  /// Nothing is committed any more once `number` units are; the program is taken to be dead then.
  void stop_after(std::uint64_t number) { stop_after_ = number; }
  bool stopped() const { return stopped_; }

  /// Units that were tried (stored or refused), all services together.
  std::uint64_t tried() const { return tried_; }
  bool empty() const { return queue_.empty(); }
  /// Of the last unit that was refused for its content.
  Durability last_refused() const { return last_refused_; }

  /// Runs `what` in a turn of the executor, once everything up to `after` is settled, or at once
  /// while the store is away.
  void when_settled(std::uint64_t after, std::function<void()> what) {
    if (after <= watermark_ || weather_.away) {
      post_([this, what = std::move(what)] {
        if (!stopped_) what();
      });
    } else {
      waiting_.emplace_back(after, std::move(what));
    }
  }

  /// When the store, being away, next loses patience.
  std::optional<Timestamp> deadline() const {
    std::optional<Timestamp> first;
    if (!weather_.away || !away_since_) return first;
    if (!told_away_) first = *away_since_ + weather_.archive_grace;
    for (const Entry& entry : queue_) {
      if (!waits_for_commit(entry)) continue;
      const Timestamp due = entry.since + weather_.commit_timeout;
      if (!first || due < *first) first = due;
    }
    return first;
  }

  void run_due(Timestamp now) {
    if (!weather_.away || !away_since_) return;
    if (!told_away_ && *away_since_ + weather_.archive_grace <= now) {
      told_away_ = true;
      events_->store_away(true);
    }
    // What refused() appends is younger: a fixed number of entries is looked at.
    const std::size_t size = queue_.size();
    for (std::size_t i = 0; i < size; ++i) {
      Entry& entry = queue_[i];
      if (!waits_for_commit(entry) || entry.since + weather_.commit_timeout > now) continue;
      if (skipped_.contains(entry.entity)) continue;
      give_up(entry);
    }
    give_reads();
  }

 private:
  static bool waits_for_commit(const Entry& entry) {
    return entry.kind == Entry::Kind::unit && entry.durability == Durability::hard &&
           entry.write != nullptr;
  }

  void give_up(Entry& entry) {
    const auto [seq, entity] = std::pair(entry.seq, entry.entity);
    // The later units of the entity are not stored either, up to its resume.
    for (Entry& other : queue_) {
      if (other.entity == entity && other.seq >= seq && other.kind == Entry::Kind::unit) {
        other.write = nullptr;
      }
    }
    events_->refused(seq, entity, dispatch::Refusal::timeout);
  }

  void go_on() {
    if (turn_posted_ || weather_.waits || weather_.away || stopped_ || queue_.empty()) return;
    turn_posted_ = true;
    post_([this] { turn(); });
  }

  void turn() {
    turn_posted_ = false;
    if (weather_.waits || weather_.away || stopped_ || queue_.empty()) return;
    Entry entry = std::move(queue_.front());
    queue_.pop_front();
    switch (entry.kind) {
      case Entry::Kind::resume:
        skipped_.erase(entry.entity);
        break;
      case Entry::Kind::other:
        entry.write();
        break;
      case Entry::Kind::unit:
        commit(entry);
        break;
    }
    if (!stopped_) go_on();
  }

  void commit(Entry& entry) {
    if (entry.write && !skipped_.contains(entry.entity)) {
      ++tried_;
      if (refuses(entry)) {
        skipped_.insert(entry.entity);
        last_refused_ = entry.durability;
        events_->refused(entry.seq, entry.entity, dispatch::Refusal::content);
      } else {
        entry.write();
        for (auto& row : entry.outbox) disk_.outbox.emplace_back(entry.seq, std::move(row));
      }
      if (stop_after_ != 0 && tried_ >= stop_after_) {
        stopped_ = true;  // dead before anybody heard of it
        return;
      }
    }
    watermark_ = entry.seq;
    events_->committed(watermark_);
    give_reads();
  }

  bool refuses(const Entry& entry) {
    if (fail_unit_ != 0 && tried_ == fail_unit_) return true;
    if (weather_.fails == 0 || entry.durability == Durability::soft) return false;
    --weather_.fails;
    return true;
  }

  void give_reads() {
    for (std::size_t i = 0; i < waiting_.size();) {
      if (waiting_[i].first > watermark_ && !weather_.away) {
        ++i;
        continue;
      }
      when_settled(0, std::move(waiting_[i].second));
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  Disk& disk_;
  Clock& clock_;
  dispatch::Executor post_;
  dispatch::JournalEvents* events_ = nullptr;
  Weather weather_;
  std::uint64_t watermark_;
  std::deque<Entry> queue_;
  std::set<dispatch::EntityTag> skipped_;
  std::vector<std::pair<std::uint64_t, std::function<void()>>> waiting_;
  std::optional<Timestamp> away_since_;
  std::uint64_t fail_unit_ = 0;
  std::uint64_t stop_after_ = 0;
  std::uint64_t tried_ = 0;
  Durability last_refused_ = Durability::hard;
  bool told_away_ = false;
  bool turn_posted_ = false;
  bool stopped_ = false;
};

}  // namespace stoa::store::memory
