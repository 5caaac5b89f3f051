#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <stoa/dispatch/metrics.hpp>
#include <stoa/dispatch/release.hpp>

using namespace stoa;

namespace {

struct Wire final : dispatch::Outlet {
  std::vector<std::string> written;
  std::vector<std::uint64_t> marks;
  void send(Outgoing outgoing, std::uint64_t mark) override {
    if (outgoing.count() > 0) written.push_back(outgoing.head);
    marks.push_back(mark);
  }
  bool congested() const override { return false; }
};

Outgoing text(std::string words) {
  Outgoing out;
  out.head = std::move(words);
  return out;
}

}  // namespace

TEST_CASE("what is held is counted in bytes until it goes or is cancelled") {
  dispatch::Metrics metrics;
  dispatch::Release release(metrics);
  Wire wire;

  release.put(wire, text("at once"), 0, 1);
  CHECK(release.held_bytes() == 0);

  release.put(wire, text("12345"), 1, 2);
  release.put(wire, text("123"), 2, 3);
  release.put(wire, text("1234567"), 2, 4);
  release.put(wire, text("12"), 3, 5);
  CHECK(release.held() == 4);
  CHECK(release.held_bytes() == 17);

  release.cancel(3);
  CHECK(release.held_bytes() == 14);
  release.committed(1);
  CHECK(release.held_bytes() == 9);
  release.free(5);
  CHECK(release.held_bytes() == 7);
  release.committed(2);
  CHECK(release.held_bytes() == 0);
  CHECK(release.held() == 0);
  CHECK(wire.written == std::vector<std::string>{"at once", "12345", "12", "1234567"});
}

TEST_CASE("units are open from their sequence number until they are settled") {
  dispatch::Metrics metrics;
  dispatch::Release release(metrics, 40);
  CHECK(metrics.units_open == 0);

  CHECK(release.next_seq() == 41);
  CHECK(release.next_seq() == 42);
  CHECK(metrics.units_open == 2);
  release.committed(41);
  CHECK(metrics.units_open == 1);
  release.committed(42);
  CHECK(metrics.units_open == 0);
}

TEST_CASE("marks that were withheld are given behind what was said meanwhile and waits") {
  using Marks = std::vector<std::uint64_t>;
  dispatch::Metrics metrics;
  dispatch::Release release(metrics, 40);
  Wire wire;

  release.withhold_marks(wire);
  release.withhold_marks(wire);
  release.put(wire, text("of an earlier run"), 0, 0);
  const std::uint64_t seq = release.next_seq();
  release.put(wire, text("behind a change"), seq, 0);
  release.give_marks(wire, 0);
  release.give_marks(wire, seq);
  CHECK(wire.marks == Marks{0});

  release.committed(seq);
  CHECK(wire.written == std::vector<std::string>{"of an earlier run", "behind a change"});
  CHECK(wire.marks == Marks{0, 0, seq});

  release.withhold_marks(wire);
  release.give_marks(wire, 0);
  CHECK(wire.marks.size() == 3);
}
