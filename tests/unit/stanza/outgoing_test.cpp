#include <string>

#include <stoa/stanza/outgoing.hpp>

#include "unit/stanza/support.hpp"

using namespace stoa;

namespace {

std::string written(const Outgoing& out) {
  std::string text;
  out.append_to(text);
  return text;
}

}  // namespace

TEST_CASE("one complete stanza is written without a namespace of its own") {
  const Outgoing out =
      outgoing(element_of("<message from='a' to='b'><x xmlns='u'/></message>"), Redelivery::drop);
  CHECK(written(out) == "<message from='a' to='b'><x xmlns='u'/></message>");
  CHECK(out.count() == 1);
  CHECK(out.bytes() == written(out).size());
  CHECK(out.largest_stanza() == out.bytes());
  CHECK(out.redelivery == Redelivery::drop);
}

TEST_CASE("a broadcast is written once for each of its recipients") {
  auto recipients = std::make_shared<RecipientSet>();
  recipients->reserve(2, 100);
  recipients->add(*Jid::parse("a@b/it's"), "1");
  recipients->add(*Jid::parse("c@d"));
  Outgoing out;
  out.head = "<message from='s' to='";
  out.middle = "' id='x";
  out.tail = "'/>";
  out.recipients = recipients;
  CHECK(written(out) ==
        "<message from='s' to='a@b/it&apos;s' id='x1'/><message from='s' to='c@d' id='x'/>");
  CHECK(out.count() == 2);
  CHECK(out.bytes() == written(out).size());
  std::string first;
  out.append_one(first, 0);
  CHECK(first == "<message from='s' to='a@b/it&apos;s' id='x1'/>");
  CHECK(out.largest_stanza() == first.size());
  CHECK(recipients->jid(0) == "a@b/it&apos;s");
  CHECK(recipients->tag(0) == "1");
  CHECK(recipients->tag(1).empty());
}

TEST_CASE("a broadcast to nobody writes nothing") {
  Outgoing out;
  out.head = "<message to='";
  out.recipients = std::make_shared<RecipientSet>();
  CHECK(written(out).empty());
  CHECK(out.count() == 0);
  CHECK(out.bytes() == 0);
  CHECK(out.largest_stanza() == 0);
}

TEST_CASE("stanzas written together tell how large the largest is") {
  Outgoing out;
  out.head = "<a/><bcd/>";
  out.stanzas = 2;
  out.largest = 6;
  CHECK(out.count() == 2);
  CHECK(out.bytes() == 10);
  CHECK(out.largest_stanza() == 6);
}

TEST_CASE("a listing is written as stanzas of sheets, each with the addressee") {
  auto sheet = std::make_shared<StanzaSheet>();
  for (const std::string word : {"one", "three", "five"}) {
    sheet->text() += "<p from='" + word + "' to='";
    sheet->addressee();
    sheet->text() += "'/>";
    sheet->close();
  }
  auto listing = std::make_shared<Listing>(*Jid::parse("a@b/it's"));
  listing->add(sheet, 1, 3);
  listing->add(sheet, 2, 2);
  listing->add(sheet, 0, 1);
  Outgoing out;
  out.listing = listing;
  CHECK(out.divisible());
  CHECK(out.start() == "<p from='three' to='");
  CHECK(written(out) ==
        "<p from='three' to='a@b/it&apos;s'/><p from='five' to='a@b/it&apos;s'/>"
        "<p from='one' to='a@b/it&apos;s'/>");
  CHECK(out.count() == 3);
  CHECK(out.bytes() == written(out).size());
  std::string last;
  out.append_one(last, 2);
  CHECK(last == "<p from='one' to='a@b/it&apos;s'/>");
  CHECK(out.bytes(2, 3) == last.size());
  CHECK(out.bytes(1, 3) == std::string("<p from='five' to='a@b/it&apos;s'/>").size() + last.size());
  std::string largest;
  out.append_one(largest, 0);
  CHECK(out.largest_stanza() == largest.size());

  std::string memory(largest.size() + 1, '?');
  char* at = memory.data();
  CHECK(listing->write(0, 3, at, memory.data() + memory.size()) == 1);  // whole stanzas only
  CHECK(at == memory.data() + largest.size());
  CHECK(memory == largest + "?");
}

TEST_CASE("a listing of nothing writes nothing") {
  Outgoing out;
  out.listing = std::make_shared<Listing>(*Jid::parse("a@b"));
  CHECK(written(out).empty());
  CHECK(out.count() == 0);
  CHECK(out.bytes() == 0);
}
