#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/postgres/array.hpp"
#include "store/postgres/pubsub_rows.hpp"

namespace stoa::store::postgres {

using pubsub::Item;
using pubsub::ItemPage;
using pubsub::ItemsRead;
using pubsub::ReadResult;

namespace {

// Items expire in the order of their publication: $2 is the seq of the first one that has not.

constexpr Statement first_alive{
    "first_alive",
    "SELECT seq FROM items WHERE node = $1 AND stands AND seq >= $3 AND published > stoa_time($2) "
    "ORDER BY seq LIMIT 1"};

constexpr Statement all_items{"all_items",
                              "SELECT item_count, standing_from FROM nodes WHERE number = $1"};

constexpr Statement expired_items{
    "expired_items",
    "SELECT count(*) FROM items WHERE node = $1 AND stands AND seq >= $3 AND seq < $2"};

constexpr Statement items_by_id{"items_by_id", "SELECT " STOA_ITEM_COLUMNS
                                               ", i.payload FROM items i WHERE " STOA_STANDING_OF_1
                                               " AND i.digest = ANY($2::uuid[])"};

constexpr Statement place_by_seq{
    "place_by_seq",
    "SELECT (SELECT count(*) FROM items o WHERE o.node = $1 AND o.stands AND o.seq >= $2 AND o.seq "
    "< i.seq) "
    "FROM items i WHERE i.node = $1 AND i.stands AND i.seq >= $2 AND i.digest = $3::uuid"};

constexpr Statement place_by_creation{
    "place_by_creation",
    "SELECT (SELECT count(*) FROM items o "
    "WHERE o.node = $1 AND o.stands AND o.seq >= $2 AND o.first_seq < i.first_seq) "
    "FROM items i WHERE i.node = $1 AND i.stands AND i.seq >= $2 AND i.digest = $3::uuid"};

// The rows to skip are found in the index alone.
#define STOA_ITEMS_FROM_END(order)                                                          \
  "SELECT " STOA_ITEM_COLUMNS                                                               \
  ", i.payload FROM (SELECT seq FROM items WHERE node = $1 AND stands AND seq >= $2 ORDER " \
  "BY " order                                                                               \
  " OFFSET $3 LIMIT $4) AS p JOIN items i ON i.node = $1 AND i.seq = p.seq ORDER BY i." order

constexpr Statement oldest_published{"oldest_published", STOA_ITEMS_FROM_END("seq")};
constexpr Statement newest_published{"newest_published", STOA_ITEMS_FROM_END("seq DESC")};
constexpr Statement oldest_created{"oldest_created", STOA_ITEMS_FROM_END("first_seq")};
constexpr Statement newest_created{"newest_created", STOA_ITEMS_FROM_END("first_seq DESC")};

#undef STOA_ITEMS_FROM_END

// Where no key between the first and the last is left out, a place is a difference of keys, however
// many items there are: a node that only grows, or loses its oldest, stays like that.
constexpr Statement published_span{
    "published_span",
    "SELECT min(seq), max(seq) FROM items WHERE node = $1 AND stands AND seq >= $2"};
constexpr Statement created_span{
    "created_span",
    "SELECT min(first_seq), max(first_seq) FROM items WHERE node = $1 AND stands AND seq >= $2"};
constexpr Statement keys_of_item{"keys_of_item",
                                 "SELECT seq, first_seq FROM items WHERE node = $1 AND stands AND "
                                 "seq >= $2 AND digest = $3::uuid"};

#define STOA_ITEMS_BETWEEN(key)                                                        \
  "SELECT " STOA_ITEM_COLUMNS                                                          \
  ", i.payload FROM items i WHERE i.node = $1 AND i.stands AND i.seq >= $4 AND i." key \
  " >= $2 AND i." key " < $3 ORDER BY i." key

constexpr Statement published_between{"published_between", STOA_ITEMS_BETWEEN("seq")};
constexpr Statement created_between{"created_between", STOA_ITEMS_BETWEEN("first_seq")};

#undef STOA_ITEMS_BETWEEN

// One end of the list and how long it is. A node without items has one row without any.
#define STOA_ITEMS_AT_END(order)                                                                \
  "SELECT i.*, n.item_count FROM nodes n LEFT JOIN LATERAL (SELECT " STOA_ITEM_COLUMNS          \
  ", i.payload FROM items i WHERE i.node = n.number AND i.stands AND i.seq >= n.standing_from " \
  "ORDER BY i." order " LIMIT $2) AS i ON true WHERE n.number = $1 ORDER BY i." order

constexpr Statement first_published{"first_published", STOA_ITEMS_AT_END("seq")};
constexpr Statement last_published{"last_published", STOA_ITEMS_AT_END("seq DESC")};
constexpr Statement first_created{"first_created", STOA_ITEMS_AT_END("first_seq")};
constexpr Statement last_created{"last_created", STOA_ITEMS_AT_END("first_seq DESC")};
constexpr int count_at_end = 8;

#undef STOA_ITEMS_AT_END

/// The first key decides: both are unique in a node.
struct Ordering {
  explicit Ordering(const std::vector<rsm::Order>& order)
      : creation(!order.empty() && order.front().by == rsm::OrderKey::creation),
        descending(!order.empty() && order.front().direction == rsm::Direction::descending) {}

