#include <algorithm>
#include <array>
#include <string_view>

#include <stoa/rsm/order.hpp>

#include "store/postgres/array.hpp"
#include "store/postgres/columns.hpp"
#include "store/postgres/pubsub_batch.hpp"
#include "store/postgres/pubsub_rows.hpp"

namespace stoa::store::postgres {

namespace {

constexpr Statement archive_passed{
    "archive_passed",
    "INSERT INTO items (node, seq, first_seq, digest, id, publisher, created, published, payload, "
    "stands) "
    "SELECT r.node, r.seq, r.first_seq, r.digest, r.id, r.publisher, stoa_time(r.created), "
    "stoa_time(r.published), r.payload, false "
    "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], "
    "$7::bigint[], $8::bigint[], $9::text[]) "
    "AS r(node, seq, first_seq, digest, id, publisher, created, published, payload) "
    "JOIN nodes n ON n.number = r.node AND n.archives"};

// However many items there are, they are not touched here (clear_purged).
constexpr Statement purge_nodes{
    "purge_nodes",
    "WITH r AS MATERIALIZED (SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS r(node, up_to)), "
    "noted AS (INSERT INTO node_purges (node, cleared) SELECT n.number, n.purged_to "
    "FROM r JOIN nodes n ON n.number = r.node ON CONFLICT DO NOTHING) "
    "UPDATE nodes n SET purged_to = greatest(n.purged_to, r.up_to), "
    "standing_from = greatest(n.standing_from, r.up_to + 1), version = n.version + 1 FROM r WHERE "
    "n.number = r.node"};

/// A piece of the purged items of one node; the last piece ends it. An entry of an archive stays
/// without its payload.
constexpr Statement clear_piece{
    "clear_purged_items",
    "WITH purge AS MATERIALIZED (SELECT p.node, p.cleared, n.purged_to, n.archives "
    "FROM node_purges p JOIN nodes n ON n.number = p.node LIMIT 1), "
    "piece AS MATERIALIZED (SELECT i.node, i.seq, p.archives FROM purge p CROSS JOIN LATERAL "
    "(SELECT node, seq FROM items WHERE node = p.node AND seq > p.cleared AND seq <= p.purged_to "
    "ORDER BY seq LIMIT 500) AS i), "
    "silenced AS (UPDATE items i SET stands = false, payload = NULL FROM piece p "
    "WHERE i.node = p.node AND i.seq = p.seq AND p.archives "
    "AND (i.stands OR i.payload IS NOT NULL)), "
    "gone AS (DELETE FROM items i USING piece p "
    "WHERE i.node = p.node AND i.seq = p.seq AND NOT p.archives), "
    "done AS (DELETE FROM node_purges d USING purge p WHERE d.node = p.node "
    "AND (SELECT count(*) FROM piece) < 500), "
    "more AS (UPDATE node_purges d SET cleared = (SELECT max(seq) FROM piece) FROM purge p "
    "WHERE d.node = p.node AND (SELECT count(*) FROM piece) = 500) "
    "SELECT count(*) FROM purge"};

// An entry of an archive stays without its payload.
constexpr Statement delete_purged{
    "delete_purged_items",
    "DELETE FROM items i USING unnest($1::bigint[], $2::bigint[], $3::bigint[]) "
    "AS r(node, up_to, keep) JOIN nodes n ON n.number = r.node AND NOT n.archives "
    "WHERE i.node = r.node AND i.seq <= r.up_to AND i.seq IS DISTINCT FROM r.keep "
    "AND i.stands AND i.seq >= n.standing_from"};

constexpr Statement silence_purged{
    "silence_purged_items",
    "UPDATE items i SET stands = false, payload = NULL "
    "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS r(node, up_to, keep) "
    "WHERE i.node = r.node AND i.seq <= r.up_to AND i.seq IS DISTINCT FROM r.keep "
    "AND (i.stands OR i.payload IS NOT NULL)"};

constexpr Statement silence_items{
    "silence_archived_items",
    "UPDATE items SET payload = NULL WHERE payload IS NOT NULL AND ctid = ANY(ARRAY("
    "SELECT a.ctid FROM unnest($1::bigint[], $2::uuid[], $3::bigint[]) AS r(node, digest, up_to) "
    "JOIN items a ON a.node = r.node AND a.digest = r.digest AND NOT a.stands "
    "AND a.seq <= r.up_to "
    "UNION ALL "
    "SELECT a.ctid FROM unnest($1::bigint[], $2::uuid[], $3::bigint[]) AS r(node, digest, up_to) "
    "JOIN nodes n ON n.number = r.node JOIN items a ON a.node = r.node AND a.digest = r.digest "
    "AND a.stands AND a.seq <= least(r.up_to, n.standing_from - 1)))"};

void add_passed(Columns<9>& passed, const NodeWork& work) {
  for (const auto& [item, fate] : work.passed) {
    const bool shown = fate != NodeWork::Fate::silent && item->payload;
    const pubsub::ItemMeta& meta = item->meta;
    passed.add(work.number, meta.seq, meta.first_seq, digest(meta.id), meta.id,
               meta.publisher.str(), meta.created, meta.published,
               shown ? std::optional(std::string_view(*item->payload)) : std::nullopt);
  }
}

}  // namespace

void write_archive(Connection& connection, const PubsubBatch& batch) {
  Columns<9> passed;
  Columns<3> dropped;
  Columns<3> silenced;
  Columns<2> purged;
  for (const NodeWork& work : batch.nodes) {
    std::optional<std::uint64_t> all;
    for (const auto* purge : work.purges) {
      if (!purge->keep) {
        all = std::max(all.value_or(0), purge->up_to);
        continue;
      }
      const std::uint64_t keep = purge->keep->seq;
      dropped.add(work.number, purge->up_to, keep);
      silenced.add(work.number, purge->up_to, keep);
    }
    if (all) purged.add(work.number, *all);
    add_passed(passed, work);
  }
  passed.write(connection, archive_passed);
  dropped.write(connection, delete_purged);
  silenced.write(connection, silence_purged);
  purged.write(connection, purge_nodes);
}

bool clear_purged(Connection& connection) {
  return connection.exec(clear_piece)[0][0].as<int>() != 0;
}

void silence_archive(Connection& connection, const PubsubBatch& batch) {
  Columns<3> silenced;
  for (const NodeWork& work : batch.nodes) {
    for (const auto& [id, up_to] : work.silenced) silenced.add(work.number, digest(id), up_to);
  }
  silenced.write(connection, silence_items);
}

namespace {

// The whole archive of node $1 after the filters: publisher $2, from $3 to $4, not older than $5,
// above $6, below $7, of these seqs $8, in category $9, with the words $10 in the language $11.
// What is NULL does not count.
#define STOA_ARCHIVE(columns)                                                          \
  "SELECT " columns                                                                    \
  " FROM (SELECT i.*, CASE WHEN i.seq > n.purged_to THEN i.payload END AS shown "      \
  "FROM items i JOIN nodes n ON n.number = i.node WHERE i.node = $1) AS e WHERE"       \
  " ($2::text IS NULL OR e.publisher = $2) "                                           \
  "AND ($3::bigint IS NULL OR e.published >= stoa_time($3)) "                          \
  "AND ($4::bigint IS NULL OR e.published <= stoa_time($4)) "                          \
  "AND ($5::bigint IS NULL OR e.published >= stoa_time($5)) "                          \
  "AND ($6::bigint IS NULL OR e.seq > $6) AND ($7::bigint IS NULL OR e.seq < $7) "     \
  "AND ($8::bigint[] IS NULL OR e.seq = ANY($8::bigint[])) "                           \
  "AND ($9::text IS NULL OR stoa_in_category(e.shown, $9)) "                           \
  "AND ($10::text IS NULL OR to_tsvector($11::regconfig, stoa_payload_text(e.shown)) " \
  "@@ plainto_tsquery($11::regconfig, $10)) "
#define STOA_ENTRY "e.id, e.seq, e.publisher, stoa_micros(e.published), e.shown"

constexpr Statement count_archive{"count_archive", STOA_ARCHIVE("count(*)"), Plan::for_values};
constexpr Statement count_above{
    "count_archive_above", STOA_ARCHIVE("count(*)") "AND e.seq > $12::bigint", Plan::for_values};
constexpr Statement count_below{
    "count_archive_below", STOA_ARCHIVE("count(*)") "AND e.seq < $12::bigint", Plan::for_values};
constexpr Statement upward{"archive_upward", STOA_ARCHIVE(STOA_ENTRY)
                           "AND ($12::bigint IS NULL OR e.seq > $12::bigint) "
                           "ORDER BY e.seq OFFSET $13 LIMIT $14",
                           Plan::for_values};
constexpr Statement downward{"archive_downward", STOA_ARCHIVE(STOA_ENTRY)
                             "AND ($12::bigint IS NULL OR e.seq < $12::bigint) "
                             "ORDER BY e.seq DESC OFFSET $13 LIMIT $14",
                             Plan::for_values};
#undef STOA_ARCHIVE
#undef STOA_ENTRY

constexpr Statement archive_has{
    "archive_has", "SELECT count(*) FROM items WHERE node = $1 AND seq = ANY($2::bigint[])"};

using MaybeNumber = std::optional<std::int64_t>;

MaybeNumber micros(const std::optional<Timestamp>& time) {
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}
MaybeNumber signed_of(const std::optional<std::uint64_t>& seq) {
  if (!seq) return std::nullopt;
  return static_cast<std::int64_t>(*seq);
}

struct SearchLanguage {
  std::string_view tag;
  std::string_view dictionary;
};
constexpr std::array<SearchLanguage, 28> languages{
    {{"ar", "arabic"},     {"ca", "catalan"},    {"da", "danish"},     {"de", "german"},
     {"el", "greek"},      {"en", "english"},    {"es", "spanish"},    {"eu", "basque"},
     {"fi", "finnish"},    {"fr", "french"},     {"ga", "irish"},      {"hi", "hindi"},
     {"hu", "hungarian"},  {"hy", "armenian"},   {"id", "indonesian"}, {"it", "italian"},
     {"lt", "lithuanian"}, {"nb", "norwegian"},  {"ne", "nepali"},     {"nl", "dutch"},
     {"no", "norwegian"},  {"pt", "portuguese"}, {"ro", "romanian"},   {"ru", "russian"},
     {"sr", "serbian"},    {"sv", "swedish"},    {"ta", "tamil"},      {"tr", "turkish"}}};

/// The dictionary for texts in that language, as `pubsub#language` names it: `de-AT` is German.
std::string dictionary_of(std::string_view language) {
  const std::string_view tag = language.substr(0, language.find('-'));
  for (const SearchLanguage& known : languages) {
    if (known.tag == tag) return std::string(known.dictionary);
  }
  return "simple";
}

std::string array_of(const std::vector<std::uint64_t>& seqs) {
  Array array;
  for (const std::uint64_t seq : seqs) array.add(seq);
  return array.take();
}

struct Archive {
  Connection& connection;
  const pubsub::ArchiveRead& read;
  std::optional<std::string> with = {};
  std::optional<std::string> seqs = {};

