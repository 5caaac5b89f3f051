#include "room_scenes.hpp"

#include "stanzas.hpp"
#include "start_scenes.hpp"

namespace bench {

namespace {

/// Not the subject, which has no id.
bool is_message(std::string_view stanza) {
  return stanza.starts_with("<message") && !attribute(stanza, "id").empty();
}

bool is_presence(std::string_view stanza) {
  return stanza.starts_with("<presence");
}

}  // namespace

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
  Row row = run(bench, joining);
  row.note = std::to_string(row.seconds) + " s in all";
  return row;
}

Row talk(Bench& bench, const Talk& talk) {
  Fanout talking;
  talking.name = "a message to a room of " + std::to_string(talk.size) + ", deliveries";
  talking.count = talk.count;
  talking.recipients = talk.size;
  talking.window = talk.window;
  talking.make = [&](std::size_t i) {
    return stanza::groupchat(talk.room, i % talk.size, "m" + std::to_string(i));
  };
  talking.counts = is_message;
  return run(bench, talking);
}

void talk_in(Bench& bench, std::size_t size, std::size_t count) {
  const std::string room = "hall-" + std::to_string(size);
  const Row joined = fill_room(bench, room, size);
  print(joined);
  const std::size_t window = size >= 1000 ? 16 : 128;
  const Row row = talk(bench, {room, size, count, window});
  print(row);
  if (size == 10) {
    bench.targets.at_most("a room of 10: us of CPU per delivery", row.cpu_micros, 3);
  } else if (size == 1000) {
    bench.targets.at_least("a room of 1,000: deliveries per second", row.per_second, 1e6);
    bench.targets.at_most("a room of 1,000: us of CPU per delivery", row.cpu_micros, 0.5);
    bench.targets.at_most("1,000 users join one room: seconds", joined.seconds, 2);
  }
}

Row join_pairs(Bench& bench, const std::string& name, std::size_t rooms) {
  const auto occupants = static_cast<double>(2 * rooms);
  const Usage before = bench.stoa.usage();
  Fanout joining;
  joining.name = std::to_string(rooms) + " rooms of two, joins";
  joining.count = rooms;
  joining.recipients = 4;  // own, then other and own, then the newcomer to the first
  joining.window = 256;
  joining.make = [&](std::size_t i) {
    const std::string room = name + "-" + std::to_string(i);
    return stanza::join(room, 2 * i) + stanza::join(room, 2 * i + 1);
  };
  joining.counts = is_presence;
  Row row = run(bench, joining);
  const auto all = static_cast<double>(row.rss_bytes) / occupants;
  const auto grown = static_cast<double>(row.rss_bytes - before.rss_bytes) / occupants;
  row.note = std::to_string(static_cast<int>(all)) + " B resident per occupant, " +
             std::to_string(static_cast<int>(grown)) + " B of growth";
  return row;
}

void rejoin(Bench& bench) {
  constexpr std::size_t size = 1000;
  fill_room(bench, "again", size);
  bench.server.on_stanza(nullptr);  // what still comes is of no interest
  bench.server.drop();
  bench.server.accept(30);
  Row row = fill_room(bench, "again", size);  // the list for each, and nothing for the others
  row.name = "1,000 users join again after a restart of the server";
  print(row);
  bench.targets.at_most("1,000 users join again: seconds", row.seconds, 2);
}

void pairs(Bench& bench) {
  constexpr std::size_t rooms = 10'000;
  start_empty(bench);
  const Row row = join_pairs(bench, "pair", rooms);
  print(row);
  bench.targets.at_most("10,000 rooms of two: bytes resident per occupant",
                        static_cast<double>(row.rss_bytes) / (2.0 * rooms), 3 * 1024);
}

}  // namespace bench
