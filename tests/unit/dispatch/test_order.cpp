#include <doctest/doctest.h>

#include <stoa/dispatch/settle.hpp>
#include <stoa/stanza/translate.hpp>

#include "world.hpp"

using toy::World;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* romeo = "romeo@montague.lit/orchard";

std::string iq(const std::string& type, const std::string& id, const std::string& payload,
               const std::string& shelf = "a", const std::string& from = romeo) {
  return "<iq type='" + type + "' id='" + id + "' from='" + from + "' to='" + shelf + "@toy.lit'>" +
         payload + "</iq>";
}

/// kind, type and id of each line, e.g. "iq result 1".
Lines heads(const Lines& lines) {
  Lines result;
  for (const std::string& line : lines) {
    const auto element = stoa::xml::parse(line, "jabber:client");
    REQUIRE(element.ok());
    const stoa::xml::Element& it = element.value();
    result.push_back(it.name() + " " + std::string(it.attr_or("type", "-")) + " " +
                     std::string(it.attr_or("id", "-")));
  }
  return result;
}

std::string condition(const std::string& line) {
  const auto element = stoa::xml::parse(line, "jabber:client");
  REQUIRE(element.ok());
  const auto* error = element.value().child("error", "jabber:client");
  return error && error->first_child() ? error->first_child()->name() : "none";
}

}  // namespace

TEST_CASE("a reply waits for the commit") {
  World world;
  auto weather = world.journal.weather();
  weather.waits = true;
  world.journal.set(weather);
  CHECK(world.ask(iq("set", "1", "<make xmlns='toy'/>")).empty());
  weather.waits = false;
  world.journal.set(weather);
  world.turn();
  CHECK(heads(world.taken()) == Lines{"iq result 1"});
}

TEST_CASE("pipelined requests are answered in their order, whatever they wait for") {
  World world;
  world.give(iq("set", "1", "<make xmlns='toy'/>"));
  world.give(iq("set", "2", "<put xmlns='toy' id='x'>text</put>"));
  world.give(iq("get", "3", "<things xmlns='toy'/>"));
  world.give(iq("get", "4", "<count xmlns='toy'/>"));
  world.give(iq("get", "5", "<shelves xmlns='toy'/>"));
  world.give(iq("get", "6", "<count xmlns='toy'/>", "b"));
  world.turn();
  const Lines lines = world.taken();
  CHECK(heads(lines) == Lines{"iq result 1", "iq result 2", "iq result 3", "iq result 4",
                              "iq result 5", "iq error 6"});
  CHECK(lines[2].find("id='x'") != std::string::npos);
  CHECK(lines[4].find(">1<") != std::string::npos);
}

TEST_CASE("what waited for an entity to load goes on only while its output has room, in order") {
  World world;
  const auto give = [&](const std::string& id) {  // each from a session of its own
    world.give(iq("get", id, "<count xmlns='toy'/>", "a", romeo + id));
  };
  for (int i = 1; i <= 6; ++i) give(std::to_string(i));
  world.wire.room = 2;
  world.turn();
  CHECK(heads(world.taken()) == Lines{"iq error 1", "iq error 2"});

  give("7");
  world.pass(std::chrono::milliseconds(2));
  CHECK(world.taken().empty());

  world.wire.room = 3;
  world.pass(std::chrono::milliseconds(2));
  CHECK(heads(world.taken()) == Lines{"iq error 3", "iq error 4", "iq error 5"});

  world.wire.room = 100;
  world.pass(std::chrono::milliseconds(2));
  CHECK(heads(world.taken()) == Lines{"iq error 6", "iq error 7"});
}

TEST_CASE("an entity with large broadcasts lets others go first while the link is busy") {
  stoa::dispatch::ServiceLimits limits;
  limits.bulky_bytes = 1;
  limits.queue = 8;
  World world(1, limits);
  const auto say = [&](const std::string& text) {  // each from a session of its own
    return world.ask("<message type='groupchat' from='" + std::string(romeo) + text +
                     "' to='a@toy.lit'><body>" + text + "</body></message>");
  };
  world.ask(iq("set", "1", "<make xmlns='toy'/>", "a"));
  world.ask(iq("set", "2", "<make xmlns='toy'/>", "b"));
  world.ask("<presence from='" + std::string(romeo) + "x' to='a@toy.lit'/>");
  REQUIRE(say("one").size() == 1);

  world.wire.occupied = true;
  CHECK(say("two").empty());
  CHECK(heads(world.ask(iq("get", "3", "<count xmlns='toy'/>", "b"))) == Lines{"iq result 3"});
  world.pass(std::chrono::milliseconds(2));
  CHECK(world.taken().empty());
  // Half of its queue may fill up; then one goes for each that comes.
  CHECK(say("three").empty());
  CHECK(say("four").empty());
  CHECK(say("five").size() == 1);

  world.wire.occupied = false;
  world.pass(std::chrono::milliseconds(2));
  const Lines rest = world.taken();
  REQUIRE(rest.size() == 3);
  CHECK(rest[0].find("three") != std::string::npos);
  CHECK(rest[2].find("five") != std::string::npos);
}

