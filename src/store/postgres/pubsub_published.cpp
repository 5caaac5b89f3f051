#include <array>
#include <map>
#include <optional>
#include <tuple>

#include "store/postgres/columns.hpp"
#include "store/postgres/pubsub_batch.hpp"

namespace stoa::store::postgres {
namespace {

// Everything that publications and retractions do, in one round trip: each is a good part of what a
// commit costs. All parts see the rows as they were before the statement.

// $1 to $12: what comes, and what that makes of the nodes.
#define STOA_COME                                                                                 \
  "came AS (INSERT INTO items (node, seq, first_seq, digest, id, publisher, created, published, " \
  "payload) "                                                                                     \
  "SELECT node, seq, first_seq, digest, id, publisher, stoa_time(created), "                      \
  "stoa_time(published), payload "                                                                \
  "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[], $5::text[], "                \
  "$6::text[], $7::bigint[], $8::bigint[], $9::text[]) "                                          \
  "AS r(node, seq, first_seq, digest, id, publisher, created, published, payload)) "              \
  "UPDATE nodes n SET item_count = n.item_count + r.more, "                                       \
  "standing_from = greatest(n.standing_from, r.standing_from) "                                   \
  "FROM unnest($10::bigint[], $11::bigint[], $12::bigint[]) AS r(node, more, standing_from) "     \
  "WHERE n.number = r.node"

// $13 to $25. `past` and `gone` part what leaves between them: it is kept where the node has an
// archive that still reaches so far. `old`: the oldest entries of archives that grow, if their age
// is over or there are too many; only some are looked at, and none where there is neither bound.
#define STOA_LEAVE                                                                                 \
  "past AS (UPDATE items i SET stands = false, "                                                   \
  "payload = CASE WHEN r.silent THEN NULL ELSE i.payload END "                                     \
  "FROM unnest($13::bigint[], $14::bigint[], $15::boolean[], $16::bigint[]) "                      \
  "AS r(node, seq, silent, newest) JOIN nodes n ON n.number = r.node AND n.archives "              \
  "WHERE i.node = r.node AND i.seq = r.seq "                                                       \
  "AND (NOT n.archive_ends OR coalesce(i.seq > r.newest - stoa_archive_max(n.config), true))), "   \
  "gone AS (DELETE FROM items i USING unnest($17::bigint[], $18::bigint[], $19::bigint[], "        \
  "$20::boolean[], $21::bigint[]) AS r(node, seq, last, deleted, newest) JOIN nodes n ON "         \
  "n.number = r.node "                                                                             \
  "AND (r.deleted OR NOT n.archives OR n.archive_ends) "                                           \
  "WHERE i.node = r.node AND i.seq >= r.seq AND i.seq <= r.last AND (r.deleted OR NOT n.archives " \
  "OR i.seq <= r.newest - stoa_archive_max(n.config))), "                                          \
  "old AS (DELETE FROM items WHERE ctid = ANY(ARRAY("                                              \
  "SELECT a.ctid FROM unnest($22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[]) "         \
  "AS r(node, now, newest, standing_from) "                                                        \
  "JOIN nodes n ON n.number = r.node AND n.archive_ends "                                          \
  "CROSS JOIN LATERAL (SELECT stoa_archive_age(n.config) AS age, "                                 \
  "stoa_archive_max(n.config) AS most OFFSET 0) AS b "                                             \
  "CROSS JOIN LATERAL ((SELECT ctid, seq, published FROM items WHERE node = r.node "               \
  "AND seq < greatest(n.standing_from, r.standing_from) ORDER BY seq LIMIT 1000) "                 \
  "UNION ALL (SELECT ctid, seq, published FROM items WHERE node = r.node AND NOT stands "          \
  "ORDER BY seq LIMIT 1000)) AS a "                                                                \
  "WHERE a.published < stoa_time(r.now) - b.age * interval '1 second' "                            \
  "OR a.seq <= r.newest - b.most))), "

// Those of a transaction that writes nothing else, with the mark of the journal.
#define STOA_NOTED(place) "noted AS (UPDATE journal SET batch = " place "::bigint), "

constexpr Statement come_items{"come_items", "WITH " STOA_COME};
constexpr Statement move_items{"move_items", "WITH " STOA_LEAVE STOA_COME};
constexpr Statement come_items_alone{"come_items_alone", "WITH " STOA_NOTED("$13") STOA_COME};
constexpr Statement move_items_alone{"move_items_alone",
                                     "WITH " STOA_NOTED("$26") STOA_LEAVE STOA_COME};
#undef STOA_COME
#undef STOA_LEAVE
#undef STOA_NOTED

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
  Columns<4> past;
  Columns<5> gone;
  Columns<4> old;
  Columns<9> came;
  Columns<3> nodes;

  void add(const NodeWork& work) {
    const pubsub::ItemMeta* const last = newest(work);
    const auto seq = last ? std::optional(last->seq) : std::nullopt;
    std::optional<std::uint64_t> fell;  // the first that fell from the end, and the last:
    std::uint64_t last_fell = 0;        // all between them fell, now or before
    for (const auto& [place, fate] : work.leaving) {
      if (fate == NodeWork::Fate::fallen) {
        if (!fell) fell = place;
        last_fell = place;
        continue;
      }
      const bool deleted = fate == NodeWork::Fate::deleted;
      if (!deleted) past.add(work.number, place, fate == NodeWork::Fate::silent, seq);
      gone.add(work.number, place, place, deleted, seq);
    }
    if (fell) gone.add(work.number, *fell, last_fell, false, seq);
    const bool grows = !work.leaving.empty() || !work.passed.empty();
    if (last && grows) old.add(work.number, last->published, last->seq, work.standing_from);
    for (const auto& [key, row] : work.items.slots()) {
      if (row) come(work.number, **row);
    }
    if (work.more_items != 0 || work.standing_from != 0) {
      nodes.add(work.number, std::to_string(work.more_items), work.standing_from);
    }
  }

  void come(std::uint64_t node, const pubsub::Item& item) {
    const pubsub::ItemMeta& meta = item.meta;
    came.add(node, meta.seq, meta.first_seq, digest(meta.id), meta.id, meta.publisher.str(),
             meta.created, meta.published,
             item.payload ? std::optional(std::string_view(*item.payload)) : std::nullopt);
  }

  bool leaving() const { return past.rows() + gone.rows() + old.rows() > 0; }
  bool empty() const { return !leaving() && came.rows() + nodes.rows() == 0; }

  template <class... More>
  void write(Connection& connection, const Statement& coming, const Statement& moving,
             const More&... more) {
    const auto run = [&](const Statement& statement, auto columns) {
      std::apply([&](const auto&... column) { connection.exec(statement, column..., more...); },
                 std::move(columns));
    };
    if (leaving()) {
      run(moving, std::tuple_cat(came.take(), nodes.take(), past.take(), gone.take(), old.take()));
    } else {
      run(coming, std::tuple_cat(came.take(), nodes.take()));
    }
  }
};

}  // namespace

void write_items(Connection& connection, const PubsubBatch& batch) {
  Moves moves;
  for (const NodeWork& work : batch.nodes) moves.add(work);
  if (!moves.empty()) moves.write(connection, come_items, move_items);
}

void write_items_alone(Connection& connection, const PubsubBatch& batch, std::uint64_t number) {
  Moves moves;
  for (const NodeWork& work : batch.nodes) moves.add(work);
  moves.write(connection, come_items_alone, move_items_alone, number);
}

}  // namespace stoa::store::postgres
