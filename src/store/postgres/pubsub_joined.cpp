#include <algorithm>

#include "store/postgres/array.hpp"
#include "store/postgres/damage.hpp"
#include "store/postgres/pubsub_rows.hpp"

namespace stoa::store::postgres {

using pubsub::JoinedPage;
using pubsub::JoinedRead;

namespace {

// The leaves below $1 that $2 reads (an admin, $3, reads all), of those with items: what has not
// expired at $4 begins with `first`, and of that the newest $5 are taken. In byte order of names.
#define STOA_LEAVES                                                                            \
  "WITH RECURSIVE down(node) AS (SELECT $1::bigint UNION "                                     \
  "SELECT l.child FROM node_links l JOIN down d ON l.parent = d.node), "                       \
  "seen AS (SELECT n.number, n.node, n.item_count, "                                           \
  "n.standing_from, CASE WHEN n.item_expire IS NULL THEN n.standing_from "                     \
  "ELSE coalesce((SELECT i.seq FROM items i "                                                  \
  "WHERE i.node = n.number AND i.stands AND i.seq >= n.standing_from AND i.published > "       \
  "stoa_time($4) - n.item_expire * interval '1 s' "                                            \
  "ORDER BY i.seq LIMIT 1), 9223372036854775807) END AS first "                                \
  "FROM down d JOIN nodes n ON n.number = d.node "                                             \
  "CROSS JOIN LATERAL (SELECT stoa_affiliation(n.number, $2) AS affiliation) AS a "            \
  "WHERE n.item_count > 0 AND ($3 OR a.affiliation IN ('member', 'publisher', 'owner') "       \
  "OR (a.affiliation IS NULL AND (n.access_model = 'open' OR (n.access_model = 'authorize' "   \
  "AND EXISTS (SELECT FROM subscriptions s WHERE s.node = n.number AND s.bare = $2 "           \
  "AND s.state = 'subscribed'))))) "                                                           \
  "AND ($3 OR (n.linked_to IS NULL AND n.hung_from IS NULL) OR stoa_lets_in(n.number, $2))), " \
  "alive AS (SELECT number, node, first, "                                                     \
  "CASE WHEN first = standing_from THEN item_count ELSE item_count - "                         \
  "(SELECT count(*) FROM items i WHERE i.node = number AND i.stands "                          \
  "AND i.seq >= standing_from AND i.seq < first) END AS count "                                \
  "FROM seen), "                                                                               \
  "leaves AS (SELECT number, node, first, count, least(count, $5::bigint) AS taken "           \
  "FROM alive WHERE count > 0) "

// Of all, of those before the leaf $6, and what is taken of that leaf.
constexpr Statement joined_total{
    "joined_total", STOA_LEAVES
    "SELECT coalesce(sum(taken), 0)::bigint, "
    "coalesce(sum(taken) FILTER (WHERE node < (SELECT node FROM leaves WHERE number = $6)), "
    "0)::bigint, max(first) FILTER (WHERE number = $6), max(count) FILTER (WHERE number = $6), "
    "max(taken) FILTER (WHERE number = $6) FROM leaves"};

// Places are counted in the order asked: where it ascends the oldest are left out ($7).
constexpr Statement joined_places{
    "joined_places", STOA_LEAVES
    ", placed AS (SELECT number, node, first, count, taken, "
    "sum(taken) OVER (ORDER BY node) - taken AS before FROM leaves) "
    "SELECT p.number, p.node, p.first, "
    "CASE WHEN $7 THEN p.count - p.taken ELSE 0 END + greatest($6 - p.before, 0)::bigint, "
    "(least($8, p.before + p.taken) - greatest($6, p.before))::bigint, "
    "n.config #>> '{pubsub#itemreply,0}', "
    "coalesce((SELECT a.jid FROM node_affiliations a WHERE a.node = p.number "
    "AND a.affiliation = 'owner' ORDER BY a.jid <> n.creator, a.jid LIMIT 1), n.creator) "
    "FROM placed p JOIN nodes n ON n.number = p.number "
    "WHERE p.before < $8 AND p.before + p.taken > $6 ORDER BY p.node"};

#undef STOA_LEAVES

constexpr Statement joined_place_by_seq{
    "joined_place_by_seq",
    "SELECT (SELECT count(*) FROM items o WHERE o.node = $1 AND o.stands AND o.seq >= $2 AND o.seq "
    "< i.seq) "
    "FROM items i WHERE i.node = $1 AND i.stands AND i.seq >= $2 AND i.digest = $3::uuid"};

constexpr Statement joined_place_by_creation{
    "joined_place_by_creation",
    "SELECT (SELECT count(*) FROM items o "
    "WHERE o.node = $1 AND o.stands AND o.seq >= $2 AND o.first_seq < i.first_seq) "
    "FROM items i WHERE i.node = $1 AND i.stands AND i.seq >= $2 AND i.digest = $3::uuid"};

#define STOA_JOINED_ITEMS(order)                                                              \
  "SELECT " STOA_ITEM_COLUMNS                                                                 \
  ", i.payload, w.place FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) " \
  "WITH ORDINALITY AS w(node, first, skipped, taken, place) CROSS JOIN LATERAL "              \
  "(SELECT * FROM items i WHERE i.node = w.node AND i.stands AND i.seq >= w.first ORDER BY "  \
  "i." order " OFFSET w.skipped LIMIT w.taken) AS i ORDER BY w.place, i." order

constexpr Statement joined_oldest_published{"joined_oldest_published", STOA_JOINED_ITEMS("seq")};
constexpr Statement joined_newest_published{"joined_newest_published",
                                            STOA_JOINED_ITEMS("seq DESC")};
constexpr Statement joined_oldest_created{"joined_oldest_created", STOA_JOINED_ITEMS("first_seq")};
constexpr Statement joined_newest_created{"joined_newest_created",
                                          STOA_JOINED_ITEMS("first_seq DESC")};

#undef STOA_JOINED_ITEMS

pubsub::ItemReply itemreply_in(const pqxx::field& field) {
  if (field.is_null()) return pubsub::ItemReply::publisher;
  const std::string_view word = text_in(field);
  if (word == "owner") return pubsub::ItemReply::owner;
  return word == "none" ? pubsub::ItemReply::none : pubsub::ItemReply::publisher;
}

/// The joined items of one collection, read in parts.
class JoinedItems {
 public:
  JoinedItems(Connection& connection, const std::string& service, const JoinedRead& read)
      : connection_(connection), service_(service), read_(read) {
    if (read.order.empty()) return;
    creation_ = read.order.front().by == rsm::OrderKey::creation;
    descending_ = read.order.front().direction == rsm::Direction::descending;
  }

