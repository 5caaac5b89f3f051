#include <cstdint>
#include <utility>

#include <doctest/doctest.h>

#include "tables/node_tables.hpp"

using namespace stoa;
using namespace stoa::test;

TEST_CASE("a page of many items, from either end, reads only its own rows [PS-ITEM-35]") {
  NodeTables tables;
  tables.store("n", created(1, "n"));
  tables.connection.run(
      "INSERT INTO items (node, seq, first_seq, digest, id, publisher, created, published, "
      "payload) SELECT 1, i, i, encode(substr(sha256(convert_to('i' || i, 'UTF8')), 1, 16), "
      "'hex')::uuid, 'i' || i, 'hamlet@denmark.lit', now(), now(), '<a/>' "
      "FROM generate_series(1, 100000) AS i; UPDATE nodes SET item_count = 100000");
  tables.connection.run("VACUUM ANALYZE items");
  const auto rows_read = [&] {
    tables.connection.run("SELECT pg_stat_force_next_flush()");
    return tables.connection
        .run(
            "SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'items') "
            "+ (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'items')")
        .at(0)
        .at(0)
        .as<std::uint64_t>();
  };
  const auto page = [&](rsm::Request request, std::uint64_t first) {
    const std::uint64_t before = rows_read();
    const pubsub::ItemsRead read{.number = 1, .node = "n", .page = std::move(request), .cap = 50};
    const auto found = tables.read<pubsub::ItemPage>(read);
    CHECK(found.items.size() == 50);
    CHECK(found.items.front().meta.seq == first);
    CHECK(found.first_index == first - 1);
    CHECK(found.count == 100000);
    CHECK(rows_read() - before < 300);
  };
  page({.max = 50}, 1);
  page({.max = 50, .before = ""}, 99951);
  page({.max = 50, .after = "i50000"}, 50001);
  page({.max = 50, .before = "i50001"}, 49951);
  page({.max = 50, .index = 70000}, 70001);
}
