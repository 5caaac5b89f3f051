#include "store/postgres/queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace stoa::store::postgres {

using dispatch::EntityTag;
using dispatch::Refusal;

void JournalQueue::append(QueuedUnit unit) {
  last_seq_ = unit.seq;
  if (full_at_back_.contains(unit.entity)) return;
  if (units_ >= limits_.units || bytes_ + unit.bytes > limits_.bytes) {
    full_at_back_.insert(unit.entity);
    unit.work.reset();
    unit.bytes = 0;
    entries_.push_back({Kind::full, std::move(unit)});
    return;
  }
  ++units_;
  bytes_ += unit.bytes;
  entries_.push_back({Kind::unit, std::move(unit)});
}

void JournalQueue::resume(EntityTag entity) {
  full_at_back_.erase(entity);
  Entry entry{Kind::resume, {}};
  entry.unit.entity = entity;
  entries_.push_back(std::move(entry));
}

void JournalQueue::forget(const QueuedUnit& unit) {
  --units_;
  bytes_ -= unit.bytes;
}

void JournalQueue::unblock(Blocked& blocked, EntityTag entity) {
  const auto at = blocked.find(entity);
  if (at != blocked.end() && --at->second == 0) blocked.erase(at);
}

// A batch ends before anything that changes who is blocked: put_back() relies on it.
JournalQueue::Batch JournalQueue::take(Limits limits) {
  Batch batch;
  std::size_t bytes = 0;
  while (!entries_.empty()) {
    Entry& entry = entries_.front();
    if (entry.kind == Kind::unit) {
      if (batch.units.size() >= limits.units || bytes >= limits.bytes) break;
      forget(entry.unit);
      if (!blocked_.contains(entry.unit.entity)) {
        bytes += entry.unit.bytes;
        batch.units.push_back(std::move(entry.unit));
      }
    } else {
      if (!batch.units.empty()) break;
      const EntityTag entity = entry.unit.entity;
      if (entry.kind == Kind::resume) {
        unblock(blocked_, entity);
      } else if (entry.kind == Kind::block) {
        block(entity);
      } else if (!blocked_.contains(entity)) {
        block(entity);
        batch.refused.push_back({entry.unit.seq, entity, Refusal::full});
      }
    }
    entries_.pop_front();
  }
  return batch;
}

void JournalQueue::put_back(std::vector<QueuedUnit> units) {
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
    ++units_;
    bytes_ += unit->bytes;
    entries_.push_front({Kind::unit, std::move(*unit)});
  }
}

bool JournalQueue::expired(const Entry& entry, std::chrono::steady_clock::time_point limit) const {
  if (entry.kind == Kind::full) return true;
  return entry.kind == Kind::unit && entry.unit.durability == Durability::hard &&
         entry.unit.since < limit;
}

std::vector<Refused> JournalQueue::expire(std::chrono::steady_clock::time_point limit) {
  std::vector<Refused> refused;
  const auto due = [&](const Entry& entry) { return expired(entry, limit); };
  const auto younger = [&](const Entry& entry) {
    return entry.kind == Kind::unit && entry.unit.since >= limit;
  };
  const auto old = std::find_if(entries_.begin(), entries_.end(), younger);
  if (std::none_of(entries_.begin(), old, due)) return refused;

  Blocked blocked = blocked_;
  std::deque<Entry> kept;
  for (Entry& entry : entries_) {
    const EntityTag entity = entry.unit.entity;
    const bool skipped = blocked.contains(entity);
    if (entry.kind == Kind::resume) {
      unblock(blocked, entity);
    } else if (entry.kind == Kind::block) {
      ++blocked[entity];
    } else if (skipped || due(entry)) {
      if (entry.kind == Kind::unit) forget(entry.unit);
      if (skipped) continue;
      refused.push_back(
          {entry.unit.seq, entity, entry.kind == Kind::full ? Refusal::full : Refusal::timeout});
      ++blocked[entity];
      entry = Entry{Kind::block, {}};
      entry.unit.entity = entity;
    }
    kept.push_back(std::move(entry));
  }
  entries_ = std::move(kept);
  return refused;
}

std::uint64_t JournalQueue::settled(std::uint64_t first_taken) const {
  if (first_taken != 0) return first_taken - 1;
  for (const Entry& entry : entries_) {
    if (entry.kind == Kind::unit || entry.kind == Kind::full) return entry.unit.seq - 1;
  }
  return last_seq_;
}

}  // namespace stoa::store::postgres
