#include <stoa/pubsub/model/item.hpp>

namespace stoa::pubsub {

namespace {

constexpr std::size_t max_absent = 1024;  ///< ids remembered as absent; a bound on memory

}  // namespace

ItemIndex::ItemIndex(const ItemIndex& other)
    : by_seq_(other.by_seq_),
      absent_(other.absent_),
      window_(other.window_),
      complete_(other.complete_) {
  for (const auto& [seq, item] : by_seq_) by_id_.emplace(item.id, seq);
}

ItemIndex& ItemIndex::operator=(const ItemIndex& other) {
  ItemIndex copy(other);
  return *this = std::move(copy);
}

ItemIndex::Found ItemIndex::find(std::string_view id) const {
  const auto known = by_id_.find(id);
  if (known != by_id_.end()) return {Knowledge::present, &by_seq_.at(known->second)};
  const bool absent = complete_ || absent_.contains(std::string(id));
  return {absent ? Knowledge::absent : Knowledge::unknown, nullptr};
}

std::optional<std::vector<const ItemMeta*>> ItemIndex::oldest(std::size_t count) const {
  std::vector<const ItemMeta*> items;
  for (const auto& [seq, item] : by_seq_) {
    if (items.size() == count) return items;
    if (!complete_ && seq > window_) return std::nullopt;
    items.push_back(&item);
  }
  if (!complete_ && items.size() < count) return std::nullopt;
  return items;
}

void ItemIndex::insert(ItemMeta item) {
  erase(item.id);
  const std::uint64_t seq = item.seq;
  const auto [place, added] = by_seq_.insert_or_assign(seq, std::move(item));
  by_id_.insert_or_assign(place->second.id, seq);
}

void ItemIndex::erase(std::string_view id) {
  const auto known = by_id_.find(id);
  if (known == by_id_.end()) return;
  const std::uint64_t seq = known->second;
  by_id_.erase(known);
  by_seq_.erase(seq);
}

void ItemIndex::learn(ItemMeta item) {
  if (by_id_.contains(item.id)) return;
  insert(std::move(item));
}

void ItemIndex::learn_absent(std::string id) {
  if (absent_.size() >= max_absent) absent_.clear();
  absent_.insert(std::move(id));
}

void ItemIndex::put(const ItemMeta& item) {
  absent_.erase(item.id);
  insert(item);
}

void ItemIndex::remove(std::string_view id) {
  erase(id);
  if (!complete_) learn_absent(std::string(id));
}

void ItemIndex::trim(std::size_t known) {
  if (by_seq_.size() <= known) return;
  const std::size_t kept = known / 2;
  auto place = by_seq_.begin();
  for (std::size_t i = 0; i < kept; ++i) ++place;
  const std::uint64_t last_kept = std::prev(place)->first;
  if (complete_) window_ = last_kept;
  complete_ = false;
  for (auto gone = place; gone != by_seq_.end(); ++gone) by_id_.erase(gone->second.id);
  by_seq_.erase(place, by_seq_.end());
  window_ = std::min(window_, last_kept);
}

void ItemIndex::forget() {
  *this = ItemIndex();
}

std::size_t ItemIndex::footprint() const {
  constexpr std::size_t nodes = 120;   // of both maps
  constexpr std::size_t strings = 64;  // what a usual id and JID have outside of their objects
  return absent_.size() * 64 + by_seq_.size() * (sizeof(ItemMeta) + nodes + strings);
}

}  // namespace stoa::pubsub