TEST_CASE("nobody is refused because an entity lets others go first, however full the link is") {
  stoa::dispatch::ServiceLimits limits;
  limits.bulky_bytes = 1;
  limits.queue = 8;
  World world(1, limits);
  const auto say = [&](const std::string& text) {
    return world.ask("<message type='groupchat' from='" + std::string(romeo) + text +
                     "' to='a@toy.lit'><body>" + text + "</body></message>");
  };
  world.ask(iq("set", "1", "<make xmlns='toy'/>", "a"));
  world.ask("<presence from='" + std::string(romeo) + "x' to='a@toy.lit'/>");
  REQUIRE(say("first").size() == 1);

  world.wire.occupied = true;
  world.wire.room = 0;
  Lines said;
  for (int i = 0; i < 20; ++i) {
    for (const std::string& line : say("number" + std::to_string(i))) said.push_back(line);
  }
  CHECK(said.size() >= 20 - limits.queue);
  world.wire.occupied = false;
  world.wire.room = 100;
  world.pass(std::chrono::milliseconds(2));
  for (const std::string& line : world.taken()) said.push_back(line);
  REQUIRE(said.size() == 20);
  for (std::size_t i = 0; i < said.size(); ++i) {
    CHECK(said[i].find("number" + std::to_string(i) + "<") != std::string::npos);
  }
}

TEST_CASE("an entity with large broadcasts waits while enough for the link waits for a commit") {
  stoa::dispatch::ServiceLimits limits;
  limits.bulky_bytes = 1;
  limits.busy_held_bytes = 1;
  World world(1, limits);
  const auto say = [&](const std::string& text) {
    world.give("<message type='groupchat' from='" + std::string(romeo) + text +
               "' to='a@toy.lit'><body>" + text + "</body></message>");
  };
  world.ask(iq("set", "1", "<make xmlns='toy'/>", "a"));
  world.ask("<presence from='" + std::string(romeo) + "x' to='a@toy.lit'/>");
  say("one");
  world.turn();
  world.taken();

  say("two");
  say("three");
  world.turn();  // the commit that "two" waits for, and no time for the queue
  const Lines first = world.taken();
  REQUIRE(first.size() == 1);
  CHECK(first[0].find("two") != std::string::npos);
  world.pass(std::chrono::milliseconds(2));
  const Lines second = world.taken();
  REQUIRE(second.size() == 1);
  CHECK(second[0].find("three") != std::string::npos);
}

