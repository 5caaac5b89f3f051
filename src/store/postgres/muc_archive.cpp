#include "store/postgres/muc_archive.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/postgres/array.hpp"
#include "store/postgres/muc_rows.hpp"

namespace stoa::store::postgres {

using namespace muc;

namespace {

/// What a query asks for besides a span of the order, as bits.
enum Filter : unsigned {
  by_nick = 1,
  by_author = 2,
  by_time = 4,
  by_words = 8,
  by_ids = 16,
  only_open = 32,  // whose author was shown to all ([MUC-MAM-05])
};
constexpr std::size_t filters = 64;

/// The statements for one set of filters. Each set has its own text, so that each has its own plan.
class Variant {
 public:
  explicit Variant(std::size_t filter)
      : where_(conditions(filter)),
        texts_{
            page("ASC"), page("DESC"),
            "SELECT count(*) FROM (SELECT 1 " + where_ +
                " LIMIT $10::bigint OFFSET $11::bigint) AS c",
            "SELECT min(a.seq), max(a.seq) " + where_ + " AND $10::bigint > 0 AND $11::bigint = 0"},
        names_{name(filter, "up"), name(filter, "down"), name(filter, "count"),
               name(filter, "span")} {
    for (std::size_t i = 0; i < statements_.size(); ++i) {
      statements_[i] = {names_[i].c_str(), texts_[i].c_str(), Plan::for_values};
    }
  }
  Variant(const Variant&) = delete;
  Variant& operator=(const Variant&) = delete;

  const Statement& up() const { return statements_[0]; }
  const Statement& down() const { return statements_[1]; }
  const Statement& count() const { return statements_[2]; }
  const Statement& span() const { return statements_[3]; }

 private:
  static std::string either(bool wanted, const char* condition, const char* unused) {
    return std::string(" AND ") + (wanted ? condition : unused);
  }
  static std::string conditions(std::size_t filter) {
    return "FROM room_archive a WHERE a.room = $1::bigint AND a.seq > $2::bigint "
           "AND a.seq < $3::bigint" +
           either((filter & by_nick) != 0, "a.nick = $4::text", "$4::text IS NULL") +
           either((filter & by_author) != 0, "a.author_bare = $5::text", "$5::text IS NULL") +
           either((filter & by_time) != 0,
                  "a.stamp >= coalesce(stoa_time($6::bigint), '-infinity') "
                  "AND a.stamp <= coalesce(stoa_time($7::bigint), 'infinity')",
                  "$6::bigint IS NULL AND $7::bigint IS NULL") +
           either((filter & by_words) != 0,
                  "a.body IS NOT NULL AND to_tsvector('simple', a.body) @@ "
                  "plainto_tsquery('simple', $8::text)",
                  "$8::text IS NULL") +
           either((filter & by_ids) != 0, "a.id = ANY($9::text[])", "$9::text[] IS NULL") +
           ((filter & only_open) != 0 ? " AND NOT a.semi_anonymous" : "");
  }
  std::string page(const char* direction) const {
    return "SELECT " STOA_ARCHIVE_COLUMNS " " + where_ + " ORDER BY a.seq " + direction +
           " LIMIT $10::bigint OFFSET $11::bigint";
  }
  static std::string name(std::size_t filter, const char* what) {
    return std::string("archive_") + what + "_" + std::to_string(filter);
  }

