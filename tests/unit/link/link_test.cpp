#include <doctest/doctest.h>

#include <stoa/link/link.hpp>

#include "unit/link/fake_server.hpp"

using namespace std::chrono_literals;

namespace stoa::link::testing {
namespace {

constexpr std::string_view request =
    "<iq type='get' id='1' from='a@b/c' to='rooms.example.org'><query xmlns='x'/></iq>";

}  // namespace

TEST_CASE("the server of a component's domain is the domain without its first label") {
  CHECK(server_of("services.example.org") == "example.org");
  CHECK(server_of("localhost") == "localhost");
}

TEST_CASE("the handshake is the SHA-1 of stream id and secret [MUC-COMP-01]") {
  Fixture f;
  REQUIRE(f.start_and_accept());
  // printf abcsesame | sha1sum
  CHECK(f.server.last().has("<handshake>6680c93d30848c2f0243a3f360bf17b9dabafccc</handshake>"));
  CHECK(f.link->up());
}

TEST_CASE("refusals of the server are told apart [MUC-COMP-01]") {
  const std::pair<const char*, Fault> refusals[] = {
      {"not-authorized", Fault::not_authorized},
      {"host-unknown", Fault::host_unknown},
      {"conflict", Fault::conflict},
      {"undefined-condition", Fault::stream_error},
  };
  for (const auto& [condition, fault] : refusals) {
    Fixture f;
    f.start();
    REQUIRE(f.until([&] { return !f.server.peers.empty() && f.server.last().has(">"); }));
    f.server.last().write(std::string(header) + error_text(condition));
    REQUIRE(f.until([&] { return !f.told.downs.empty(); }));
    CHECK(f.told.downs[0].fault == fault);
    CHECK_FALSE(f.told.downs[0].was_up);
    CHECK(f.told.ups == 0);
    CHECK(f.until([&] { return f.server.peers.size() >= 2; }));  // it tries again
  }
}

TEST_CASE("where nobody listens it says so, and connects as soon as somebody does [MUC-COMP-01]") {
  Fixture f;
  f.server.stop_listening();
  f.start();
  REQUIRE(f.until([&] { return f.told.downs.size() >= 3; }));
  CHECK(f.told.downs[0].fault == Fault::connect);
  f.server.listen();
  CHECK(f.accept());
}

TEST_CASE("stanzas come in order, wherever the bytes are split") {
  Fixture f;
  REQUIRE(f.start_and_accept());
  const std::string text = std::string(request) +
                           " <message from='a@b' to='r@rooms.example.org'>"
                           "<body>\xC3\xA4&amp;</body></message>";
  std::size_t expected = 0;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    f.server.last().write(text.substr(0, cut));
    f.loop.restart();
    f.loop.run_for(0ms);
    f.server.last().write(text.substr(cut));
    expected += 2;
    REQUIRE(f.until([&] { return f.told.stanzas.size() == expected; }));
    CHECK(f.told.stanzas[expected - 2].kind == StanzaKind::iq);
    CHECK(f.told.stanzas[expected - 1].kind == StanzaKind::message);
  }
}

TEST_CASE(
    "DTD, processing instruction, comment and an unknown entity end the stream [MUC-LIM-10]") {
  for (const char* forbidden :
       {"<!-- c -->", "<?pi x?>", "<!DOCTYPE x>", "<message>&nbsp;</message>"}) {
    Fixture f;
    REQUIRE(f.start_and_accept());
    f.server.last().write(forbidden);
    REQUIRE(f.until([&] { return !f.told.downs.empty(); }));
    CHECK(f.told.downs[0].fault == Fault::protocol);
    REQUIRE(f.until([&] { return f.server.peers[0]->closed; }));
    CHECK(f.server.peers[0]->has("<stream:error>"));
    CHECK(f.server.peers[0]->has("</stream:error></stream:stream>"));
  }
}

