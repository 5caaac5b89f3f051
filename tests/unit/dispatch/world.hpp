#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <stoa/dispatch/dispatcher.hpp>
#include <stoa/dispatch/entity_service.hpp>
#include <stoa/store/memory/store.hpp>
#include <stoa/xml/parser.hpp>

#include "support/dispatch/toy.hpp"

/// A daemon with toy services and a store in memory, turned by hand.
namespace toy {

struct FixedClock final : stoa::Clock {
  stoa::Timestamp time{std::chrono::hours(24 * 365)};
  stoa::Timestamp now() override { return time; }
};

struct CountedIds final : stoa::IdSource {
  std::uint64_t last = 0;
  std::string token() override { return "token-" + std::to_string(++last); }
  std::uint64_t number() override { return ++last; }
  std::string key() override { return "key-" + std::to_string(++last); }
};

struct Wire final : stoa::dispatch::Outlet {
  std::vector<std::string> written;  // one line for each copy of each stanza
  std::vector<std::uint64_t> marks;
  void send(stoa::Outgoing outgoing, std::uint64_t mark) override {
    if (outgoing.divisible()) {
      for (std::size_t i = 0; i < outgoing.count(); ++i) {
        outgoing.append_one(written.emplace_back(), i);
      }
    } else if (outgoing.count() > 0) {
      outgoing.append_to(written.emplace_back());
    }
    marks.push_back(mark);
    if (room > 0) --room;
  }
  std::size_t room = static_cast<std::size_t>(-1);  // outgoings until it says that it is congested
  bool congested() const override { return room == 0; }
  bool occupied = false;  // has enough to write for some milliseconds
  bool busy() const override { return occupied; }
};

class World {
 public:
  /// `last_seq`: of an earlier run.
  explicit World(std::size_t services = 1, stoa::dispatch::ServiceLimits limits = {},
                 std::uint64_t last_seq = 0);

  /// Hands in one stanza (default namespace jabber:client) without turning the loop.
  void give(const std::string& xml);
  /// Turns the loop until nothing is left to do.
  void turn();
  /// give() and turn(); what was written meanwhile.
  std::vector<std::string> ask(const std::string& xml);
  std::vector<std::string> taken();
  void pass(stoa::Duration time);

  stoa::store::memory::Disk disk;
  FixedClock clock;
  CountedIds ids;
  std::deque<std::function<void()>> posted;
  Wire wire;
  stoa::store::memory::Journal journal;
  stoa::dispatch::Common common;
  std::vector<std::unique_ptr<Tables>> tables;
  std::vector<std::unique_ptr<stoa::store::memory::Store<Engine>>> stores;
  std::vector<stoa::dispatch::EntityService<Engine>*> services;
  stoa::dispatch::Dispatcher dispatcher;

 private:
  stoa::dispatch::Executor executor();
};

}  // namespace toy
