#include <doctest/doctest.h>

#include <stoa/link/outbox.hpp>

using namespace std::chrono_literals;

namespace stoa::link {
namespace {

OutboxSettings settings() {
  OutboxSettings s;
  s.domain = "rooms.example.org";
  s.server = "example.org";
  s.token = "token-";
  return s;
}

Outgoing one(const std::string& body, Redelivery redelivery = Redelivery::keep) {
  Outgoing out;
  out.head = "<message from='rooms.example.org' to='a@b'><body>" + body + "</body></message>";
  out.redelivery = redelivery;
  return out;
}

Outgoing reply() {
  Outgoing out;
  out.head = "<iq type='result' id='1' from='rooms.example.org' to='a@b'/>";
  return out;
}

Outgoing broadcast(std::size_t recipients) {
  auto set = std::make_shared<RecipientSet>();
  for (std::size_t i = 0; i < recipients; ++i) {
    set->add(*Jid::parse("u" + std::to_string(i) + "@example.org/r"), "t" + std::to_string(i));
  }
  return {"<message from='r@rooms.example.org/n' to='", "' id='x", "'/>", set, Redelivery::keep};
}

std::string drain(Outbox& outbox, std::size_t chunk_bytes = 4096) {
  Chunk chunk(chunk_bytes);
  std::string all;
  while (outbox.has_output()) {
    chunk.clear();
    outbox.fill(chunk);
    REQUIRE_FALSE(chunk.empty());
    all += chunk.view();
  }
  return all;
}

std::string without_pings(std::string text) {
  const std::string end = "<ping xmlns='urn:xmpp:ping'/></iq>";
  for (auto begin = text.find("<iq type='get'"); begin != std::string::npos;
       begin = text.find("<iq type='get'")) {
    text.erase(begin, text.find(end, begin) + end.size() - begin);
  }
  return text;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

const Steady now;

}  // namespace

TEST_CASE("whatever the size of the chunk, the bytes and their order are the same") {
  std::string expected;
  broadcast(700).append_to(expected);
  one("after").append_to(expected);
  for (const std::size_t size : {200u, 333u, 4096u, 1u << 20}) {
    Outbox outbox(settings());
    outbox.send(broadcast(700), 0, now);
    outbox.send(one("after"), 0, now);
    CHECK(outbox.bytes() == expected.size());
    CHECK(drain(outbox, size) == expected);
    CHECK(outbox.stanzas_written() == 701);
    CHECK(outbox.bytes() < 2048);  // kept: one broadcast, not its copies
  }
}

TEST_CASE("a ping goes between stanzas after so many of them, inside a broadcast too") {
  OutboxSettings s = settings();
  s.ping_every = 100;
  Outbox outbox(s);
  outbox.send(broadcast(250), 0, now);
  const std::string text = drain(outbox, 1000);
  CHECK(count(text, "urn:xmpp:ping") == 2);
  CHECK(text.find("id='token-1'") != std::string::npos);
  CHECK(outbox.awaits_proof());
  CHECK(outbox.unpinged());
  std::string expected;
  broadcast(250).append_to(expected);
  CHECK(without_pings(text) == expected);
}

TEST_CASE("an answer proves what was written before its ping and nothing more") {
  Outbox outbox(settings());
  outbox.send(one("1"), 11, now);
  outbox.send(one("2"), 12, now);
  outbox.want_ping();
  drain(outbox);
  outbox.send(one("3"), 13, now);
  drain(outbox);
  CHECK(outbox.prove("token-2") == 0);
  CHECK(outbox.prove("token-x") == 0);
  CHECK(outbox.prove("token-1") == 12);
  CHECK(outbox.prove("token-1") == 0);
  outbox.rewind(now);
  CHECK(drain(outbox) == one("3").head);
  outbox.want_ping();
  drain(outbox);
  CHECK(outbox.prove("token-2") == 13);
  CHECK(outbox.settled());
  CHECK(outbox.bytes() == 0);
}

TEST_CASE("after a break a broadcast goes on where it was proved") {
  OutboxSettings s = settings();
  s.ping_every = 100;
  Outbox outbox(s);
  outbox.send(broadcast(250), 5, now);
  drain(outbox);
  CHECK(outbox.prove("token-2") == 0);
  outbox.rewind(now);
  const std::string again = drain(outbox);
  CHECK(count(again, "<message") == 50);
  CHECK(again.find("u199@") == std::string::npos);
  CHECK(again.find("u200@") != std::string::npos);
}

TEST_CASE("written presence is not written again, waiting presence is") {
  Outbox outbox(settings());
  outbox.send(one("old presence", Redelivery::drop), 3, now);
  outbox.send(one("message"), 4, now);
  drain(outbox);
  outbox.send(one("new presence", Redelivery::drop), 5, now);
  outbox.rewind(now);
  CHECK(drain(outbox) == one("message").head + one("new presence").head);
  outbox.want_ping();
  drain(outbox);
  CHECK(outbox.prove("token-1") == 5);
}

TEST_CASE("old replies are not redelivered, old messages are") {
  Outbox outbox(settings());
  outbox.send(reply(), 0, now);
  outbox.send(one("message"), 0, now);
  drain(outbox);
  outbox.send(reply(), 0, now + 50s);
  outbox.rewind(now + 61s);
  CHECK(drain(outbox) == one("message").head + reply().head);
}

TEST_CASE("a stanza above the limit is not written, its mark is delivered in its turn") {
  Outbox outbox(settings());
  CHECK(outbox.send(one(std::string(300 * 1024, 'x')), 7, now) == Outbox::Taken::too_large);
  CHECK(outbox.send(one("fits"), 8, now) == Outbox::Taken::yes);
  outbox.want_ping();
  CHECK(without_pings(drain(outbox)) == one("fits").head);
  CHECK(outbox.prove("token-1") == 8);
}

TEST_CASE("a full outbox takes no more") {
  OutboxSettings s = settings();
  s.capacity = 1000;
  Outbox outbox(s);
  CHECK(outbox.send(one(std::string(1000, 'x')), 0, now) == Outbox::Taken::yes);
  CHECK(outbox.send(one("more"), 0, now) == Outbox::Taken::full);
}

TEST_CASE("congestion begins above the high mark and ends below the low one") {
  OutboxSettings s = settings();
  s.high_water = 3000;
  s.low_water = 1000;
  Outbox outbox(s);
  for (int i = 0; i < 20; ++i) outbox.send(one(std::string(100, 'x'), Redelivery::drop), 0, now);
  CHECK(outbox.congested());
  Chunk chunk(1200);
  outbox.fill(chunk);
  CHECK(outbox.congested());
  drain(outbox);
  CHECK_FALSE(outbox.congested());
}

namespace {

/// A piece of the list of who is in a room, of that many bytes or more.
Outgoing piece_for(const std::string& reader, std::size_t bytes) {
  Outgoing out;
  out.stanzas = 0;
  while (out.head.size() < bytes) {
    out.head += "<presence from='big@rooms.example.org/n" + std::to_string(out.stanzas++) +
                "' to='" + reader + "'/>";
  }
  out.largest = 200;
  out.redelivery = Redelivery::drop;
  return out;
}

Outgoing message_of(const std::string& room, const std::string& reader, const std::string& body) {
  Outgoing out;
  out.head = "<message from='" + room + "@rooms.example.org/n' to='" + reader + "'><body>" + body +
             "</body></message>";
  return out;
}

std::size_t place(const std::string& text, const std::string& part) {
  const std::size_t at = text.find(part);
  REQUIRE_MESSAGE(at != std::string::npos, part);
  return at;
}

}  // namespace

TEST_CASE("the list of a crowd lets other rooms go on [MUC-ENTER-34]") {
  Outbox outbox(settings());
  for (int i = 0; i < 15; ++i) outbox.send(piece_for("new@example.org/r", 128 * 1024), 0, now);
  outbox.send(message_of("big", "new@example.org/r", "self"), 1, now);
  Chunk begun(64 * 1024);
  outbox.fill(begun);  // the first piece is on its way
  outbox.send(message_of("other", "a@b/c", "elsewhere"), 2, now);
  outbox.send(message_of("big", "a@b/c", "here"), 3, now);
  outbox.send(message_of("other", "new@example.org/r", "mine"), 4, now);
  outbox.send(broadcast(3), 5, now);
  const std::string text = std::string(begun.view()) + drain(outbox, 64 * 1024);

  CHECK(place(text, "elsewhere") < 130 * 1024);  // behind the piece that was begun
  CHECK(place(text, "u2@example.org") < 130 * 1024);
  const std::size_t last = text.rfind("<presence from='big");
  CHECK(place(text, "self") > last);  // of the room itself
  CHECK(place(text, ">here<") > place(text, "self"));
  CHECK(place(text, "mine") > place(text, "self"));  // to the newcomer
  CHECK(count(text, "<presence from='big") > 15 * 128 * 1024 / 80);
}

TEST_CASE("the list of a crowd is not held up by other rooms either [MUC-ENTER-34]") {
  Outbox outbox(settings());
  for (int i = 0; i < 4; ++i) outbox.send(piece_for("new@example.org/r", 128 * 1024), 0, now);
  for (int i = 0; i < 800; ++i) {
    outbox.send(message_of("other", "a@b/c", std::to_string(i) + std::string(1000, 'x')), 0, now);
  }
  const std::string text = drain(outbox, 64 * 1024);
  // As many bytes of the one as of the other, in turns.
  CHECK(place(text, "<presence") < 150 * 1024);
  CHECK(text.rfind("<presence") < place(text, "<body>700x"));
  std::size_t at = 0;
  for (int i = 0; i < 800; ++i) {
    const std::size_t next = place(text, "<body>" + std::to_string(i) + "x");
    CHECK(next >= at);
    at = next;
  }
}

TEST_CASE("a broadcast to a crowd lets other rooms go on, and nothing of its own [MUC-ENTER-34]") {
  const auto crowd = [](const std::string& word) {
    Outgoing out = broadcast(2000);
    out.middle = "'><body>" + word + std::string(100, 'x') + "</body><i x='";
    out.tail = "'/></message>";
    return out;
  };
  Outbox outbox(settings());
  outbox.send(crowd("first"), 1, now);
  Chunk begun(64 * 1024);
  outbox.fill(begun);
  outbox.send(crowd("second"), 2, now);
  outbox.send(message_of("other", "u7@example.org/r", "elsewhere"), 3, now);
  outbox.send(message_of("r", "u7@example.org/r", "here"), 4, now);
  std::string text = std::string(begun.view()) + drain(outbox, 64 * 1024);
  outbox.want_ping();
  text += drain(outbox);

  CHECK(place(text, "elsewhere") > text.rfind("first"));  // behind the one that was begun
  CHECK(place(text, "elsewhere") < place(text, "second"));
  CHECK(place(text, ">here<") > text.rfind("second"));
  CHECK(count(text, "second") == 2000);
  CHECK(outbox.prove("token-" + std::to_string(count(text, "urn:xmpp:ping'"))) == 4);
  CHECK(outbox.settled());
}

TEST_CASE("what overtook a list is not taken for delivered with all that was sent before it") {
  Outbox outbox(settings());
  outbox.send(piece_for("new@example.org/r", 128 * 1024), 0, now);
  outbox.send(message_of("big", "new@example.org/r", "self"), 7, now);
  outbox.send(message_of("other", "a@b/c", "elsewhere"), 9, now);
  Chunk chunk(4096);
  outbox.fill(chunk);
  CHECK(chunk.view().find("elsewhere") != std::string::npos);
  outbox.rewind(now);  // nothing was proved: all but presence goes again, in the same order
  const std::string text = drain(outbox);
  CHECK(place(text, "elsewhere") < place(text, "self"));
  outbox.want_ping();
  drain(outbox);
  CHECK(outbox.prove("token-" + std::to_string(count(text, "urn:xmpp:ping") + 1)) == 9);
  CHECK(outbox.settled());
  CHECK(outbox.bytes() == 0);
}

}  // namespace stoa::link
