#include <string>

#include <doctest/doctest.h>

#include <stoa/jid/jid.hpp>

using namespace stoa;

namespace {

std::string prepared(std::string_view text) {
  const auto jid = Jid::parse(text);
  return jid ? jid->str() : "(none)";
}

}  // namespace

TEST_CASE("addresses that mean the same are the same [PS-GEN-11] [MUC-COMP-04]") {
  CHECK(prepared("Romeo@Montague.lit") == "romeo@montague.lit");
  CHECK(prepared("Room@Chat.Example/Nick") == "room@chat.example/Nick");
  CHECK(prepared("user@EXAMPLE.org.") == "user@example.org");
  CHECK(Jid::parse("U@Host/r") == Jid::parse("u@host/r"));
  CHECK(Jid::parse("u@host/R") != Jid::parse("u@host/r"));
  CHECK(prepared("JÖRG@Bücher.Example/Zoë") == "jörg@bücher.example/Zoë");
  CHECK(prepared("fußball@example.com") == "fussball@example.com");
  CHECK(prepared("Σ@example.com") == "σ@example.com");
  CHECK(prepared("ＡＢＣ@example.com") == "abc@example.com");
  CHECK(prepared("a@example。com") == "a@example.com");
  CHECK(prepared("a@example.com/ﬁ") == "a@example.com/fi");
  CHECK(prepared("a@example.com/é") == "a@example.com/é");
  CHECK(prepared("a@example.com/e\xcc\x81") == "a@example.com/é");
}

TEST_CASE("an address has its parts") {
  const Jid full = *Jid::parse("juliet@capulet.lit/bal@cony/x");
  CHECK(full.local() == "juliet");
  CHECK(full.domain() == "capulet.lit");
  CHECK(full.resource() == "bal@cony/x");
  CHECK(full.bare_view() == "juliet@capulet.lit");
  CHECK(full.is_full());
  CHECK(full.bare().str() == "juliet@capulet.lit");
  CHECK(full.bare().is_bare());
  CHECK(full.bare().local() == "juliet");
  CHECK(full.domain_jid().str() == "capulet.lit");
  CHECK(full.with_resource("garden").str() == "juliet@capulet.lit/garden");
  CHECK(full.with_resource({}).is_bare());

  const Jid domain = *Jid::parse("capulet.lit/x");
  CHECK(domain.local().empty());
  CHECK(domain.domain() == "capulet.lit");
  CHECK(domain.resource() == "x");
  CHECK(domain.bare().str() == "capulet.lit");
}

TEST_CASE("an empty address is no address") {
  const Jid none;
  CHECK(none.empty());
  CHECK(none.is_bare());
  CHECK(none.local().empty());
  CHECK(none.domain().empty());
  CHECK(none.resource().empty());
}

TEST_CASE("an address put together is the one that was parsed") {
  CHECK(Jid::from_prepared("a", "b.c", "d") == *Jid::parse("a@b.c/d"));
  CHECK(Jid::from_prepared({}, "b.c", "d") == *Jid::parse("b.c/d"));
  CHECK(Jid::from_prepared("a", "b.c") == *Jid::parse("a@b.c"));
  CHECK(std::hash<Jid>{}(Jid::from_prepared("a", "b.c")) == std::hash<Jid>{}(*Jid::parse("A@b.c")));
}

TEST_CASE("what a server may be called is a domain") {
  for (const char* text : {"localhost", "a.b.c", "127.0.0.1", "[::1]", "my_host",
                           "xn--bcher-kva.de", "1.2", "a-b.c"}) {
    CAPTURE(text);
    CHECK(prepared(text) == text);
  }
  CHECK(prepared("[2001:DB8:0:0::1]") == "[2001:db8::1]");
}

TEST_CASE("what an encoded label decodes to is prepared too") {
  const auto mixed = Jid::parse("er@xn--eh-rbcfu\u00dfal");
  REQUIRE(mixed);
  CHECK(Jid::parse(mixed->str()) == mixed);
}

