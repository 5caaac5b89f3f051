#include <doctest/doctest.h>

#include "world.hpp"

using toy::World;
using Lines = std::vector<std::string>;

namespace {

const std::string make =
    "<iq type='set' id='1' from='romeo@montague.lit/orchard' to='a@toy.lit'>"
    "<make xmlns='toy'/></iq>";
const std::string put =
    "<iq type='set' id='2' from='romeo@montague.lit/orchard' to='a@toy.lit'>"
    "<put xmlns='toy' id='x'>text</put></iq>";
const std::string stand = "<presence from='juliet@capulet.lit/balcony' to='a@toy.lit'/>";

}  // namespace

TEST_CASE("after a crash, broadcasts that were not proved go again to those who are there") {
  World first;
  first.ask(make);
  first.ask(stand);
  first.journal.stop_after(first.journal.tried() + 1);
  CHECK(first.ask(put).empty());

  World second(1, {}, first.disk.last_seq);
  second.disk = first.disk;
  second.tables[0]->shadow = first.tables[0]->shadow;
  REQUIRE(second.disk.outbox.size() == 1);
  second.dispatcher.recover("toy.lit");
  second.turn();
  const Lines lines = second.taken();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("to='juliet@capulet.lit/balcony'") != std::string::npos);
  CHECK(lines[0].find(">text<") != std::string::npos);
  // A mark follows the last of them, so that they are not sent once more after the next crash.
  CHECK(second.wire.marks == std::vector<std::uint64_t>{0, second.disk.last_seq});
  second.dispatcher.delivered("toy.lit", second.wire.marks.back());
  second.turn();
  CHECK(second.disk.outbox.empty());
}

TEST_CASE("what came in during recovery is handled after it") {
  World world;
  world.dispatcher.recover("toy.lit");
  world.give(make);
  CHECK(world.taken().empty());
  world.turn();
  CHECK(world.taken().size() == 1);
}

TEST_CASE("proof of delivery removes the outbox rows") {
  World world;
  world.ask(make);
  world.ask(stand);
  world.ask(put);
  REQUIRE(world.disk.outbox.size() == 1);
  const std::uint64_t mark = world.wire.marks.back();
  CHECK(mark == world.disk.outbox.front().first);
  world.dispatcher.delivered("toy.lit", mark);
  world.turn();
  CHECK(world.disk.outbox.empty());
}

TEST_CASE("marks: only the last output of a commit says that everything before it is out") {
  World world;
  world.ask(make);
  world.ask(stand);
  world.ask(put);
  REQUIRE(world.wire.marks.size() >= 2);
  CHECK(world.wire.marks.back() == world.disk.last_seq);
  CHECK(world.wire.marks[world.wire.marks.size() - 2] == world.disk.last_seq - 1);
}