TEST_CASE("an oversized stanza ends the stream with policy-violation [MUC-LIM-10]") {
  Fixture f;
  f.settings.incoming.stanza_bytes = 10'000;
  REQUIRE(f.start_and_accept());
  f.server.last().write("<message from='a@b' to='r@rooms.example.org'><body>" +
                        std::string(11'000, 'x'));
  REQUIRE(f.until([&] { return f.server.peers[0]->closed; }));
  CHECK(f.server.peers[0]->has("<policy-violation"));
}

TEST_CASE("what is neither iq, message nor presence ends the stream") {
  Fixture f;
  REQUIRE(f.start_and_accept());
  f.server.last().write("<route from='a@b' to='r@rooms.example.org'/>");
  REQUIRE(f.until([&] { return f.server.peers[0]->closed; }));
  CHECK(f.server.peers[0]->has("<unsupported-stanza-type"));
}

TEST_CASE("a stanza without from is dropped and the stream goes on [MUC-COMP-03]") {
  Fixture f;
  REQUIRE(f.start_and_accept());
  f.server.last().write("<message to='rooms.example.org'/>" + std::string(request));
  REQUIRE(f.until([&] { return f.told.stanzas.size() == 1; }));
  CHECK(f.told.stanzas[0].kind == StanzaKind::iq);
  CHECK(f.link->counters().undecodable == 1);
}

TEST_CASE("output is proved by a ping and its mark is told; the answer is nobody else's") {
  for (const char* type : {"result", "error"}) {
    Fixture f;
    REQUIRE(f.start_and_accept());
    f.link->send(message("one"), 41);
    f.link->send(message("two"), 42);
    REQUIRE(f.until([&] { return f.server.last().has("urn:xmpp:ping"); }));
    CHECK(f.server.last().has("<body>one</body></message><message"));
    CHECK(f.told.delivered == 0);
    const std::string& got = f.server.last().got;
    const auto id = got.find("stoa-ping-");
    f.server.last().write("<iq type='" + std::string(type) +
                          "' from='example.org' to='rooms.example.org' id='" +
                          got.substr(id, got.find('\'', id) - id) + "'/>");
    REQUIRE(f.until([&] { return f.told.delivered == 42; }));
    CHECK(f.told.stanzas.empty());
    CHECK(f.link->counters().outbox_bytes == 0);
  }
}

TEST_CASE("a ping's answer from anybody else proves nothing") {
  Fixture f;
  REQUIRE(f.start_and_accept());
  f.link->send(message("one"), 41);
  REQUIRE(f.until([&] { return f.server.last().has("urn:xmpp:ping"); }));
  const std::string& got = f.server.last().got;
  const auto id = got.find("stoa-ping-");
  f.server.last().write("<iq type='result' from='evil.example' to='rooms.example.org' id='" +
                        got.substr(id, got.find('\'', id) - id) + "'/>");
  REQUIRE(f.until([&] { return f.told.stanzas.size() == 1; }));
  CHECK(f.told.delivered == 0);
}

TEST_CASE("after a break what was not proved is written again, presence is not [MUC-PERS-08]") {
  Fixture f;
  f.settings.ping_delay = 1h;
  f.settings.ping_every = 2;
  REQUIRE(f.start_and_accept());
  f.link->send(message("one"), 1);
  f.link->send(message("two"), 2);
  REQUIRE(f.until([&] { return f.server.last().answer_pings() == 1; }));
  REQUIRE(f.until([&] { return f.told.delivered == 2; }));
  f.link->send(message("three"), 3);
  f.link->send(message("shown", Redelivery::drop));
  REQUIRE(f.until([&] { return f.server.last().has("shown"); }));
  f.server.last().close();
  REQUIRE(f.until([&] { return f.told.downs.size() == 1; }));
  CHECK(f.told.downs[0].was_up);
  f.link->send(message("four"), 4);
  REQUIRE(f.accept(2));
  REQUIRE(f.until([&] { return f.server.last().has("four"); }));
  CHECK(f.server.last().has(message("three").head + message("four").head));
  CHECK_FALSE(f.server.last().has("two"));
  CHECK_FALSE(f.server.last().has("shown"));
  REQUIRE(f.until([&] { return f.server.last().answer_pings() == 1; }));
  CHECK(f.until([&] { return f.told.delivered == 4; }));
}

TEST_CASE("an unanswered ping means a dead link") {
  Fixture f;
  f.settings.idle_ping = 5ms;
  f.settings.ping_timeout = 20ms;
  REQUIRE(f.start_and_accept());
  REQUIRE(f.until([&] { return f.told.downs.size() == 1; }));
  CHECK(f.told.downs[0].fault == Fault::timeout);
  CHECK(f.accept(2));
}

TEST_CASE("an idle link is pinged and stays") {
  Fixture f;
  f.settings.idle_ping = 2ms;
  f.settings.ping_timeout = 2s;
  REQUIRE(f.start_and_accept());
  int pings = 0;
  REQUIRE(f.until([&] { return (pings += f.server.last().answer_pings()) >= 5; }));
  CHECK(f.told.downs.empty());
}

TEST_CASE("while the outbox is congested nothing is handed over") {
  Fixture f;
  f.settings.high_water = 4 * 1024 * 1024;
  f.settings.low_water = 1024 * 1024;
  f.settings.ping_delay = 1h;
  REQUIRE(f.start_and_accept());
  f.server.last().reading = false;
  f.told.then = [&] {
    for (int i = 0; i < 30; ++i) f.link->send(message(std::string(100'000, 'x'), Redelivery::drop));
  };
  for (int i = 0; i < 20; ++i) f.server.last().write(request);
  REQUIRE(f.until([&] { return f.link->congested(); }));
  const std::size_t before = f.told.stanzas.size();
  CHECK(before < 10);
  f.loop.restart();
  f.loop.run_for(20ms);
  CHECK(f.told.stanzas.size() == before);
  CHECK(f.link->counters().outbox_bytes < 16 * 1024 * 1024);
  f.told.then = nullptr;
  f.server.last().reading = true;
  f.server.last().start();
  CHECK(f.until([&] { return f.told.stanzas.size() == 20; }));
}

TEST_CASE("a paused link hands nothing over, but proofs still come") {
  Fixture f;
  REQUIRE(f.start_and_accept());
  f.link->pause();
  f.server.last().write(request);
  f.link->send(message("one"), 9);
  REQUIRE(f.until([&] { return f.server.last().answer_pings() == 1; }));
  REQUIRE(f.until([&] { return f.told.delivered == 9; }));
  CHECK(f.told.stanzas.empty());
  f.link->resume();
  CHECK(f.until([&] { return f.told.stanzas.size() == 1; }));
}

TEST_CASE("what a paused link holds back is bounded, and nothing of it is lost") {
  Fixture f;
  f.settings.held_bytes = 200'000;
  REQUIRE(f.start_and_accept());
  f.link->pause();
  for (int i = 0; i < 10'000; ++i) f.server.last().write(request);
  f.loop.restart();
  f.loop.run_for(50ms);
  CHECK(f.link->counters().bytes_in < 300'000);
  f.link->resume();
  CHECK(f.until([&] { return f.told.stanzas.size() == 10'000; }));
}

TEST_CASE("a stanza above the limit never reaches the server [MUC-LIM-05]") {
  Fixture f;
  REQUIRE(f.start_and_accept());
  f.link->send(message(std::string(300 * 1024, 'x')), 5);
  f.link->send(message("small"), 6);
  REQUIRE(f.until([&] { return f.server.last().answer_pings() == 1; }));
  REQUIRE(f.until([&] { return f.told.delivered == 6; }));
  CHECK_FALSE(f.server.last().has("xxx"));
  CHECK(f.link->counters().dropped_too_large == 1);
}

TEST_CASE("an orderly stop writes and proves what waits, then closes the stream") {
  Fixture f;
  f.settings.ping_delay = 1h;
  REQUIRE(f.start_and_accept());
  f.link->send(message("last"), 3);
  bool stopped = false;
  f.link->stop([&] { stopped = true; });
  REQUIRE(f.until([&] { return f.server.last().answer_pings() == 1; }));
  REQUIRE(f.until([&] { return f.server.last().has("</stream:stream>"); }));
  CHECK(f.told.delivered == 3);
  CHECK_FALSE(stopped);
  f.server.last().write("</stream:stream>");
  REQUIRE(f.until([&] { return stopped; }));
  CHECK(f.told.downs.back().fault == Fault::stopped);
  CHECK(f.server.peers.size() == 1);
}

TEST_CASE("a stop does not wait for ever, neither for a silent server nor for none") {
  for (const bool connected : {true, false}) {
    Fixture f;
    f.settings.close_timeout = 20ms;
    if (!connected) f.settings.port = 1;
    f.start();
    if (connected) REQUIRE(f.accept());
    if (!connected) REQUIRE(f.until([&] { return !f.told.downs.empty(); }));
    bool stopped = false;
    f.link->send(message("last"), 3);
    f.link->stop([&] { stopped = true; });
    CHECK(f.until([&] { return stopped; }));
  }
}

TEST_CASE("a link may be destroyed at any time") {
  Fixture f;
  REQUIRE(f.start_and_accept());
  f.link->send(message("last"), 3);
  f.link.reset();
  CHECK(f.until([&] { return f.server.last().closed; }));
  CHECK(f.told.downs.empty());
}

}  // namespace stoa::link::testing
