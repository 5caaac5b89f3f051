#include <stoa/dispatch/slots.hpp>

namespace stoa::dispatch {

void RecentlyUsed::touch(Slot& slot) {
  if (newest_ == &slot) return;
  remove(slot);
  slot.older = newest_;
  if (newest_) newest_->newer = &slot;
  newest_ = &slot;
  if (!oldest_) oldest_ = &slot;
}

void RecentlyUsed::remove(Slot& slot) {
  if (slot.newer) slot.newer->older = slot.older;
  if (slot.older) slot.older->newer = slot.newer;
  if (newest_ == &slot) newest_ = slot.older;
  if (oldest_ == &slot) oldest_ = slot.newer;
  slot.newer = nullptr;
  slot.older = nullptr;
}

void Deadlines::set(Slot& slot, std::optional<Timestamp> when) {
  if (!when) {
    if (slot.heap_index != 0) remove(slot.heap_index - 1);
    return;
  }
  if (slot.heap_index == 0) {
    heap_.push_back({});
    place(heap_.size() - 1, {*when, &slot});
  } else if (heap_[slot.heap_index - 1].when == *when) {
    return;
  } else {
    heap_[slot.heap_index - 1].when = *when;
  }
  sift(slot.heap_index - 1);
}

std::optional<Timestamp> Deadlines::first() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().when;
}

std::optional<Timestamp> Deadlines::of(const Slot& slot) const {
  if (slot.heap_index == 0) return std::nullopt;
  return heap_[slot.heap_index - 1].when;
}

void Deadlines::place(std::size_t i, Entry entry) {
  heap_[i] = entry;
  entry.slot->heap_index = static_cast<std::uint32_t>(i + 1);
}

void Deadlines::sift(std::size_t i) {
  const Entry entry = heap_[i];
  while (i > 0 && entry.when < heap_[(i - 1) / 2].when) {
    place(i, heap_[(i - 1) / 2]);
    i = (i - 1) / 2;
  }
  for (;;) {
    std::size_t child = 2 * i + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].when < heap_[child].when) ++child;
    if (entry.when <= heap_[child].when) break;
    place(i, heap_[child]);
    i = child;
  }
  place(i, entry);
}

void Deadlines::remove(std::size_t i) {
  heap_[i].slot->heap_index = 0;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (i == heap_.size()) return;
  place(i, last);
  sift(i);
}

void Busy::add(Slot& slot) {
  if (slot.busy_index != 0) return;
  slots_.push_back(&slot);
  slot.busy_index = static_cast<std::uint32_t>(slots_.size());
}

void Busy::remove(Slot& slot) {
  if (slot.busy_index == 0) return;
  Slot* const last = slots_.back();
  slots_[slot.busy_index - 1] = last;
  last->busy_index = slot.busy_index;
  slots_.pop_back();
  slot.busy_index = 0;
}

}  // namespace stoa::dispatch
