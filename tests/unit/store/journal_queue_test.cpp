#include <chrono>

#include <doctest/doctest.h>

#include "store/postgres/queue.hpp"

using namespace stoa;
using namespace stoa::store::postgres;
using namespace std::chrono_literals;
using dispatch::Refusal;
using Time = std::chrono::steady_clock::time_point;

namespace {

constexpr JournalQueue::Limits large{1000, 1000};
const Time start = Time() + 1h;

struct Queue : JournalQueue {
  explicit Queue(Limits limits = large) : JournalQueue(limits) {}

  void add(std::uint64_t seq, dispatch::EntityTag entity, Time since = start,
           Durability durability = Durability::hard) {
    QueuedUnit unit;
    unit.seq = seq;
    unit.entity = entity;
    unit.since = since;
    unit.durability = durability;
    unit.bytes = 1;
    append(std::move(unit));
  }

  /// The seqs of the next batch, `-seq` for those refused on the way.
  std::vector<int> next(Limits limits = large) {
    std::vector<int> seqs;
    Batch batch = take(limits);
    for (const Refused& refused : batch.refused) seqs.push_back(-static_cast<int>(refused.seq));
    for (const QueuedUnit& unit : batch.units) seqs.push_back(static_cast<int>(unit.seq));
    return seqs;
  }
};

using Seqs = std::vector<int>;

}  // namespace

TEST_CASE("units are taken in order, as many as are asked for") {
  Queue queue;
  for (std::uint64_t seq = 1; seq <= 5; ++seq) queue.add(seq, seq);
  CHECK(queue.settled(0) == 0);
  CHECK(queue.next({3, 100}) == Seqs{1, 2, 3});
  CHECK(queue.settled(1) == 0);
  CHECK(queue.settled(0) == 3);
  CHECK(queue.next({100, 1}) == Seqs{4});
  CHECK(queue.next() == Seqs{5});
  CHECK(queue.settled(0) == 5);
  CHECK(queue.empty());
}

TEST_CASE("units that are put back are the next again") {
  Queue queue;
  queue.add(1, 1);
  queue.add(2, 2);
  auto batch = queue.take(large);
  queue.add(3, 3);
  queue.put_back(std::move(batch.units));
  CHECK(queue.units() == 3);
  CHECK(queue.settled(0) == 0);
  CHECK(queue.next() == Seqs{1, 2, 3});
}

TEST_CASE("a blocked entity's units are skipped up to its resume") {
  Queue queue;
  queue.add(1, 7);
  queue.block(7);
  queue.add(2, 8);
  queue.resume(7);
  queue.add(3, 7);
  CHECK(queue.next() == Seqs{2});
  CHECK(queue.next() == Seqs{3});
}

TEST_CASE("a unit that finds the queue full is refused in its turn, its followers are not kept") {
  Queue queue({2, 100});
  queue.add(1, 7);
  queue.add(2, 8);
  queue.add(3, 7);
  queue.add(4, 7);
  CHECK(queue.units() == 2);
  CHECK(queue.next() == Seqs{1, 2});
  CHECK(queue.settled(1) == 0);
  queue.add(5, 8);
  CHECK(queue.next() == Seqs{-3, 5});
  queue.resume(7);
  queue.add(6, 7);
  CHECK(queue.next() == Seqs{6});
  CHECK(queue.settled(0) == 6);
}

TEST_CASE("hard units whose time is over go, with what follows of their entity; chat stays") {
  Queue queue;
  queue.add(1, 7, start, Durability::chat);
  queue.add(2, 7, start);
  queue.add(3, 7, start + 1s, Durability::chat);
  queue.add(4, 8, start + 2s);
  CHECK(queue.expire(start).empty());
  const auto refused = queue.expire(start + 1s);
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].seq == 2);
  CHECK(refused[0].why == Refusal::timeout);
  CHECK(queue.settled(0) == 0);
  queue.add(5, 7, start + 2s);
  queue.resume(7);
  queue.add(6, 7, start + 2s);
  CHECK(queue.expire(start + 1s).empty());
  CHECK(queue.next() == Seqs{1});
  CHECK(queue.next() == Seqs{4});
  CHECK(queue.next() == Seqs{6});
}

TEST_CASE("an earlier unit that is refused after a later one has a resume of its own") {
  Queue queue;
  queue.add(1, 7, start, Durability::chat);
  queue.add(2, 7, start);
  CHECK(queue.expire(start + 1s).size() == 1);
  queue.resume(7);
  queue.add(3, 7, start + 5s);
  CHECK(queue.next() == Seqs{1});
  queue.block(7);
  queue.add(4, 7, start + 5s);
  queue.resume(7);
  queue.add(5, 7, start + 5s);
  CHECK(queue.next() == Seqs{5});
}