TEST_CASE("create, then list: the list has it") {
  World world;
  world.give(iq("set", "1", "<make xmlns='toy'/>"));
  world.give("<iq type='get' id='2' from='" + std::string(romeo) +
             "' to='toy.lit'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
  world.turn();
  const Lines lines = world.taken();
  CHECK(heads(lines) == Lines{"iq result 1", "iq result 2"});
  CHECK(lines.back().find("a@toy.lit") != std::string::npos);
}

TEST_CASE("another sender is not held up by a look-up") {
  World world;
  world.ask(iq("set", "1", "<make xmlns='toy'/>"));
  world.give(iq("get", "2", "<things xmlns='toy'/>"));
  world.give(iq("get", "3", "<count xmlns='toy'/>", "a", "juliet@capulet.lit/balcony"));
  CHECK(heads(world.taken()) == Lines{"iq result 3"});
  world.turn();
  CHECK(heads(world.taken()) == Lines{"iq result 2"});
}

TEST_CASE("a refused unit is undone with what rests on it, and only its sender hears") {
  World world;
  world.ask(iq("set", "0", "<make xmlns='toy'/>", "other"));
  world.ask("<presence from='juliet@capulet.lit/balcony' to='a@toy.lit'/>");
  world.journal.fail_next(1);
  world.give(iq("set", "1", "<make xmlns='toy'/>"));
  world.turn();
  CHECK(condition(world.taken().at(0)) == "internal-server-error");

  world.ask(iq("set", "2", "<make xmlns='toy'/>"));
  world.journal.fail_next(1);
  world.give(iq("set", "3", "<put xmlns='toy' id='x'>1</put>"));
  world.give(iq("set", "4", "<put xmlns='toy' id='y'>2</put>"));
  world.give(iq("get", "5", "<count xmlns='toy'/>"));
  world.give(iq("get", "6", "<things xmlns='toy'/>"));
  world.turn();
  const Lines lines = world.taken();
  CHECK(heads(lines) == Lines{"iq error 3", "iq result 4", "iq result 5", "iq result 6"});
  CHECK(lines[2].find(">1<") != std::string::npos);
  CHECK(lines[3].find("id='x'") == std::string::npos);
  CHECK(lines[3].find("id='y'") != std::string::npos);
}

TEST_CASE("pipelined create, publish, subscribe: the store refuses the first") {
  World world;
  world.journal.fail_next(1);
  world.give(iq("set", "1", "<make xmlns='toy'/>"));
  world.give(iq("set", "2", "<put xmlns='toy' id='x'>1</put>"));
  world.give("<presence id='3' from='" + std::string(romeo) + "' to='a@toy.lit'/>");
  world.turn();
  const Lines lines = world.taken();
  CHECK(heads(lines) == Lines{"iq error 1", "iq error 2", "presence error 3"});
  CHECK(condition(lines[1]) == "item-not-found");
}

TEST_CASE("what was decided on an undone entity after the refusal is journalled again") {
  World world;
  world.ask(iq("set", "1", "<make xmlns='toy'/>"));
  world.journal.fail_next(1);
  world.give(iq("set", "2", "<put xmlns='toy' id='x'>1</put>"));
  world.give("<presence from='" + std::string(romeo) + "' to='a@toy.lit'/>");
  world.turn();
  CHECK(world.tables[0]->shadow.at("a").present.size() == 1);
  CHECK(world.tables[0]->shadow.at("a").things.empty());
}

TEST_CASE("while the store is away: refused after commit_timeout, chat goes on after the grace") {
  World world;
  world.ask(iq("set", "1", "<make xmlns='toy'/>"));
  world.ask("<presence from='" + std::string(romeo) + "' to='a@toy.lit'/>");
  auto weather = world.journal.weather();
  weather.away = true;
  world.journal.set(weather);
  const std::string message =
      "<message from='" + std::string(romeo) + "' to='a@toy.lit'><body>hi</body></message>";
  CHECK(world.ask(message).empty());
  world.pass(std::chrono::seconds(2));
  CHECK(heads(world.taken()) == Lines{"message - -"});
  CHECK(heads(world.ask(message)) == Lines{"message - -"});
  CHECK(world.ask(iq("set", "2", "<put xmlns='toy' id='x'>1</put>")).empty());
  CHECK(world.ask(message).empty());
  world.pass(std::chrono::seconds(5));
  const Lines lines = world.taken();
  CHECK(heads(lines) == Lines{"iq error 2", "message - -"});
  CHECK(condition(lines[0]) == "resource-constraint");
  const std::string unread = world.ask(iq("get", "3", "<count xmlns='toy'/>", "new")).at(0);
  CHECK(condition(unread) == "resource-constraint");
  CHECK(unread.find(">The store cannot be reached.<") != std::string::npos);
  weather.away = false;
  world.journal.set(weather);
  world.turn();
  CHECK(heads(world.ask(iq("get", "4", "<count xmlns='toy'/>"))) == Lines{"iq result 4"});
  CHECK(world.journal.empty());
}

TEST_CASE("what could not be read is not said to be unstored, in any language") {
  for (const auto why : {stoa::dispatch::ReadFault::away, stoa::dispatch::ReadFault::damaged}) {
    const stoa::StanzaError error = stoa::dispatch::read_failed(why);
    CHECK(error.type == stoa::ErrorType::wait);
    CHECK(error.text.find("stored.") == std::string::npos);
    CHECK(error.text.find("changed") == std::string::npos);
    CHECK(stoa::translate(error.text, "de").lang == "de");
  }
}

TEST_CASE("a request that is passed on gets no reply from its own step") {
  World world;
  world.ask(iq("set", "1", "<make xmlns='toy'/>"));
  CHECK(world.ask(iq("set", "2", "<pass xmlns='toy'/>")).empty());
}

TEST_CASE("timers: an entity gets its Tick when its deadline has come") {
  World world;
  world.ask(iq("set", "1", "<make xmlns='toy'/>"));
  world.ask("<presence from='" + std::string(romeo) + "' to='a@toy.lit'/>");
  world.ask(iq("set", "2", "<alarm xmlns='toy' in='10'/>"));
  CHECK(world.dispatcher.deadline() == world.clock.time + std::chrono::seconds(10));
  world.pass(std::chrono::seconds(9));
  CHECK(world.taken().empty());
  world.pass(std::chrono::seconds(1));
  CHECK(heads(world.taken()) == Lines{"message - -"});
  CHECK(!world.dispatcher.deadline());
}

TEST_CASE("a Tick that is not stored is tried again later") {
  World world;
  world.ask(iq("set", "1", "<make xmlns='toy'/>"));
  world.ask("<presence from='" + std::string(romeo) + "' to='a@toy.lit'/>");
  world.ask(iq("set", "2", "<alarm xmlns='toy' in='10'/>"));
  world.journal.fail_next(1);
  world.pass(std::chrono::seconds(10));
  CHECK(world.taken().empty());
  world.pass(std::chrono::seconds(30));
  CHECK(heads(world.taken()) == Lines{"message - -"});
}

TEST_CASE("idle entities are evicted beyond the byte budget and come back as they were") {
  stoa::dispatch::ServiceLimits limits;
  limits.memory_bytes = 20'000;
  World world(1, limits);
  for (int i = 0; i < 200; ++i) {
    world.ask(iq("set", "1", "<make xmlns='toy'/>", "s" + std::to_string(i)));
    world.ask(iq("set", "2", "<put xmlns='toy' id='x'>1</put>", "s" + std::to_string(i)));
  }
  CHECK(world.services[0]->entities() < 100);
  const Lines lines = world.ask(iq("get", "3", "<count xmlns='toy'/>", "s0"));
  CHECK(lines.at(0).find(">1<") != std::string::npos);
  CHECK(world.common.metrics.evictions > 0);
}