  bool creation;
  bool descending;
};

/// The newest `count` of a list in that order.
Window newest(const Ordering& order, Window all, std::uint64_t count) {
  if (all.size() <= count) return all;
  if (order.descending) return {all.begin, all.begin + count};
  return {all.end - count, all.end};
}

/// The items of one node that have not expired, as a list that is read in parts.
class LiveItems {
 public:
  LiveItems(Connection& connection, const ItemsRead& read)
      : connection_(connection), read_(read), order_(read.order) {}

  ReadResult listed();
  ReadResult named();
  ReadResult filtered();

 private:
  /// The newest are asked for, or the first or last page of all.
  bool one_end() const;
  ReadResult end();
  void find_first();
  std::uint64_t count();
  void find_keys(std::uint64_t total);
  std::optional<std::uint64_t> place(const std::string& id);
  std::vector<Item> part(Window window, std::uint64_t total);
  std::vector<Item> by_id(const std::vector<std::string>& ids);
  bool passes(const Item& item) const;
  ReadResult paged(std::vector<Item> items);

  Connection& connection_;
  const ItemsRead& read_;
  const Ordering order_;
  std::uint64_t stored_ = 0;
  std::uint64_t standing_from_ = 0;
  std::uint64_t first_ = 0;  ///< the first place that counts
  bool none_ = false;
  std::optional<std::uint64_t> lowest_;  ///< key, where keys have no gaps
};

void LiveItems::find_first() {
  const auto node = connection_.exec(all_items, read_.number);
  none_ = node.empty();
  if (none_) return;
  stored_ = node[0][0].as<std::uint64_t>();
  standing_from_ = first_ = node[0][1].as<std::uint64_t>();
  if (!read_.expired_until) return;
  const auto rows = connection_.exec(
      first_alive, read_.number, read_.expired_until->time_since_epoch().count(), standing_from_);
  none_ = rows.empty();
  if (!none_) first_ = rows[0][0].as<std::uint64_t>();
}

std::uint64_t LiveItems::count() {
  if (none_) return 0;
  if (first_ == standing_from_) return stored_;
  const auto gone = connection_.exec(expired_items, read_.number, first_, standing_from_);
  return stored_ - gone.at(0).at(0).as<std::uint64_t>();
}

void LiveItems::find_keys(std::uint64_t total) {
  if (total == 0) return;
  const auto span =
      connection_.exec(order_.creation ? created_span : published_span, read_.number, first_);
  if (span.at(0).at(0).is_null()) return;
  const auto lowest = span[0][0].as<std::uint64_t>();
  if (span[0][1].as<std::uint64_t>() - lowest + 1 == total) lowest_ = lowest;
}

std::optional<std::uint64_t> LiveItems::place(const std::string& id) {
  if (lowest_) {
    const auto keys = connection_.exec(keys_of_item, read_.number, first_, digest(id));
    if (keys.empty()) return std::nullopt;
    return keys[0][order_.creation ? 1 : 0].as<std::uint64_t>() - *lowest_;
  }
  const Statement& statement = order_.creation ? place_by_creation : place_by_seq;
  const auto rows = connection_.exec(statement, read_.number, first_, digest(id));
  if (rows.empty()) return std::nullopt;
  return rows[0][0].as<std::uint64_t>();
}

std::vector<Item> LiveItems::part(Window window, std::uint64_t total) {
  std::vector<Item> items;
  if (window.size() == 0) return items;
  if (lowest_) {
    const Window ascending =
        order_.descending ? Window{total - window.end, total - window.begin} : window;
    const auto rows =
        connection_.exec(order_.creation ? created_between : published_between, read_.number,
                         *lowest_ + ascending.begin, *lowest_ + ascending.end, first_);
    items.reserve(rows.size());
    for (const auto& row : rows) items.push_back(item_in(row));
    if (order_.descending) std::reverse(items.begin(), items.end());
    return items;
  }
  const bool from_behind = window.begin > total - window.end;
  const std::uint64_t skipped = from_behind ? total - window.end : window.begin;
  const Statement& statement = order_.descending != from_behind
                                   ? (order_.creation ? newest_created : newest_published)
                                   : (order_.creation ? oldest_created : oldest_published);
  const auto rows = connection_.exec(statement, read_.number, first_, skipped, window.size());
  items.reserve(rows.size());
  for (const auto& row : rows) items.push_back(item_in(row));
  if (from_behind) std::reverse(items.begin(), items.end());
  return items;
}

bool LiveItems::one_end() const {
  if (read_.expired_until) return false;
  if (!read_.page) return true;
  const rsm::Request& page = *read_.page;
  const bool anchored = page.after || (page.before && !page.before->empty());
  return !read_.max_items && !page.index && !anchored;
}

ReadResult LiveItems::end() {
  const bool newest_wanted = !read_.page;
  const bool from_behind = newest_wanted ? !order_.descending : read_.page->before.has_value();
  const std::uint64_t cap = read_.cap;
  const std::uint64_t size =
      newest_wanted ? std::min(cap, read_.max_items ? std::uint64_t{*read_.max_items} : cap)
                    : read_.page->page_size(read_.cap);
  const Statement& statement = order_.descending != from_behind
                                   ? (order_.creation ? last_created : last_published)
                                   : (order_.creation ? first_created : first_published);
  const auto rows = connection_.exec(statement, read_.number, size);
  ItemPage page;
  if (rows.empty()) return page;
  page.count = rows[0][count_at_end].as<std::uint64_t>();
  if (newest_wanted && read_.max_items) {
    page.count = std::min(page.count, std::uint64_t{*read_.max_items});
  }
  if (!rows[0][0].is_null()) {
    page.items.reserve(rows.size());
    for (const auto& row : rows) page.items.push_back(item_in(row));
  }
  if (from_behind) std::reverse(page.items.begin(), page.items.end());
  const bool counted_back = newest_wanted || from_behind;
  page.first_index = counted_back ? page.count - page.items.size() : 0;
  return page;
}

ReadResult LiveItems::listed() {
  if (one_end()) return end();
  const Snapshot snapshot(connection_);
  find_first();
  const std::uint64_t total = count();
  find_keys(total);
  Window set{0, total};
  if (read_.max_items) set = newest(order_, set, *read_.max_items);
  ItemPage page;
  page.count = set.size();
  if (!read_.page) {
    const Window shown = newest(order_, set, read_.cap);
    page.first_index = set.size() - shown.size();
    page.items = part(shown, total);
    return page;
  }
  const rsm::Request& request = *read_.page;
  std::uint64_t anchor = 0;
  if (const auto& uid = request.before ? request.before : request.after; uid && !uid->empty()) {
    const auto found = none_ ? std::nullopt : place(*uid);
    // In a descending list positions count from the other end.
    if (found) anchor = order_.descending ? total - 1 - *found : *found;
    if (!found || anchor < set.begin || anchor >= set.end) return pubsub::UnknownUid{};
    anchor -= set.begin;
  }
  const Window shown = window_of(request, set.size(), anchor, read_.cap);
  page.first_index = shown.begin;
  page.items = part({set.begin + shown.begin, set.begin + shown.end}, total);
  return page;
}

std::vector<Item> LiveItems::by_id(const std::vector<std::string>& ids) {
  Array digests;
  for (const std::string& id : ids) digests.add(digest(id));
  std::unordered_map<std::string, Item> found;
  if (!none_) {
    for (const auto& row : connection_.exec(items_by_id, read_.number, digests.take())) {
      Item item = item_in(row);
      if (item.meta.seq < first_) continue;
      std::string id = item.meta.id;
      found.emplace(std::move(id), std::move(item));
    }
  }
  std::vector<Item> items;
  for (const std::string& id : ids) {
    auto one = found.extract(id);
    if (one) items.push_back(std::move(one.mapped()));
  }
  return items;
}

bool LiveItems::passes(const Item& item) const {
  return pubsub::Sieve(item, read_.publisher == ItemsRead::Publisher::shown).passes(read_.filter);
}

ReadResult LiveItems::named() {
  std::optional<Snapshot> snapshot;
  if (read_.expired_until) {
    snapshot.emplace(connection_);
    find_first();
  }
  std::vector<Item> items = by_id(read_.ids);
  std::erase_if(items, [this](const Item& item) { return !passes(item); });
  return paged(std::move(items));
}

/// A filter is no matter for SQL: everything is read, in parts. Of what passes, all but the
/// payloads is kept until the page is known.
ReadResult LiveItems::filtered() {
  constexpr std::uint64_t part_size = 200;
  const Snapshot snapshot(connection_);
  find_first();
  const std::uint64_t total = count();
  std::vector<Item> passing;
  for (std::uint64_t begin = 0; begin < total; begin += part_size) {
    for (Item& item : part({begin, std::min(begin + part_size, total)}, total)) {
      if (!passes(item)) continue;
      item.payload = nullptr;
      passing.push_back(std::move(item));
    }
  }
  ReadResult result = paged(std::move(passing));
  auto* page = std::get_if<ItemPage>(&result);
  if (page == nullptr || page->items.empty()) return result;
  std::vector<std::string> ids;
  for (const Item& item : page->items) ids.push_back(item.meta.id);
  page->items = by_id(ids);
  return result;
}

ReadResult LiveItems::paged(std::vector<Item> items) {
  Window set{0, items.size()};
  if (read_.max_items) set = newest(order_, set, *read_.max_items);
  Window shown{0, set.size()};
  if (!read_.page) {
    shown = newest(order_, shown, read_.cap);
  } else {
    const rsm::Request& request = *read_.page;
    std::uint64_t anchor = 0;
    if (const auto& uid = request.before ? request.before : request.after; uid && !uid->empty()) {
      while (anchor < set.size() && items[set.begin + anchor].meta.id != *uid) ++anchor;
      if (anchor == set.size()) return pubsub::UnknownUid{};
    }
    shown = window_of(request, set.size(), anchor, read_.cap);
  }
  ItemPage page;
  page.count = set.size();
  page.first_index = read_.page ? shown.begin : set.size() - shown.size();
  for (std::uint64_t i = shown.begin; i < shown.end; ++i) {
    page.items.push_back(std::move(items[set.begin + i]));
  }
  return page;
}

}  // namespace

ReadResult read_items(Connection& connection, const ItemsRead& read) {
  LiveItems items(connection, read);
  if (!read.ids.empty()) return items.named();
  return read.filter ? items.filtered() : items.listed();
}

}  // namespace stoa::store::postgres