TEST_CASE("what is no address is refused") {
  for (const char* text : {"",
                           "@",
                           "/",
                           "@a",
                           "a@",
                           "a/",
                           "a@b/",
                           "@/",
                           "a@b@c",
                           "a b@c",
                           "a\"b@c",
                           "a&b@c",
                           "a'b@c",
                           "a:b@c",
                           "a<b@c",
                           "a>b@c",
                           "a@b c",
                           "a@b..c",
                           "a@.b",
                           "a@-b",
                           "a@b-",
                           "a@b.-c",
                           "a@b,c",
                           "a@[::1",
                           "a@::1",
                           "a@[::g]",
                           "[]",
                           "a@b:5222",
                           "a\x7f@b",
                           "a\x01@b",
                           "a@b/\x01",
                           "a@b/\x7f",
                           "a\xff@b",
                           "a@b/\xc0\xaf",
                           "a@b/\xed\xa0\x80",
                           "a@\xc3",
                           "a\xe2\x80\x8f@b",
                           "a\xe3\x80\x80@b",
                           "a@b/\xe2\x80\xa8",
                           "\xef\xbc\xa0@b",
                           "\xc2\xad@b",
                           "a@..",
                           "a@b/\xee\x80\x80"}) {
    CAPTURE(text);
    CHECK(prepared(text) == "(none)");
  }
  CHECK_FALSE(Jid::parse(std::string_view("a\0b@c", 5)));
  CHECK_FALSE(Jid::parse(std::string_view("a@c/\0", 5)));
}

TEST_CASE("each part holds 1023 bytes") {
  const std::string most(1023, 'a');
  std::string domain;
  while (domain.size() < 1023) domain += domain.size() % 64 == 63 ? '.' : 'd';
  CHECK(Jid::parse(most + "@" + domain + "/" + most));
  CHECK_FALSE(Jid::parse(most + "a@b"));
  CHECK_FALSE(Jid::parse("a@b/" + most + "a"));
  CHECK_FALSE(Jid::parse(domain + "d"));
  CHECK_FALSE(Jid::parse("a@" + std::string(64, 'a')));
  CHECK(resourceprep_unbounded(most + most) == most + most);
  CHECK_FALSE(resourceprep(most + most));
}

TEST_CASE("a nick keeps its case and its emoji") {
  CHECK(resourceprep("Thirdwitch") == "Thirdwitch");
  CHECK(resourceprep("😀 🧙‍♀️"));
  CHECK(resourceprep("a b") == "a b");
  CHECK(resourceprep("a\xc2\xa0"
                     "b") == "a b");
  CHECK_FALSE(resourceprep(""));
  CHECK_FALSE(resourceprep("a\nb"));
}

TEST_CASE("a folded name is the same for all its cases") {
  CHECK(fold_case("Bob") == "bob");
  CHECK(fold_case("STRASSE") == fold_case("straße"));
  CHECK(fold_case("ΣΊΣΥΦΟΣ") == fold_case("σίσυφος"));
  CHECK(fold_case("Ｂｏｂ") == "bob");
  CHECK(fold_case("\xff") == "\xff");
}

TEST_CASE("only well-formed UTF-8 is text") {
  for (const char* text : {"", "abc", "é", "€", "😀", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    CAPTURE(text);
    CHECK(valid_utf8(text));
  }
  for (const char* text : {"\x80", "\xc3", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xed\xa0\x80",
                           "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
                           "\xe2\x82", "a\xf0\x9f\x98", "\xe2\x28\xa1"}) {
    CAPTURE(text);
    CHECK_FALSE(valid_utf8(text));
  }
}

TEST_CASE("a prepared address prepares to itself") {
  for (const char* text : {"ϓ@example.com/x", "fuß@straße.de/ǅ", "ŉ@x/ŉ", "İ@x", "ᾳ@x", "ﬃ@x/ﬃ"}) {
    CAPTURE(text);
    const auto once = Jid::parse(text);
    if (once) CHECK(Jid::parse(once->str()) == once);
  }
}
