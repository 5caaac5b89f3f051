#include <stoa/pubsub/model/item.hpp>

namespace stoa::pubsub {

namespace {

constexpr std::size_t max_absent = 1024;  ///< ids remembered as absent; a bound on memory

}  // namespace

ItemIndex::Known::Known(const Known& other)
    : by_seq(other.by_seq), absent(other.absent), window(other.window) {
  for (const auto& [seq, item] : by_seq) by_id.emplace(item.id, seq);
}

void ItemIndex::Known::insert(ItemMeta item) {
  erase(item.id);
  const std::uint64_t seq = item.seq;
  const auto [place, added] = by_seq.insert_or_assign(seq, std::move(item));
  by_id.insert_or_assign(place->second.id, seq);
}

void ItemIndex::Known::erase(std::string_view id) {
  const auto place = by_id.find(id);
  if (place == by_id.end()) return;
  const std::uint64_t seq = place->second;
  by_id.erase(place);
  by_seq.erase(seq);
}

ItemIndex::Found ItemIndex::find(std::string_view id) const {
  const Found unknown{complete_ ? Knowledge::absent : Knowledge::unknown, nullptr};
  const Known* known = known_.get();
  if (!known) return unknown;
  const auto place = known->by_id.find(id);
  if (place != known->by_id.end()) return {Knowledge::present, &known->by_seq.at(place->second)};
  if (known->absent.contains(std::string(id))) return {Knowledge::absent, nullptr};
  return unknown;
}

std::optional<std::vector<const ItemMeta*>> ItemIndex::oldest(std::size_t count) const {
  std::vector<const ItemMeta*> items;
  if (const Known* known = known_.get()) {
    for (const auto& [seq, item] : known->by_seq) {
      if (items.size() == count) return items;
      if (!complete_ && seq > known->window) return std::nullopt;
      items.push_back(&item);
    }
  }
  if (!complete_ && items.size() < count) return std::nullopt;
  return items;
}

void ItemIndex::learn(ItemMeta item) {
  Known& known = known_.touch();
  if (!known.by_id.contains(item.id)) known.insert(std::move(item));
}

void ItemIndex::learn_absent(std::string id) {
  auto& absent = known_.touch().absent;
  if (absent.size() >= max_absent) absent.clear();
  absent.insert(std::move(id));
}

void ItemIndex::learn_window(std::uint64_t seq) {
  std::uint64_t& window = known_.touch().window;
  window = std::max(window, seq);
}

void ItemIndex::put(const ItemMeta& item) {
  Known& known = known_.touch();
  known.absent.erase(item.id);
  known.insert(item);
}

void ItemIndex::remove(std::string_view id) {
  if (Known* known = known_.get()) known->erase(id);
  if (!complete_) learn_absent(std::string(id));
}

void ItemIndex::trim(std::size_t most) {
  if (size() <= most) return;
  Known& known = known_.touch();
  const std::size_t kept = most / 2;
  auto place = known.by_seq.begin();
  for (std::size_t i = 0; i < kept; ++i) ++place;
  const std::uint64_t last_kept = std::prev(place)->first;
  if (complete_) known.window = last_kept;
  complete_ = false;
  for (auto gone = place; gone != known.by_seq.end(); ++gone) known.by_id.erase(gone->second.id);
  known.by_seq.erase(place, known.by_seq.end());
  known.window = std::min(known.window, last_kept);
}

void ItemIndex::forget() {
  *this = ItemIndex();
}

std::size_t ItemIndex::size() const {
  return known_.get() ? known_.get()->by_seq.size() : 0;
}

std::size_t ItemIndex::footprint() const {
  constexpr std::size_t nodes = 120;   // of both maps
  constexpr std::size_t strings = 64;  // what a usual id and JID have outside of their objects
  if (!known_.get()) return 0;
  return sizeof(Known) + known_.get()->absent.size() * 64 +
         size() * (sizeof(ItemMeta) + nodes + strings);
}

}  // namespace stoa::pubsub
