#include "scenes.hpp"

#include <stdexcept>

#include "stanzas.hpp"

namespace bench {

namespace {

constexpr std::size_t owner = 0;

bool is_event(std::string_view stanza) {
  return stanza.starts_with("<message") && stanza.find("pubsub#event") != std::string_view::npos;
}

bool is_groupchat(std::string_view stanza) {
  return stanza.starts_with("<message") && stanza.find("<body>") != std::string_view::npos;
}

bool is_presence(std::string_view stanza) {
  return stanza.starts_with("<presence");
}

void ask(Bench& bench, const std::string& what, const std::string& payload) {
  Requests one;
  one.name = what;
  one.count = 1;
  one.make = [&](std::size_t, const std::string& id) {
    return stanza::iq("set", id, stanza::full(owner), payload);
  };
  run(bench, one);
}

void disco(Bench& bench) {
  Requests asked;
  asked.name = "disco#info of the service";
  asked.count = 300'000;
  asked.make = [](std::size_t i, const std::string& id) {
    return stanza::iq("get", id, stanza::full(i % 1000), stanza::disco_info());
  };
  print(run(bench, asked));
}

Row publish(Bench& bench, const std::string& name, std::size_t count, std::size_t in_flight) {
  Requests published;
  published.name = name;
  published.count = count;
  published.in_flight = in_flight;
  published.make = [](std::size_t, const std::string& id) {
    return stanza::iq("set", id, stanza::full(owner), stanza::publish("quiet"));
  };
  return run(bench, published);
}

void quiet_publish(Bench& bench) {
  ask(bench, "create", stanza::create("quiet"));
  publish(bench, "warm-up", 2'000, 128);
  print(publish(bench, "publish, no subscriber, 128 in flight", 60'000, 128));
  print(publish(bench, "publish, no subscriber, 1 in flight", 2'000, 1));
}

void items(Bench& bench) {
  Requests asked;
  asked.name = "items, the last 10, 128 in flight";
  asked.count = 20'000;
  asked.make = [](std::size_t i, const std::string& id) {
    return stanza::iq("get", id, stanza::full(i % 1000), stanza::items("quiet", 10));
  };
  print(run(bench, asked));
}

void publish_to(Bench& bench, std::size_t subscribers, std::size_t count) {
  const std::string node = "node-" + std::to_string(subscribers);
  ask(bench, "create", stanza::create(node));
  Requests subscribing;
  subscribing.name = "subscribe";
  subscribing.count = subscribers;
  subscribing.make = [&](std::size_t i, const std::string& id) {
    return stanza::iq("set", id, stanza::full(i), stanza::subscribe(node, stanza::full(i)));
  };
  run(bench, subscribing);
  Fanout events;
  events.name = "publish to " + std::to_string(subscribers) + " subscribers, deliveries";
  events.count = count;
  events.recipients = subscribers;
  events.window = subscribers >= 1000 ? 16 : 128;
  events.make = [&](std::size_t i) {
    return stanza::iq("set", "p" + std::to_string(i), stanza::full(owner), stanza::publish(node));
  };
  events.counts = is_event;
  print(run(bench, events));
}

/// Users 0 to size-1 join; all presences of it are read.
Row fill_room(Bench& bench, const std::string& room, std::size_t size) {
  Fanout joining;
  joining.name = std::to_string(size) + " users join one room, presences";
  joining.count = 1;
  joining.recipients = size * size;  // i presences to the i-th, one from it to the i-1 before
  joining.make = [&](std::size_t) {
    std::string all;
    for (std::size_t i = 0; i < size; ++i) all += stanza::join(room, i);
    return all;
  };
  joining.counts = is_presence;
  return run(bench, joining);
}

void talk_in(Bench& bench, std::size_t size, std::size_t count) {
  const std::string room = "hall-" + std::to_string(size);
  const double start = now();
  Row joined = fill_room(bench, room, size);
  joined.note = std::to_string(now() - start) + " s in all";
  print(joined);
  Fanout talking;
  talking.name = "a message to a room of " + std::to_string(size) + ", deliveries";
  talking.count = count;
  talking.recipients = size;
  talking.window = size >= 1000 ? 16 : 128;
  talking.make = [&](std::size_t i) {
    return stanza::groupchat(room, i % size, "m" + std::to_string(i));
  };
  talking.counts = is_groupchat;
  print(run(bench, talking));
}

void small_rooms(Bench& bench) {
  constexpr std::size_t rooms = 10'000;
  const double ready = start_until_ready(bench);
  const Usage before = bench.stoa.usage();
  Fanout joining;
  joining.name = "10,000 rooms of two, joins";
  joining.count = rooms;
  joining.recipients = 4;  // own, then other and own, then the newcomer to the first
  joining.window = 256;
  joining.make = [](std::size_t i) {
    const std::string room = "pair-" + std::to_string(i);
    return stanza::join(room, 2 * i) + stanza::join(room, 2 * i + 1);
  };
  joining.counts = is_presence;
  Row row = run(bench, joining);
  const auto per = static_cast<double>(row.rss_bytes) / (2.0 * rooms);
  const auto grown = static_cast<double>(row.rss_bytes - before.rss_bytes) / (2.0 * rooms);
  row.note = std::to_string(per) + " B resident per occupant, " + std::to_string(grown) +
             " B of growth; ready after " + std::to_string(ready) + " s";
  print(row);
}

void cold_nodes(Bench& bench) {
  constexpr std::size_t nodes = 50'000;
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
  constexpr std::size_t rooms = 50'000;
  Fanout joining;
  joining.name = "50,000 more rooms made";
  joining.count = rooms;
  joining.recipients = 1;
  joining.window = 256;
  joining.make = [](std::size_t i) { return stanza::join("stored-" + std::to_string(i), i); };
  joining.counts = is_presence;
  print(run(bench, joining));
}

void start_up(Bench& bench) {
  Row row;
  row.name = "start to ready with all that stored";
  row.p50_millis = start_until_ready(bench) * 1000;
  row.rss_bytes = bench.stoa.usage().rss_bytes;
  print(row);
}

}  // namespace

double start_until_ready(Bench& bench) {
  bench.stoa.kill();
  const double start = now();
  bench.stoa.start();
  bench.server.accept(20);
  Requests one;
  one.name = "ready";
  one.count = 1;
  one.make = [](std::size_t, const std::string& id) {
    return stanza::iq("get", id, stanza::full(owner), stanza::disco_info());
  };
  run(bench, one);
  return now() - start;
}

std::vector<Scene> scenes() {
  return {
      {"start", [](Bench& b) { start_up(b); }},
      {"disco", disco},
      {"publish", quiet_publish},
      {"items", items},
      {"publish10", [](Bench& b) { publish_to(b, 10, 20'000); }},
      {"publish1000", [](Bench& b) { publish_to(b, 1000, 3'000); }},
      {"room10", [](Bench& b) { talk_in(b, 10, 20'000); }},
      {"room100", [](Bench& b) { talk_in(b, 100, 10'000); }},
      {"room1000", [](Bench& b) { talk_in(b, 1000, 3'000); }},
      {"pairs", small_rooms},
      {"cold", cold_nodes},
      {"stored", stored_rooms},
      {"restart", [](Bench& b) { start_up(b); }},
  };
}

}  // namespace bench
