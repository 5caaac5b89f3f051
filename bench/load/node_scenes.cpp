#include "node_scenes.hpp"

#include "stanzas.hpp"

namespace bench {

namespace {

constexpr std::size_t owner = 0;

bool is_event(std::string_view stanza) {
  return stanza.starts_with("<message");
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

}  // namespace

void ask(Bench& bench, const std::string& payload) {
  Requests one;
  one.name = payload;
  one.count = 1;
  one.make = [&](std::size_t, const std::string& id) {
    return stanza::iq("set", id, stanza::full(owner), payload);
  };
  run(bench, one);
}

void disco(Bench& bench) {
  Requests asked;
  asked.name = "disco#info of the service";
  asked.count = 400'000;
  asked.make = [](std::size_t i, const std::string& id) {
    return stanza::iq("get", id, stanza::full(i % 1000), stanza::disco_info());
  };
  const Row row = run(bench, asked);
  print(row);
  bench.targets.at_least("disco#info, answers per second", row.per_second, 80'000);
}

/// The database, measured before and behind what it is compared with: its speed changes.
struct Measured {
  DatabaseLimits plain;
  DatabaseLimits items;

  static Measured now(Database& database) {
    return {database.measure(Rows::plain), database.measure(Rows::items)};
  }
};

DatabaseLimits between(const DatabaseLimits& a, const DatabaseLimits& b) {
  return {(a.commit_p50_millis + b.commit_p50_millis) / 2,
          (a.unnest_rows_per_second + b.unnest_rows_per_second) / 2};
}

void publish_unheard(Bench& bench) {
  ask(bench, stanza::create("quiet"));
  publish(bench, "warm-up", 5'000, 128);
  const Measured before = Measured::now(bench.database);
  const Row many = publish(bench, "publish, no subscriber, 128 in flight", 100'000, 128);
  print(many);
  const Row one = publish(bench, "publish, no subscriber, 1 in flight", 2'000, 1);
  print(one);
  const Measured after = Measured::now(bench.database);
  bench.targets.at_most("publish: us of CPU each", many.cpu_micros, 20);
  const auto against = [&](const std::string& rows, const DatabaseLimits& limits) {
    print(rows, limits);
    bench.targets.at_least("publish: per second, against 1/3 of unnest, rows " + rows,
                           many.per_second, limits.unnest_rows_per_second / 3);
    bench.targets.at_most("publish, 1 in flight: p50 ms, against 2 commits, rows " + rows,
                          one.p50_millis, 2 * limits.commit_p50_millis);
  };
  against("as items are stored", between(before.items, after.items));
  against("of a key and 200 bytes", between(before.plain, after.plain));
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
  ask(bench, stanza::create(node));
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
  const Row row = run(bench, events);
  print(row);
  if (subscribers < 1000) return;
  bench.targets.at_least("1,000 subscribers: deliveries per second", row.per_second, 1e6);
  bench.targets.at_most("1,000 subscribers: us of CPU per delivery", row.cpu_micros, 0.5);
}

}  // namespace bench