  std::string where_;
  std::array<std::string, 4> texts_;
  std::array<std::string, 4> names_;
  std::array<Statement, 4> statements_{};
};

const Variant& variant(std::size_t filter) {
  static const auto all = [] {
    std::vector<std::unique_ptr<const Variant>> made;
    for (std::size_t i = 0; i < filters; ++i) made.push_back(std::make_unique<const Variant>(i));
    return made;
  }();
  return *all[filter];
}

constexpr Statement select_places{
    "select_archive_places",
    "SELECT id, seq FROM room_archive WHERE room = $1 AND id = ANY($2::text[])"};

/// Where the messages of $1 between $2 and $3 with a stamp from $4 to $5 are: in one or more of the
/// stretches in which stamps rise.
constexpr Statement select_dates{
    "select_archive_dates",
    "WITH ends AS MATERIALIZED (SELECT "
    "greatest($2::bigint, (SELECT min(seq) - 1 FROM room_archive WHERE room = $1::bigint)) AS low, "
    "least($3::bigint, (SELECT max(seq) + 1 FROM room_archive WHERE room = $1::bigint)) AS high), "
    "stretches AS MATERIALIZED (SELECT first - 1 AS low, "
    "lead(first, 1, (SELECT high FROM ends)) OVER (ORDER BY first) AS high FROM ("
    "SELECT low + 1 AS first FROM ends UNION "
    "SELECT s.seq FROM room_archive_steps s, ends e "
    "WHERE s.room = $1::bigint AND s.seq > e.low AND s.seq < e.high) AS f), "
    "dated AS MATERIALIZED (SELECT CASE WHEN $4::bigint IS NULL THEN low + 1 "
    "ELSE stoa_archive_place($1::bigint, low, high, stoa_time($4::bigint)) END AS first, "
    "CASE WHEN $5::bigint IS NULL THEN high "
    "ELSE stoa_archive_place($1::bigint, low, high, stoa_time($5::bigint + 1)) END AS behind "
    "FROM stretches) "
    "SELECT min(first) - 1, max(behind), count(*) FROM dated WHERE first < behind"};

constexpr Statement select_first{"select_archive_first",
                                 "SELECT " STOA_ARCHIVE_COLUMNS
                                 " FROM room_archive a WHERE a.room = $1 ORDER BY a.seq LIMIT 1"};
constexpr Statement select_last{
    "select_archive_last", "SELECT " STOA_ARCHIVE_COLUMNS
                           " FROM room_archive a WHERE a.room = $1 ORDER BY a.seq DESC LIMIT 1"};

using MaybeText = std::optional<std::string>;

MaybeText micros(const std::optional<Timestamp>& time) {
  if (!time) return std::nullopt;
  return std::to_string(time->time_since_epoch().count());
}

/// The positions behind `low` and before `high`.
struct Span {
  std::uint64_t low = 0;
  std::uint64_t high = std::numeric_limits<std::int64_t>::max();
};

class Paging {
 public:
  Paging(Connection& connection, const read::Archive& read)
      : connection_(connection), read_(read), request_(read.query.page) {
    const auto& order = read.query.order;
    descending_ = !order.empty() && order.front().direction == rsm::Direction::descending;
    size_ = read.max == 0 ? 0 : request_.page_size(read.max);
    filter_ = (read.author && !read.all_jids ? only_open : 0u) | (read.nick ? by_nick : 0u) |
              (read.author ? by_author : 0u) | (read.query.start || read.query.end ? by_time : 0u) |
              (read.query.fulltext ? by_words : 0u) | (read.query.ids.empty() ? 0u : by_ids);
  }

  found::Archive page() {
    found::Archive found;
    found.unknown_uid = !find_places();
    if (found.unknown_uid) return found;
    if ((filter_ & by_time) != 0) find_dates();
    found.unknown_uid = !mark_is_met();
    if (found.unknown_uid) return found;
    found.count = count(span_);
    take_rows(found);
    const std::uint64_t taken = found.rows.size();
    if (request_.backward()) {
      const std::uint64_t end = mark_ ? count(before_mark()) : found.count;
      found.first_index = end - std::min(taken, end);
    } else if (mark_) {
      found.first_index = count(before_mark()) + 1;
    } else {
      found.first_index = std::min(request_.index.value_or(0), found.count);
    }
    return found;
  }

