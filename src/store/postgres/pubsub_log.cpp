#include <algorithm>
#include <array>
#include <set>

#include "store/postgres/columns.hpp"
#include "store/postgres/pubsub_batch.hpp"
#include "store/postgres/pubsub_rows.hpp"

namespace stoa::store::postgres {

namespace {

using Kind = pubsub::LogEntry::Kind;

constexpr Statement pass_log{"pass_log",
                             "UPDATE node_log l SET live = false, payload = NULL "
                             "FROM unnest($1::bigint[], $2::uuid[]) AS r(node, digest) "
                             "WHERE l.node = r.node AND l.digest = r.digest AND l.live"};

constexpr Statement insert_log{
    "insert_log",
    "INSERT INTO node_log (node, seq, kind, live, digest, id, first_seq, publisher, published, "
    "payload) SELECT node, seq, kind, live, digest, id, first_seq, publisher, "
    "stoa_time(published), payload "
    "FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::boolean[], $5::uuid[], $6::text[], "
    "$7::bigint[], $8::text[], $9::bigint[], $10::text[]) "
    "AS r(node, seq, kind, live, digest, id, first_seq, publisher, published, payload)"};

constexpr Statement shorten_log{"shorten_log",
                                "DELETE FROM node_log l USING unnest($1::bigint[], $2::bigint[]) "
                                "AS r(node, dropped) WHERE l.node = r.node AND l.seq < r.dropped"};

// As much as fits, but at least one entry; what stands around an item counts as 200 bytes.
constexpr Statement fetch_log{
    "fetch_log",
    "SELECT seq, kind, live, id, first_seq, publisher, stoa_micros(published), payload, "
    "seq < (SELECT max(seq) FROM node_log WHERE node = $1) FROM ("
    "SELECT *, row_number() OVER w AS place, "
    "sum(200 + octet_length(id) + coalesce(octet_length(payload), 0)) OVER w AS bytes "
    "FROM (SELECT * FROM node_log WHERE node = $1 AND seq >= $2 ORDER BY seq LIMIT $4) AS part "
    "WINDOW w AS (ORDER BY seq)) AS l WHERE bytes <= $3 OR place = 1 ORDER BY seq"};

constexpr std::array<std::pair<Kind, std::string_view>, 3> kinds = {
    {{Kind::published, "published"}, {Kind::retracted, "retracted"}, {Kind::removed, "removed"}}};

std::string_view word_of(Kind kind) {
  return std::find_if(kinds.begin(), kinds.end(),
                      [&](const auto& one) { return one.first == kind; })
      ->second;
}

std::optional<Kind> kind_of(std::string_view word) {
  for (const auto& [kind, its_word] : kinds) {
    if (its_word == word) return kind;
  }
  return std::nullopt;
}

void add_log(const NodeWork& work, Columns<2>& passed, Columns<10>& entries) {
  std::set<std::string_view> later;
  for (auto at = work.logged.rbegin(); at != work.logged.rend(); ++at) {
    const pubsub::LogEntry& entry = **at;
    const pubsub::ItemMeta& meta = entry.item.meta;
    const bool live = later.insert(meta.id).second;
    if (live) passed.add(work.number, digest(meta.id));
    if (entry.seq < work.log_dropped) continue;
    const bool shown = live && entry.item.payload;
    entries.add(work.number, entry.seq, word_of(entry.kind), live, digest(meta.id), meta.id,
                meta.first_seq, meta.publisher.str(), meta.published,
                shown ? std::optional(std::string_view(*entry.item.payload)) : std::nullopt);
  }
}

}  // namespace

void write_log(Connection& connection, const PubsubBatch& batch) {
  Columns<2> passed;
  Columns<10> entries;
  Columns<2> dropped;
  for (const NodeWork& work : batch.nodes) {
    add_log(work, passed, entries);
    if (work.log_dropped > 0) dropped.add(work.number, work.log_dropped);
  }
  dropped.write(connection, shorten_log);
  passed.write(connection, pass_log);
  entries.write(connection, insert_log);
}

pubsub::LogPage read_log(Connection& connection, std::uint64_t number,
                         const pubsub::need::Log& need) {
  pubsub::LogPage page{.from = need.from};
  for (const auto& row :
       connection.exec(fetch_log, number, need.from, need.bytes, pubsub::log_page_entries)) {
    pubsub::LogEntry entry{.seq = row[0].as<std::uint64_t>()};
    const auto kind = kind_of(text_in(row[1]));
    if (!kind) damaged(number, "unknown kind of an entry");
    entry.kind = *kind;
    entry.live = row[2].as<bool>();
    entry.item.meta.id = row[3].as<std::string>();
    entry.item.meta.seq = entry.seq;
    entry.item.meta.first_seq = row[4].as<std::uint64_t>();
    if (!text_in(row[5]).empty()) entry.item.meta.publisher = jid_in(number, row[5]);
    entry.item.meta.published = time_in(row[6]);
    entry.item.payload = payload_in(number, row[7]);
    page.more = row[8].as<bool>();
    page.entries.push_back(std::move(entry));
  }
  return page;
}

}  // namespace stoa::store::postgres
