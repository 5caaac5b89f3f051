#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <stoa/dispatch/ports.hpp>

#include "store/postgres/journal.hpp"
#include "store/postgres/readers.hpp"
#include "store/postgres/rows.hpp"

namespace stoa::store::postgres {

/// What tells the two services of one domain apart in the outbox.
inline const char* service_name(const pubsub::Change*) {
  return "nodes";
}
inline const char* service_name(const muc::Change*) {
  return "rooms";
}

/// Bytes that a change keeps in memory while it waits, roughly.
std::size_t weight(const pubsub::Change& change);
std::size_t weight(const muc::Change& change);

/// One unit as the journal sees it. shared_ptr: all units of a service name one domain.
template <class Change>
class UnitWork : public Work {
 public:
  UnitWork(std::shared_ptr<const std::string> domain, dispatch::Unit<Change> unit)
      : domain_(std::move(domain)), unit_(std::move(unit)) {}

  void put(Rows& rows) const override {
    for (const Change& change : *unit_.changes) rows.add(*domain_, change);
    rows.add(unit_.seq, service_name(static_cast<const Change*>(nullptr)), unit_.outbox);
  }

  std::size_t bytes() const override {
    std::size_t sum = sizeof(*this) + unit_.key.size();
    for (const Change& change : *unit_.changes) sum += sizeof(Change) + weight(change);
    for (const dispatch::OutboxRow& row : unit_.outbox) {
      sum += sizeof(row) + row.head.size() + row.middle.size() + row.tail.size();
    }
    return sum;
  }

 private:
  std::shared_ptr<const std::string> domain_;
  dispatch::Unit<Change> unit_;
};

template <class Change>
class UnitJournal : public dispatch::JournalPort<Change> {
 public:
  UnitJournal(Journal& journal, std::string domain)
      : journal_(journal), domain_(std::make_shared<const std::string>(std::move(domain))) {}

  void append(dispatch::Unit<Change> unit) override {
    QueuedUnit queued;
    queued.seq = unit.seq;
    queued.entity = unit.entity;
    queued.durability = unit.durability;
    queued.work = std::make_unique<UnitWork<Change>>(domain_, std::move(unit));
    queued.bytes = queued.work->bytes();
    journal_.append(std::move(queued));
  }

 private:
  Journal& journal_;
  std::shared_ptr<const std::string> domain_;
};

using OutboxRows = std::vector<std::pair<std::uint64_t, dispatch::OutboxRow>>;

struct OutboxQuery {
  std::string domain;
  std::string service;
  std::uint64_t from = 0;    ///< only rows with a seq behind it
  std::uint64_t before = 0;  ///< and before it: the first of this run
  std::size_t limit = 0;     ///< at least one seq whole, however many rows it has
};
/// Without the rows that cannot be sent, which are logged.
OutboxRows read_outbox(Connection& connection, const OutboxQuery& query);

/// The number of the entity that a look-up is about; 0 where it is about the service.
template <class Read>
std::uint64_t entity_of(const Read& read) {
  return std::visit(
      [](const auto& one) -> std::uint64_t {
        if constexpr (requires { one.number; }) {
          return one.number;
        } else if constexpr (requires { one.room; }) {
          return one.room;
        } else {
          return 0;
        }
      },
      read);
}

/// Tables is PubsubReader or MucReader.
template <class Engine, class Tables>
class TableLoader : public dispatch::LoaderPort<Engine> {
 public:
  template <class T>
  using Then = typename dispatch::LoaderPort<Engine>::template Then<T>;
  using State = typename Engine::State;

  TableLoader(Readers& readers, const std::uint64_t& first_seq, std::string domain)
      : readers_(readers), first_seq_(first_seq), domain_(std::move(domain)) {}

  void load(std::string key, std::uint64_t after, Then<State> then) override {
    ask<State>({after, key, 0}, std::move(then), [domain = domain_, key](Connection& connection) {
      return Tables::load(connection, domain, key);
    });
  }

  void key_of(std::uint64_t number, Then<std::string> then) override {
    ask<std::string>({0, std::to_string(number), 0}, std::move(then),
                     [domain = domain_, number](Connection& connection) {
                       return Tables::key_of(connection, domain, number);
                     });
  }

  void fetch(std::uint64_t number, typename Engine::Need need, std::uint64_t after,
             Then<typename Engine::Facts> then) override {
    ask<typename Engine::Facts>({after, std::to_string(number), number}, std::move(then),
                                [domain = domain_, number, need](Connection& connection) {
                                  return Tables::fetch(connection, domain, number, need);
                                });
  }

  void read(typename Engine::Read read, std::uint64_t after,
            Then<typename Engine::ReadResult> then) override {
    ask<typename Engine::ReadResult>({after, "read", entity_of(read)}, std::move(then),
                                     [domain = domain_, read](Connection& connection) {
                                       return Tables::read(connection, domain, read);
                                     });
  }

  void pending_keys(std::string from, Timestamp until, std::size_t limit,
                    Then<std::vector<std::string>> then) override {
    ask<std::vector<std::string>>({0, "pending", 0}, std::move(then),
                                  [domain = domain_, from, until, limit](Connection& connection) {
                                    return Tables::pending_keys(connection, domain, from, until,
                                                                limit);
                                  });
  }

  void outbox(std::uint64_t from, std::size_t limit, Then<OutboxRows> then) override {
    const OutboxQuery query{domain_,
                            service_name(static_cast<const typename Engine::Change*>(nullptr)),
                            from, first_seq_, limit};
    ask<OutboxRows>({0, "outbox", 0}, std::move(then),
                    [query](Connection& connection) { return read_outbox(connection, query); });
  }

 private:
  struct Question {
    std::uint64_t after = 0;
    std::string key;           ///< for the log
    std::uint64_t number = 0;  ///< of the entity that it is about, unless `key` is its name; or 0
  };

  template <class T, class Find>
  void ask(const Question& question, Then<T> then, Find find) {
    Readers::Lookup lookup;
    lookup.after = question.after;
    lookup.key = domain_ + " " + question.key;
    lookup.key_of = [domain = domain_, asked = question.number](Connection& connection,
                                                                std::uint64_t number) {
      const std::uint64_t of = number != 0 ? number : asked;
      const std::string key = of != 0 ? Tables::key_of(connection, domain, of) : std::string();
      return key.empty() ? std::string() : domain + " " + key;
    };
    // Shared by the two ways in which it may end; one of them runs, once.
    auto told = std::make_shared<Then<T>>(std::move(then));
    lookup.run = [told, find = std::move(find)](Connection& connection) -> std::function<void()> {
      // Shared because a std::function is copyable and the result may not be worth a copy.
      auto found = std::make_shared<dispatch::Found<T>>(find(connection));
      return [told, found] { (*told)(std::move(*found)); };
    };
    lookup.fail = [told](dispatch::ReadFault fault) { (*told)(fault); };
    readers_.ask(std::move(lookup));
  }

  Readers& readers_;
  const std::uint64_t& first_seq_;  // loop thread only
  std::string domain_;
};

}  // namespace stoa::store::postgres
