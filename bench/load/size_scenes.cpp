#include "size_scenes.hpp"

#include <algorithm>

#include "node_scenes.hpp"
#include "room_scenes.hpp"
#include "stanzas.hpp"
#include "start_scenes.hpp"

namespace bench {

namespace {

const std::string digest_of_name =
    "encode(substr(sha256(convert_to(t.name, 'UTF8')), 1, 16), 'hex')::uuid";

/// Copies the node `seed`, with its owner: `stored-1` and so on. Numbers that small are never given
/// by the program itself.
void copy_nodes(Bench& bench, std::size_t count) {
  bench.database.run(
      "INSERT INTO nodes (number, service, node, digest, version, creator, created, title, "
      "access_model, hidden, config, item_count) SELECT t.i, n.service, t.name, " +
      digest_of_name +
      ", 1, n.creator, n.created, n.title, n.access_model, n.hidden, n.config, 0 "
      "FROM nodes n, (SELECT i, 'stored-' || i AS name FROM generate_series(1, " +
      std::to_string(count) + ") AS i) AS t WHERE n.node = 'seed'");
  bench.database.run(
      "INSERT INTO node_affiliations SELECT i, a.jid, a.affiliation FROM node_affiliations a "
      "JOIN nodes n ON n.number = a.node AND n.node = 'seed', generate_series(1, " +
      std::to_string(count) + ") AS i");
}

/// Copies the one item of `seed` into the nodes with those numbers, `each` into each.
void copy_items(Bench& bench, const std::string& nodes, std::size_t each) {
  bench.database.run(
      "INSERT INTO items SELECT n.number, t.i, t.i, " + digest_of_name +
      ", t.name, s.publisher, s.created, s.published, s.payload FROM nodes n, "
      "(SELECT i, 'item-' || i AS name FROM generate_series(2, " +
      std::to_string(each + 1) +
      ") AS i) AS t, (SELECT i.* FROM items i JOIN nodes o ON o.number = i.node AND o.node = "
      "'seed' LIMIT 1) AS s WHERE n." +
      nodes);
  bench.database.run("UPDATE nodes SET item_count = item_count + " + std::to_string(each) +
                     " WHERE " + nodes);
}

void seed(Bench& bench) {
  start_empty(bench);
  ask(bench, stanza::create("seed"));
  ask(bench, stanza::publish("seed", "first"));
  bench.stoa.kill();
}

void ready_for_reads(Bench& bench) {
  bench.database.run("VACUUM ANALYZE");
  start_until_ready(bench);
}

/// The same request again and again, one at a time.
Row ask_often(Bench& bench, const std::string& name, const stanza::Head& head,
              const std::string& payload) {
  Requests asked;
  asked.name = name;
  asked.count = 500;
  asked.in_flight = 1;
  asked.make = [&](std::size_t, const std::string& id) {
    return stanza::iq({head.type, id, head.from, head.to}, payload);
  };
  return run(bench, asked);
}

stanza::Head to_service() {
  return {"get", "", stanza::full(0), StoaProcess::domain};
}

}  // namespace

void many_nodes(Bench& bench) {
  constexpr std::size_t nodes = 600'000;
  const double none = starts(bench, "").p50_millis;
  seed(bench);
  copy_nodes(bench, nodes);
  copy_items(bench, "number <= 500000", 4);
  bench.database.run("VACUUM ANALYZE");
  const Row row = starts(bench, "start with 600,000 nodes, 2,000,000 items");
  print(row);
  bench.targets.at_most("600,000 nodes: ms to ready", row.p50_millis, 1000);
  bench.targets.at_most("600,000 nodes: ms, against a start with none (+10%)", row.p50_millis,
                        1.1 * none);
  const Usage before = bench.stoa.usage();
  Requests touched;
  touched.name = "disco#info of 50,000 of them, 128 in flight";
  touched.count = 50'000;
  touched.make = [](std::size_t i, const std::string& id) {
    return stanza::iq("get", id, stanza::full(i % 1000),
                      stanza::disco_info("stored-" + std::to_string(1 + i)));
  };
  Row loaded = run(bench, touched);
  const double each = static_cast<double>(loaded.rss_bytes - before.rss_bytes) / 50'000;
  loaded.note = std::to_string(static_cast<int>(each)) + " B of growth per loaded node";
  print(loaded);
  bench.targets.at_most("a loaded node without subscribers: bytes", each, 1024);
  // By somebody who owns none of them.
  const stanza::Head stranger{"get", "", stanza::full(1), StoaProcess::domain};
  print(ask_often(bench, "disco#items, a page of 50 amid 600,000", stranger,
                  stanza::disco_items(stanza::page(50, "<after>1:stored-3</after>"))));
}

void many_items(Bench& bench) {
  seed(bench);
  copy_items(bench, "node = 'seed'", 1'000'000);
  ready_for_reads(bench);
  print(ask_often(bench, "a million items: the last 10", to_service(), stanza::items("seed", 10)));
  print(ask_often(bench, "a million items: a page of 20 in the middle", to_service(),
                  stanza::items_page("seed", stanza::page(20, "<after>item-500000</after>"))));
  print(ask_often(bench, "a million items: one by its id", to_service(),
                  "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='seed'>"
                  "<item id='item-123456'/></items></pubsub>"));
}

void many_subscribers(Bench& bench) {
  constexpr std::size_t subscribers = 100'000;
  constexpr std::size_t publications = 30;
  start_empty(bench);
  publish_to(bench, subscribers, 20);
  const std::string node = "node-" + std::to_string(subscribers);
  const std::string asker = stanza::full(subscribers);  // no subscriber
  std::vector<double> latency;
  std::size_t events = 0;
  std::size_t number = 0;
  double asked = 0;
  const auto ask_again = [&] {
    asked = now();
    bench.server.send(
        stanza::iq("get", "d" + std::to_string(number++), asker, stanza::disco_info(node)));
  };
  const auto publish_again = [&] {
    bench.server.send(
        stanza::iq("set", "e" + std::to_string(number++), stanza::full(0), stanza::publish(node)));
  };
  bench.server.on_stanza([&](std::string_view stanza) {
    if (stanza.starts_with("<message")) {
      if (++events % subscribers == 0 && events < publications * subscribers) publish_again();
    } else if (attribute(stanza, "to") == asker) {
      latency.push_back(now() - asked);
      ask_again();
    }
  });
  const double start = now();
  publish_again();
  ask_again();
  bench.server.run_until([&] { return events >= publications * subscribers; }, 120);
  Row row;
  row.name = "disco#info meanwhile, of somebody else";
  row.per_second = static_cast<double>(latency.size()) / (now() - start);
  std::sort(latency.begin(), latency.end());
  row.p50_millis = latency[latency.size() / 2] * 1000;
  row.p99_millis = latency[latency.size() * 99 / 100] * 1000;
  row.note = "slowest " + std::to_string(static_cast<int>(latency.back() * 1000)) + " ms";
  print(row);
  bench.targets.at_most("others while 100,000 get an event: slowest answer, ms",
                        latency.back() * 1000, 100);
}

void many_pairs(Bench& bench) {
  start_empty(bench);
  const Row row = join_pairs(bench, "pair", 100'000);
  print(row);
  bench.targets.at_most("100,000 rooms of two: MiB resident",
                        static_cast<double>(row.rss_bytes) / (1024 * 1024), 600);
}

void many_rooms(Bench& bench) {
  constexpr std::size_t rooms = 1'000'000;
  const double none = starts(bench, "").p50_millis;
  start_empty(bench);
  fill_room(bench, "seed", 1);
  bench.stoa.kill();
  bench.database.run("DELETE FROM room_seats");
  bench.database.run(
      "INSERT INTO rooms SELECT i, service, 'stored-' || i, created, NULL, occupant_key, "
      "affiliation_version, 'stored-' || i, description, lang, 'stored-' || i, found_description, "
      "true, true, members_only, password_protected, whois, config || "
      "'{\"muc#roomconfig_persistentroom\": [\"1\"], \"muc#roomconfig_publicroom\": [\"1\"]}' "
      "FROM rooms, generate_series(1, " +
      std::to_string(rooms) + ") AS i WHERE localpart = 'seed'");
  bench.database.run("VACUUM ANALYZE");
  const Row row = starts(bench, "start with 1,000,000 rooms");
  print(row);
  bench.targets.at_most("1,000,000 rooms: ms to ready", row.p50_millis, 1000);
  bench.targets.at_most("1,000,000 rooms: ms, against a start with none (+10%)", row.p50_millis,
                        1.1 * none);
  print(ask_often(bench, "disco#items, the first page of 50 amid 1,000,000", to_service(),
                  stanza::disco_items(stanza::page(50))));
  print(ask_often(bench, "disco#items, a page of 50 in the middle", to_service(),
                  stanza::disco_items(stanza::page(50, "<after>0:stored-500000</after>"))));
}

void large_room(Bench& bench) {
  constexpr std::size_t size = 10'000;
  start_empty(bench);
  fill_room(bench, "small", 10);
  std::vector<double> latency;
  std::size_t presences = 0;
  double sent = 0;
  std::size_t number = 0;
  const auto ask_small = [&] {
    sent = now();
    bench.server.send(stanza::groupchat("small", 0, "s" + std::to_string(number++)));
  };
  bench.server.on_stanza([&](std::string_view stanza) {
    if (stanza.starts_with("<presence")) {
      ++presences;
    } else if (stanza.starts_with("<message") && attribute(stanza, "to") == stanza::full(9)) {
      latency.push_back(now() - sent);
      ask_small();
    }
  });
  const double start = now();
  ask_small();
  std::size_t joined = 0;
  bench.server.run_until(
      [&] {
        while (joined < size && presences + 200'000 > joined * joined) {
          bench.server.send(stanza::join("large", joined++));
        }
        return presences >= size * size;
      },
      600);
  std::sort(latency.begin(), latency.end());
  const double p99 = latency[latency.size() * 99 / 100] * 1000;
  Row row;
  row.name = "10,000 users join one room, presences";
  row.per_second = static_cast<double>(size * size) / (now() - start);
  row.p50_millis = latency[latency.size() / 2] * 1000;
  row.p99_millis = p99;
  row.note = "latency: of messages in a room of 10 meanwhile";
  print(row);
  bench.targets.at_most("a small room while 10,000 join another: p99 ms", p99, 20);
  print(talk(bench, {"large", size, 300, 4}));
}

void large_archive(Bench& bench) {
  constexpr std::size_t messages = 10'000'000;
  start_empty(bench);
  fill_room(bench, "seed", 1);
  talk(bench, {"seed", 1, 1, 1});
  bench.stoa.kill();
  bench.database.run(
      "INSERT INTO room_archive (room, seq, id, stamp, kind, affiliation, role, semi_anonymous, "
      "nick, occupant_id, author, author_bare, message_id, lang, payload, body) "
      "SELECT room, seq + i, 'copy-' || i, stamp + i * interval '1 second', kind, affiliation, "
      "role, semi_anonymous, 'nick' || i % 100, occupant_id, "
      "'user' || i % 100 || '@bench.example/x', 'user' || i % 100 || '@bench.example', "
      "'m' || i, lang, payload, body FROM room_archive, generate_series(1, " +
      std::to_string(messages) + ") AS i");
  ready_for_reads(bench);
  const stanza::Head room{"set", "", stanza::full(0), stanza::room("seed")};
  const auto measure = [&](const std::string& name, const std::string& query) {
    const Row row = ask_often(bench, "archive of 10,000,000: " + name, room, query);
    print(row);
    bench.targets.at_most("archive of 10,000,000, " + name + ": p99 ms", row.p99_millis, 20);
  };
  measure("the last 50", stanza::archive(stanza::page(50, "<before/>")));
  measure("50 from a date on", stanza::archive(stanza::page(50), "start", "2027-01-15T00:00:00Z"));
  measure("the last 50 of a sender",
          stanza::archive(stanza::page(50, "<before/>"), "with", stanza::user(7)));
}

}  // namespace bench
