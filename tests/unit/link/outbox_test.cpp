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

TEST_CASE("nothing is written in the name of another domain [MUC-COMP-02]") {
  Outbox outbox(settings());
  Outgoing other;
  other.head = "<message from='room@rooms.example.net/n' to='a@b'/>";
  CHECK(outbox.send(other, 1, now) == Outbox::Taken::foreign);
  other.head = "<message to='a@b'><body> from='rooms.example.org'</body></message>";
  CHECK(outbox.send(other, 2, now) == Outbox::Taken::foreign);
  CHECK(outbox.send(reply(), 3, now) == Outbox::Taken::yes);
  CHECK(outbox.send(broadcast(2), 4, now) == Outbox::Taken::yes);
  const std::string all = drain(outbox);
  CHECK(all.find("example.net") == std::string::npos);
  CHECK(count(all, "<message ") == 2);
}

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

/// The list of who is in a room, of that many bytes or more.
Outgoing list_for(const std::string& reader, std::size_t bytes) {
  auto sheet = std::make_shared<StanzaSheet>();
  for (std::size_t i = 0; sheet->text().size() + i * reader.size() < bytes; ++i) {
    sheet->text() += "<presence from='big@rooms.example.org/n" + std::to_string(i) + "' to='";
    sheet->addressee();
    sheet->text() += "'/>";
    sheet->close();
  }
  auto listing = std::make_shared<Listing>(*Jid::parse(reader));
  listing->add(sheet, 0, sheet->size() / 2);
  listing->add(sheet, sheet->size() / 2, sheet->size());
  Outgoing out;
  out.listing = std::move(listing);
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
  const Outgoing list = list_for("new@example.org/r", 15 * 128 * 1024);
  outbox.send(list, 0, now);
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
  CHECK(count(text, "<presence from='big") == list.count());
  std::string whole;
  list.append_to(whole);
  CHECK(text.size() > whole.size());
}

TEST_CASE("the list of a crowd is not held up by other rooms either [MUC-ENTER-34]") {
  Outbox outbox(settings());
  outbox.send(list_for("new@example.org/r", 4 * 128 * 1024), 0, now);
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

  CHECK(place(text, "elsewhere") < 130 * 1024);  // behind the piece that was begun
  CHECK(text.rfind("first") < place(text, "second"));
  CHECK(count(text, "first") == 2000);
  CHECK(place(text, ">here<") > text.rfind("second"));
  CHECK(count(text, "second") == 2000);
  CHECK(outbox.prove("token-" + std::to_string(count(text, "urn:xmpp:ping'"))) == 4);
  CHECK(outbox.settled());
}

TEST_CASE("a list of a crowd takes no memory of its own, and goes on behind a broken link") {
  Outbox outbox(settings());
  const Outgoing list = list_for("new@example.org/r", 1024 * 1024);
  outbox.send(list, 3, now);
  CHECK(outbox.bytes() == list.bytes());
  CHECK(outbox.held() < 4096);
  Chunk begun(300 * 1024);
  outbox.fill(begun);
  CHECK_FALSE(outbox.mid_stanza());
  CHECK(outbox.bytes() == list.bytes() - without_pings(std::string(begun.view())).size());
  const std::string first = without_pings(std::string(begun.view()));
  outbox.rewind(now);  // presence that was written is not written again
  const std::string second = without_pings(drain(outbox, 64 * 1024));
  std::string whole;
  list.append_to(whole);
  CHECK(first + second == whole);
  CHECK(outbox.bytes() == 0);
  CHECK(outbox.held() == 0);
}