  Archive(Connection& c, const pubsub::ArchiveRead& r) : connection(c), read(r) {
    if (r.query.with) with = r.query.with->bare().str();
    if (!r.seqs.empty()) seqs = array_of(r.seqs);
  }

  template <class... More>
  pqxx::result exec(const Statement& statement, const More&... more) const {
    return connection.exec(statement, read.number, with, micros(read.query.start),
                           micros(read.query.end), micros(read.kept_from), signed_of(read.above),
                           signed_of(read.below), seqs, read.category, read.query.fulltext,
                           dictionary_of(read.language), more...);
  }
  std::uint64_t count(const pqxx::result& rows) const {
    return rows.at(0).at(0).as<std::uint64_t>();
  }

  bool knows_all() const {
    std::vector<std::uint64_t> wanted = read.required;
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    if (wanted.empty()) return true;
    return count(connection.exec(archive_has, read.number, array_of(wanted))) == wanted.size();
  }

  std::vector<pubsub::Item> entries(const pqxx::result& rows) const {
    std::vector<pubsub::Item> items;
    for (const auto& row : rows) {
      pubsub::Item item;
      item.meta.id = row[0].as<std::string>();
      item.meta.seq = row[1].as<std::uint64_t>();
      item.meta.publisher = jid_in(read.number, row[2]);
      item.meta.published = time_in(row[3]);
      item.payload = payload_in(read.number, row[4]);
      items.push_back(std::move(item));
    }
    return items;
  }

