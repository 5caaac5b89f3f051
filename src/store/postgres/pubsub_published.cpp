#include <array>
#include <map>
#include <optional>
#include <tuple>

#include "store/postgres/columns.hpp"
#include "store/postgres/pubsub_batch.hpp"

namespace stoa::store::postgres {
namespace {

// What changes the rows of items says of which nodes how many.
constexpr Statement purge_items{
    "purge_items",
    "WITH gone AS (DELETE FROM items i USING unnest($1::bigint[], $2::bigint[], $3::bigint[]) "
    "AS r(node, up_to, keep) "
    "WHERE i.node = r.node AND i.seq <= r.up_to AND i.seq IS DISTINCT FROM r.keep "
    "RETURNING i.node), "
    "counted AS (SELECT node, count(*) AS n FROM gone GROUP BY node) "
    "UPDATE nodes SET item_count = item_count - counted.n FROM counted "
    "WHERE number = counted.node"};

// Everything that publications and retractions do, in one round trip: each is a good part of what a
// commit costs. All parts see the rows as they were before the statement, and no row is in two of
// them. `kept`: what leaves the items for the archive. `old`: the oldest entries of archives that
// grow, if their age is over or there are too many; only some are looked at, and none where there
// is neither bound (as a plain join the planner would read the whole archive at each publication).
// `came`: a row that was there has been locked to be updated, so its xmax is set.
constexpr Statement move_items{
    "move_items",
    "WITH kept AS (INSERT INTO node_archive (node, seq, digest, id, publisher, published, payload) "
    "SELECT i.node, i.seq, i.digest, i.id, i.publisher, i.published, "
    "CASE WHEN r.with_payload THEN i.payload END "
    "FROM unnest($1::bigint[], $2::uuid[], $3::boolean[], $4::bigint[]) "
    "AS r(node, digest, with_payload, newest) "
    "JOIN items i ON i.node = r.node AND i.digest = r.digest "
    "JOIN nodes n ON n.number = i.node AND stoa_archives(n.config) "
    "AND coalesce(i.seq > r.newest - stoa_archive_max(n.config), true) ON CONFLICT DO NOTHING), "
    "old AS (DELETE FROM node_archive WHERE ctid = ANY(ARRAY("
    "SELECT a.ctid FROM unnest($5::bigint[], $6::bigint[], $7::bigint[]) AS r(node, now, newest) "
    "CROSS JOIN LATERAL (SELECT stoa_archive_age(config) AS age, stoa_archive_max(config) AS most "
    "FROM nodes WHERE number = r.node OFFSET 0) AS n "
    "CROSS JOIN LATERAL (SELECT ctid, seq, published FROM node_archive WHERE node = r.node "
    "AND (n.age IS NOT NULL OR n.most IS NOT NULL) ORDER BY seq LIMIT 1000) AS a "
    "WHERE a.published < stoa_time(r.now) - n.age * interval '1 second' "
    "OR a.seq <= r.newest - n.most))), "
    "gone AS (DELETE FROM items i USING unnest($8::bigint[], $9::uuid[]) AS r(node, digest) "
    "WHERE i.node = r.node AND i.digest = r.digest RETURNING i.node), "
    "came AS (INSERT INTO items AS i (node, seq, first_seq, digest, id, publisher, created, "
    "published, payload) "
    "SELECT node, seq, first_seq, digest, id, publisher, stoa_time(created), "
    "stoa_time(published), payload "
    "FROM unnest($10::bigint[], $11::bigint[], $12::bigint[], $13::uuid[], $14::text[], "
    "$15::text[], $16::bigint[], $17::bigint[], $18::text[]) "
    "AS r(node, seq, first_seq, digest, id, publisher, created, published, payload) "
    "ON CONFLICT (node, digest) DO UPDATE SET seq = excluded.seq, first_seq = excluded.first_seq, "
    "publisher = excluded.publisher, created = excluded.created, "
    "published = excluded.published, payload = excluded.payload "
    "RETURNING i.node, i.xmax = 0 AS fresh), "
    "moved AS (SELECT node, sum(n) AS n FROM (SELECT node, 1 AS n FROM came WHERE fresh "
    "UNION ALL SELECT node, -1 FROM gone) AS m GROUP BY node HAVING sum(n) <> 0) "
    "UPDATE nodes SET item_count = item_count + moved.n FROM moved WHERE number = moved.node"};

/// The newest publication that the batch knows of for a node.
const pubsub::ItemMeta* newest(const NodeWork& work) {
  const pubsub::ItemMeta* last = nullptr;
  for (const auto& [key, item] : work.items.slots()) {
    if (item && (last == nullptr || (*item)->meta.seq > last->seq)) last = &(*item)->meta;
  }
  return last;
}

/// The columns of move_items.
struct Moves {
  Columns<4> kept;
  Columns<3> old;
  Columns<2> gone;
  Columns<9> came;

  void add(const NodeWork& work) {
    const pubsub::ItemMeta* const last = newest(work);
    const auto seq = last ? std::optional(last->seq) : std::nullopt;
    for (const auto& [id, how] : work.leaving) {
      kept.add(work.number, digest(id), how.with_payload, seq);
    }
    const bool grows = !work.leaving.empty() || !work.passed.empty();
    if (last && grows) old.add(work.number, last->published, last->seq);
    for (const auto& [key, row] : work.items.slots()) {
      row ? come(work.number, **row) : gone.add(work.number, digest(key.name));
    }
  }

  void come(std::uint64_t node, const pubsub::Item& item) {
    const pubsub::ItemMeta& meta = item.meta;
    came.add(node, meta.seq, meta.first_seq, digest(meta.id), meta.id, meta.publisher.str(),
             meta.created, meta.published,
             item.payload ? std::optional(std::string_view(*item.payload)) : std::nullopt);
  }

  void write(Connection& connection) {
    if (kept.rows() + old.rows() + gone.rows() + came.rows() == 0) return;
    std::apply([&](const auto&... column) { connection.exec(move_items, column...); },
               std::tuple_cat(kept.take(), old.take(), gone.take(), came.take()));
  }
};

}  // namespace

void write_items(Connection& connection, const PubsubBatch& batch) {
  Columns<3> purged;
  Moves moves;
  for (const NodeWork& work : batch.nodes) {
    for (const auto* purge : work.purges) {
      purged.add(work.number, purge->up_to,
                 purge->keep ? std::optional(purge->keep->seq) : std::nullopt);
    }
    moves.add(work);
  }
  purged.write(connection, purge_items);
  moves.write(connection);
}

}  // namespace stoa::store::postgres