  pubsub::ReadResult page();

 private:
  /// Counts all; false where the item that the page is counted from is not there.
  bool measure();
  std::optional<std::uint64_t> place_in_leaf(const pqxx::row& totals, const pubsub::JoinedUid& uid);
  void fill(Window window, JoinedPage& page);

  std::int64_t now() const { return read_.now.time_since_epoch().count(); }
  std::uint64_t newest() const {
    return read_.max_items ? std::uint64_t{*read_.max_items} : std::uint64_t{INT64_MAX};
  }

  Connection& connection_;
  const std::string& service_;
  const JoinedRead& read_;
  bool creation_ = false;
  bool descending_ = false;
  std::uint64_t total_ = 0;
  std::uint64_t anchor_ = 0;
};

std::optional<std::uint64_t> JoinedItems::place_in_leaf(const pqxx::row& totals,
                                                        const pubsub::JoinedUid& uid) {
  if (totals[2].is_null()) return std::nullopt;
  const auto& statement = creation_ ? joined_place_by_creation : joined_place_by_seq;
  const auto found =
      connection_.exec(statement, uid.leaf, totals[2].as<std::uint64_t>(), digest(uid.item));
  if (found.empty()) return std::nullopt;
  const auto count = totals[3].as<std::uint64_t>();
  const auto taken = totals[4].as<std::uint64_t>();
  const auto ascending = found[0][0].as<std::uint64_t>();
  if (descending_) {
    const std::uint64_t place = count - 1 - ascending;
    return place < taken ? std::optional(place) : std::nullopt;
  }
  return ascending >= count - taken ? std::optional(ascending - (count - taken)) : std::nullopt;
}

bool JoinedItems::measure() {
  std::optional<pubsub::JoinedUid> uid;
  const auto& page = read_.page;
  const bool anchored = page && (page->after || (page->before && !page->before->empty()));
  if (anchored) {
    uid = pubsub::read_joined_uid(page->after ? *page->after : *page->before);
    if (!uid) return false;
  }
  const auto rows = connection_.exec(joined_total, read_.number, read_.bare.str(), read_.admin,
                                     now(), newest(), uid ? uid->leaf : 0);
  total_ = rows.at(0).at(0).as<std::uint64_t>();
  if (!uid) return true;
  const auto place = place_in_leaf(rows[0], *uid);
  if (place) anchor_ = rows[0][1].as<std::uint64_t>() + *place;
  return place.has_value();
}

void JoinedItems::fill(Window window, JoinedPage& page) {
  Array leaves;
  Array firsts;
  Array skipped;
  Array taken;
  for (const auto& row :
       connection_.exec(joined_places, read_.number, read_.bare.str(), read_.admin, now(), newest(),
                        window.begin, !descending_, window.end)) {
    const auto number = row[0].as<std::uint64_t>();
    const auto node = row[1].as<std::string>();
    read_or_skip(service_ + ' ' + node, [&] {
      page.leaves.push_back({number, node, itemreply_in(row[5]), jid_in(number, row[6])});
      leaves.add(number);
      firsts.add(row[2].as<std::uint64_t>());
      skipped.add(row[3].as<std::uint64_t>());
      taken.add(row[4].as<std::uint64_t>());
    });
  }
  const auto& statement = descending_
                              ? (creation_ ? joined_newest_created : joined_newest_published)
                              : (creation_ ? joined_oldest_created : joined_oldest_published);
  for (const auto& row :
       connection_.exec(statement, leaves.take(), firsts.take(), skipped.take(), taken.take())) {
    const std::size_t leaf = row[8].as<std::size_t>() - 1;
    read_or_skip(service_ + ' ' + page.leaves[leaf].node, [&] {
      page.rows.push_back({leaf, item_in(row)});
    });
  }
}

pubsub::ReadResult JoinedItems::page() {
  if (!measure()) return pubsub::UnknownUid{};
  const Window window = read_.page ? window_of(*read_.page, total_, anchor_, read_.cap)
                                   : Window{0, std::min<std::uint64_t>(read_.cap, total_)};
  JoinedPage page;
  page.count = total_;
  page.first_index = window.begin;
  if (window.size() > 0) fill(window, page);
  return page;
}

}  // namespace

pubsub::ReadResult read_joined(Connection& connection, const std::string& service,
                               const JoinedRead& read) {
  return JoinedItems(connection, service, read).page();
}

}  // namespace stoa::store::postgres