  pubsub::ArchivePage edges() const {
    pubsub::ArchivePage page;
    const MaybeNumber none;
    for (const Statement* end : {&upward, &downward}) {
      for (auto& item : entries(exec(*end, none, 0, 1))) page.entries.push_back(std::move(item));
    }
    return page;
  }

  /// One page: forward or backward in the direction of the archive that was asked for.
  pubsub::ArchivePage page() const {
    const bool ascending = read.direction == rsm::Direction::ascending;
    const bool backward = read.query.page.before.has_value();
    pubsub::ArchivePage page;
    page.count = count(exec(count_archive));
    if (read.max == 0) {
      page.complete = page.count == 0;
      return page;
    }
    const std::uint64_t offset = read.query.page.index.value_or(0);
    page.entries = entries(exec(ascending != backward ? upward : downward, signed_of(read.anchor),
                                offset, std::uint64_t{read.max} + 1));
    page.complete = page.entries.size() <= read.max;
    if (!page.complete) page.entries.pop_back();
    if (backward) std::reverse(page.entries.begin(), page.entries.end());
    if (page.entries.empty()) return page;
    const auto first = static_cast<std::int64_t>(page.entries.front().meta.seq);
    page.first_index = count(exec(ascending ? count_below : count_above, first));
    return page;
  }
};

}  // namespace

pubsub::ReadResult read_archive(Connection& connection, const pubsub::ArchiveRead& read) {
  const Archive archive(connection, read);
  if (read.purpose == pubsub::ArchiveRead::Purpose::edges) return archive.edges();
  if (!archive.knows_all()) return pubsub::UnknownUid{};
  return archive.page();
}

}  // namespace stoa::store::postgres
