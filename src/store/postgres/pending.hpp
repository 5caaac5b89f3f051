#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace stoa::store::postgres {

/// A row's key: the number of its entity and what tells it from the entity's other rows. The views
/// are into the changes, which outlive the transaction.
struct RowKey {
  std::uint64_t entity = 0;
  std::string_view name = {};
  std::string_view name2 = {};

  friend bool operator==(const RowKey&, const RowKey&) = default;
};

struct RowKeyHash {
  std::size_t operator()(const RowKey& key) const noexcept {
    const std::hash<std::string_view> text;
    const std::size_t seed = std::hash<std::uint64_t>{}(key.entity) * 0x9e3779b97f4a7c15u;
    return (seed ^ text(key.name)) * 0x9e3779b97f4a7c15u ^ text(key.name2);
  }
};

/// The last word on each row of one table within one round of statements: what the row is now, or
/// that it is gone. A row that is written twice is written once, as it was last.
template <class Row>
class Pending {
 public:
  struct Slot {
    RowKey key;
    std::optional<Row> row;  ///< nullopt: gone
  };

  void put(const RowKey& key, Row row) { slot(key).row = std::move(row); }
  void erase(const RowKey& key) { slot(key).row.reset(); }
  Row* find(const RowKey& key) {
    const auto at = places_.find(key);
    return at == places_.end() || !slots_[at->second].row ? nullptr : &*slots_[at->second].row;
  }

  bool empty() const { return slots_.empty(); }
  const std::vector<Slot>& slots() const { return slots_; }
  void clear() {
    slots_.clear();
    places_.clear();
  }

 private:
  Slot& slot(const RowKey& key) {
    const auto [at, fresh] = places_.try_emplace(key, slots_.size());
    if (fresh) slots_.push_back({key, std::nullopt});
    return slots_[at->second];
  }

  std::vector<Slot> slots_;
  std::unordered_map<RowKey, std::size_t, RowKeyHash> places_;
};

}  // namespace stoa::store::postgres