TEST_CASE("what overtook a list is not taken for delivered with all that was sent before it") {
  Outbox outbox(settings());
  outbox.send(list_for("new@example.org/r", 128 * 1024), 0, now);
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

namespace {

/// Who subscribed, in the order of their JIDs, as a node has them.
std::shared_ptr<const RecipientSet> subscribers(std::size_t number) {
  auto set = std::make_shared<RecipientSet>();
  for (std::size_t i = 0; i < number; ++i) {
    set->add(*Jid::parse("u" + std::to_string(100'000 + i) + "@example.org"), "s");
  }
  return set;
}

Outgoing event(const std::shared_ptr<const RecipientSet>& to, const std::string& item) {
  return {"<message from='rooms.example.org' to='",
          "' type='headline'><event><items node='n'><item id='" + item + std::string(200, 'x') +
              "'/></items></event><subid>",
          "</subid></message>", to, Redelivery::keep};
}

Outgoing answer(const std::string& to, const std::string& id) {
  Outgoing out;
  out.head = "<iq type='result' from='rooms.example.org' to='" + to + "' id='" + id + "'/>";
  return out;
}

}  // namespace

TEST_CASE(
    "while a hundred thousand get an event, others get their answers, and memory stays as it is "
    "[PS-NTF-16]") {
  constexpr std::size_t piece = 256 * 1024;
  Outbox outbox(settings());
  const auto crowd = subscribers(100'000);
  outbox.send(event(crowd, "first"), 1, now);
  outbox.send(event(crowd, "second"), 2, now);
  CHECK(outbox.bytes() > std::size_t{60} * 1024 * 1024);
  CHECK(outbox.held() < 4096);
  CHECK_FALSE(outbox.congested());  // requests are still read

  Chunk chunk(64 * 1024);
  std::string text;
  std::size_t asked_at = 0;
  std::size_t asked = 0;
  std::size_t slowest = 0;
  bool waits = false;
  const std::string asker = "somebody@example.org/r";
  while (outbox.has_output()) {
    if (!waits) {
      outbox.send(answer(asker, "a" + std::to_string(++asked)), 0, now);
      outbox.send(answer("u100007@example.org/r", "b" + std::to_string(asked)), 0, now);
      asked_at = text.size();
      waits = true;
    }
    chunk.clear();
    outbox.fill(chunk);
    text += chunk.view();
    const std::size_t answered = text.find("id='a" + std::to_string(asked) + "'", asked_at);
    if (answered == std::string::npos) continue;
    slowest = std::max(slowest, answered - asked_at);
    waits = false;
    REQUIRE(outbox.held() < 2 * 1024 * 1024);
  }
  CHECK(asked > 100);
  CHECK(slowest < piece);
  CHECK(count(text, "id='first") == 100'000);
  CHECK(count(text, "id='second") == 100'000);
  CHECK(text.rfind("id='first") < text.find("id='second"));
  // One who gets the events gets the answers behind them, in order.
  std::size_t at = text.rfind("id='second");
  for (std::size_t i = 1; i <= asked; ++i) {
    at = text.find("id='b" + std::to_string(i) + "'", at);
    REQUIRE(at != std::string::npos);
  }
  outbox.want_ping();
  text += drain(outbox);
  CHECK(outbox.prove("token-" + std::to_string(count(text, "urn:xmpp:ping'"))) == 2);
  CHECK(outbox.settled());
  CHECK(outbox.held() == 0);
  CHECK(outbox.load() == 0);
}

TEST_CASE("what a crowd gets is written again from where it was proved, overtaken or not") {
  OutboxSettings s = settings();
  s.ping_every = 500;
  Outbox outbox(s);
  const auto crowd = subscribers(3000);
  outbox.send(event(crowd, "first"), 1, now);
  Chunk chunk(200 * 1024);
  std::string before;
  for (int i = 0; i < 3; ++i) {
    chunk.clear();
    outbox.fill(chunk);
    before += chunk.view();
    outbox.send(answer("somebody@example.org/r", "a" + std::to_string(i)), 0, now);
  }
  const std::size_t pings = count(before, "urn:xmpp:ping'");
  REQUIRE(pings >= 2);
  CHECK(outbox.prove("token-" + std::to_string(pings)) == 0);
  outbox.rewind(now);
  const std::string after = without_pings(drain(outbox));
  std::string to;
  const std::size_t proved = 500 * pings - count(before, "type='result'");
  for (std::size_t i = 0; i < 3000; ++i) {
    to = "to='u" + std::to_string(100'000 + i) + "@example.org'";
    REQUIRE(count(after, to) == (i < proved ? 0u : 1u));
  }
  CHECK(after.find("id='a2'") != std::string::npos);
}

TEST_CASE("a small event overtakes one for a crowd where nobody gets both [PS-NTF-16]") {
  Outbox outbox(settings());
  outbox.send(event(subscribers(5000), "large"), 1, now);
  auto others = std::make_shared<RecipientSet>();
  others->add(*Jid::parse("other@example.org"));
  auto both = std::make_shared<RecipientSet>();
  both->add(*Jid::parse("other@example.org"));
  both->add(*Jid::parse("u100007@example.org/phone"));
  outbox.send(event(others, "apart"), 2, now);
  outbox.send(event(both, "mixed"), 3, now);
  outbox.send(event(others, "later"), 4, now);
  const std::string text = drain(outbox);
  CHECK(place(text, "apart") < place(text, "large"));
  CHECK(place(text, "mixed") > text.rfind("large"));
  CHECK(place(text, "later") > text.rfind("mixed"));
}

}  // namespace stoa::link
