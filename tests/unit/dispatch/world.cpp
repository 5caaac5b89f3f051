#include "world.hpp"

#include <doctest/doctest.h>

namespace toy {

using namespace stoa;

World::World(std::size_t count, dispatch::ServiceLimits limits, std::uint64_t last_seq)
    : journal(disk, clock, executor()),
      common({.clock = clock,
              .ids = ids,
              .journal = journal,
              .post = executor(),
              .last_seq = last_seq}),
      dispatcher(common) {
  dispatcher.add_domain({.name = "toy.lit",
                         .profile = {.name = "toy", .version = "1"},
                         .list_page = 10,
                         .stanza_bytes = 64 * 1024,
                         .senders = {},
                         .unlimited = {}},
                        wire);
  journal.tell(dispatcher);
  for (std::size_t i = 0; i < count; ++i) {
    tables.push_back(std::make_unique<Tables>("toy.lit"));
    stores.push_back(std::make_unique<store::memory::Store<Engine>>(journal, disk, *tables.back()));
    auto service = std::make_unique<dispatch::EntityService<Engine>>(
        dispatch::ServicePlace{.common = common, .outlet = wire, .admins = {}, .limits = limits},
        Settings{*Jid::parse("toy.lit"), "toy" + std::to_string(i)}, *stores.back(),
        *stores.back());
    services.push_back(service.get());
    dispatcher.add_service("toy.lit", std::move(service));
  }
}

dispatch::Executor World::executor() {
  return [this](std::function<void()> what) { posted.push_back(std::move(what)); };
}

void World::give(const std::string& xml) {
  auto element = xml::parse(xml, "jabber:client");
  REQUIRE(element.ok());
  auto stanza = decode_stanza(std::move(element).value());
  REQUIRE(stanza.ok());
  dispatcher.handle(std::move(stanza).value());
}

void World::turn() {
  for (int i = 0; i < 100000 && !posted.empty(); ++i) {
    auto what = std::move(posted.front());
    posted.pop_front();
    what();
  }
  REQUIRE(posted.empty());
}

std::vector<std::string> World::ask(const std::string& xml) {
  give(xml);
  turn();
  return taken();
}

std::vector<std::string> World::taken() {
  return std::exchange(wire.written, {});
}

void World::pass(Duration time) {
  clock.time += time;
  journal.run_due(clock.time);
  dispatcher.run_due();
  turn();
}

}  // namespace toy