 private:
  /// False where one of the ids that the query names is not in the archive.
  bool find_places() {
    const mam::Query& query = read_.query;
    std::vector<std::string> names = query.ids;
    for (const auto* id : {&query.before_id, &query.after_id, &request_.after, &request_.before}) {
      if (*id && !(*id)->empty()) names.push_back(**id);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    if (names.empty()) return true;
    Array ids;
    for (const std::string& name : names) ids.add(name);
    const pqxx::result rows =
        connection_.exec(select_places, std::to_string(read_.room), ids.take());
    for (const pqxx::row& row : rows) place(row[0].as<std::string>(), row[1].as<std::uint64_t>());
    return static_cast<std::size_t>(rows.size()) == names.size();
  }

  void place(const std::string& id, std::uint64_t seq) {
    if (read_.query.before_id == id) span_.high = std::min(span_.high, seq);
    if (read_.query.after_id == id) span_.low = std::max(span_.low, seq);
    if (request_.after == id || request_.before == id) mark_ = seq;
  }

  /// Narrows the span to the dates of the query. Where stamps rise in all of it, nothing in it is
  /// of another date.
  void find_dates() {
    const pqxx::row found = connection_.exec(select_dates, std::to_string(read_.room),
                                             std::to_string(span_.low), std::to_string(span_.high),
                                             micros(read_.query.start), micros(read_.query.end))[0];
    const auto stretches = found[2].as<std::uint64_t>();
    if (stretches <= 1) filter_ &= ~unsigned{by_time};
    span_.low = stretches == 0 ? span_.low : found[0].as<std::uint64_t>();
    span_.high = stretches == 0 ? span_.low + 1 : found[1].as<std::uint64_t>();
  }

  /// Whether the page begins or ends at something that the query finds.
  bool mark_is_met() {
    if (!mark_) return true;
    if (*mark_ <= span_.low || *mark_ >= span_.high) return false;
    return filter_ == 0 || count({*mark_ - 1, *mark_ + 1}) == 1;
  }

  Span before_mark() const {
    return descending_ ? Span{*mark_, span_.high} : Span{span_.low, *mark_};
  }

  /// Rows of an archive follow one another without gaps, so that the ends tell how many there are.
  std::uint64_t count(const Span& span) {
    if (filter_ != 0) {
      return ask(variant(filter_).count(), span, counted_at_most, 0)[0][0].as<std::uint64_t>();
    }
    const pqxx::result ends = ask(variant(filter_).span(), span, 1, 0);
    if (ends[0][0].is_null()) return 0;
    return ends[0][1].as<std::uint64_t>() - ends[0][0].as<std::uint64_t>() + 1;
  }

  void take_rows(found::Archive& found) {
    const bool up = request_.backward() == descending_;
    Span span = span_;
    if (mark_) (up ? span.low : span.high) = *mark_;
    constexpr std::uint64_t most = 1'000'000'000'000;
    const std::uint64_t skipped = std::min(request_.index.value_or(0), most);
    const Variant& statements = variant(filter_);
    // One more tells whether the page reaches the end.
    const pqxx::result rows =
        ask(up ? statements.up() : statements.down(), span, size_ + 1, skipped);
    const auto have = static_cast<std::size_t>(rows.size());
    found.complete = have <= size_;
    for (const pqxx::row& row : rows) {
      if (found.rows.size() == size_) break;
      found.rows.push_back(read_archive_row(row, read_.room_jid.local()));
    }
    if (request_.backward()) std::reverse(found.rows.begin(), found.rows.end());
  }

  pqxx::result ask(const Statement& statement, const Span& span, std::uint64_t limit,
                   std::uint64_t offset) {
    const mam::Query& query = read_.query;
    MaybeText author;
    if (read_.author) author = std::string(read_.author->bare_view());
    MaybeText ids;
    if (!query.ids.empty()) {
      Array array;
      for (const std::string& id : query.ids) array.add(id);
      ids = array.take();
    }
    const bool dated = (filter_ & by_time) != 0;
    return connection_.exec(statement, std::to_string(read_.room), std::to_string(span.low),
                            std::to_string(span.high), read_.nick, author,
                            dated ? micros(query.start) : std::nullopt,
                            dated ? micros(query.end) : std::nullopt, query.fulltext, ids,
                            std::to_string(limit), std::to_string(offset));
  }

  Connection& connection_;
  const read::Archive& read_;
  const rsm::Request& request_;
  bool descending_ = false;
  std::size_t size_ = 0;
  unsigned filter_ = 0;
  Span span_;
  std::optional<std::uint64_t> mark_;
};

}  // namespace

found::Archive archive_page(Connection& connection, const read::Archive& read) {
  const Snapshot snapshot(connection);
  return Paging(connection, read).page();
}

found::ArchiveEnds archive_ends(Connection& connection, std::uint64_t room) {
  const Snapshot snapshot(connection);
  const std::string number = std::to_string(room);
  found::ArchiveEnds ends;
  for (const pqxx::row& row : connection.exec(select_first, number)) {
    ends.first = read_archive_row(row, number);
  }
  for (const pqxx::row& row : connection.exec(select_last, number)) {
    ends.last = read_archive_row(row, number);
  }
  return ends;
}

}  // namespace stoa::store::postgres
