#include "start_scenes.hpp"

#include <algorithm>

#include "node_scenes.hpp"
#include "stanzas.hpp"

namespace bench {

namespace {

constexpr std::size_t runs = 7;

double none_stored_millis = 0;  // of start_with_none

}  // namespace

double start_until_ready(Bench& bench) {
  static std::size_t count = 0;
  bench.stoa.kill();
  const double start = now();
  bench.stoa.start();
  bench.server.accept(30);
  Requests one;
  one.name = "ready";
  one.count = 1;
  one.make = [](std::size_t, const std::string& id) {
    return stanza::iq("get", id, stanza::full(0), stanza::disco_info());
  };
  run(bench, one);
  ask(bench, stanza::create("ready-" + std::to_string(count++)));
  return now() - start;
}

double start_empty(Bench& bench) {
  bench.stoa.kill();
  bench.database.empty();
  return start_until_ready(bench);
}

Row starts(Bench& bench, const std::string& name) {
  std::vector<double> millis;
  for (std::size_t i = 0; i < runs; ++i) millis.push_back(start_until_ready(bench) * 1000);
  std::sort(millis.begin(), millis.end());
  const Usage used = bench.stoa.usage();
  Row row;
  row.name = name;
  row.p50_millis = millis[runs / 2];
  row.p99_millis = millis.back();
  row.rss_bytes = used.rss_bytes;
  row.peak_bytes = used.peak_bytes;
  return row;
}

void start_with_none(Bench& bench) {
  start_empty(bench);
  const Row row = starts(bench, "start to ready, nothing stored");
  none_stored_millis = row.p50_millis;
  print(row);
}

void cold_nodes(Bench& bench) {
  constexpr std::size_t nodes = 50'000;
  start_empty(bench);
  Requests creating;
  creating.name = "create 50,000 nodes, 128 in flight";
  creating.count = nodes;
  creating.make = [](std::size_t i, const std::string& id) {
    return stanza::iq("set", id, stanza::full(i % 1000),
                      stanza::create("cold-" + std::to_string(i)));
  };
  print(run(bench, creating));
  start_until_ready(bench);
  Requests asked;
  asked.name = "disco#info of a cold node, 128 in flight";
  asked.count = nodes;
  asked.make = [](std::size_t i, const std::string& id) {
    return stanza::iq("get", id, stanza::full(i % 1000),
                      stanza::disco_info("cold-" + std::to_string(i)));
  };
  print(run(bench, asked));
}

void stored_rooms(Bench& bench) {
  Fanout joining;
  joining.name = "50,000 rooms made";
  joining.count = 50'000;
  joining.window = 256;
  joining.make = [](std::size_t i) { return stanza::join("stored-" + std::to_string(i), i); };
  joining.counts = [](std::string_view stanza) { return stanza.starts_with("<presence"); };
  print(run(bench, joining));
}

void start_with_many(Bench& bench) {
  // What the scene before has said was taken by the server: a start says it again otherwise.
  bench.server.run_until(
      [&] { return bench.database.holds("SELECT NOT EXISTS (SELECT FROM outbox)"); }, 60);
  bench.database.run("VACUUM ANALYZE");  // or PostgreSQL does it meanwhile
  const Row row = starts(bench, "start to ready with 100,000 of them stored");
  print(row);
  bench.targets.at_most("start with 100,000 stored: ms to ready", row.p50_millis, 1000);
  bench.targets.at_most("start with 100,000 stored: ms, against a start with none (+10%)",
                        row.p50_millis, 1.1 * none_stored_millis);
}

}  // namespace bench
