#include <string>

#include <doctest/doctest.h>

#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

using namespace stoa;

namespace {

xml::Element parsed(std::string_view text, std::string_view inherited = {}) {
  auto result = xml::parse(text, inherited);
  REQUIRE_MESSAGE(result.ok(), text);
  return std::move(result).value();
}

}  // namespace

TEST_CASE("what is written is what was read [PS-GEN-12]") {
  for (const char* text :
       {"<a/>", "<a xmlns='urn:a'/>", "<a xmlns='urn:a'><b xmlns=''/></a>",
        "<a xmlns='urn:a'><b/><c xmlns='urn:c'><d/></c></a>", "<p:a xmlns:p='urn:p'><b/></p:a>",
        "<p:a xmlns:p='urn:p' p:x='1' x='2'><p:b/></p:a>",
        "<a xmlns:p='urn:p' xmlns:q='urn:q' q:x='1'><p:b/></a>",
        "<a xmlns:p='urn:1'><p:b/><p:c xmlns:p='urn:2'><p:d/></p:c><p:e/></a>",
        "<a xml:lang='de' xml:space='preserve'>  </a>", "<a> x <b> y </b> z\n</a>",
        "<a b='&#9;&#10;&#13; &lt;&amp;&gt;&apos;&quot;'/>", "<a>&#13;&lt;&amp;&gt;</a>",
        "<a>😀\xf4\x8f\xbf\xbd é</a>", "<a😀/>"}) {
    CAPTURE(text);
    const auto read = xml::parse(text);
    if (!read.ok()) continue;
    CHECK(xml::to_string(*read) == text);
  }
}

TEST_CASE("infosets survive a round trip [PS-GEN-12]") {
  for (const char* text :
       {"<a xmlns='u'><p:b xmlns:p='u'/></a>",
        "<p:a xmlns:p='u' xmlns='v'><b xmlns='u' p:c='1'/></p:a>",
        "<a><![CDATA[<x>&amp;]]]]><![CDATA[>]]></a>", "<a>\r\n</a>", "<a b='x\ny'/>",
        "<p:a xmlns:p='u'><p:b xmlns:p='v' p:c=''><p:d/></p:b></p:a>",
        "<a xmlns:p='u' xmlns:q='u' p:x='1' q:y='2'/>"}) {
    CAPTURE(text);
    const xml::Element read = parsed(text);
    const std::string written = xml::to_string(read);
    CHECK(same(parsed(written), read));
    CHECK(xml::to_string(parsed(written)) == written);
  }
  CHECK(parsed("<a><![CDATA[<x>&amp;]]></a>").text() == "<x>&amp;");
}

TEST_CASE("a namespace is written where it differs from the one around [PS-GEN-13]") {
  const xml::Element item = parsed("<item xmlns='urn:ps'><entry xmlns='urn:e'><t/></entry></item>");
  CHECK(xml::to_string(item, "urn:ps") == "<item><entry xmlns='urn:e'><t/></entry></item>");
  CHECK(xml::to_string(*item.first_child(), "urn:ps") == "<entry xmlns='urn:e'><t/></entry>");
  CHECK(xml::to_string(parsed("<a/>"), "urn:ps") == "<a xmlns=''/>");
  xml::Element wrapped("item", "urn:ps");
  wrapped.add(parsed("<entry/>"));
  CHECK(xml::to_string(wrapped, "urn:ps") == "<item><entry xmlns=''/></item>");
}

TEST_CASE("a prefix taken out of its context is declared again") {
  const xml::Element outer = parsed("<a xmlns:p='urn:p'><p:b p:c='1'><p:d/></p:b></a>");
  CHECK(xml::to_string(*outer.first_child()) == "<p:b xmlns:p='urn:p' p:c='1'><p:d/></p:b>");
}

TEST_CASE("an attribute whose prefix is missing or taken gets a new one") {
  xml::Element element = parsed("<p:a xmlns:p='urn:p'/>");
  element.add_attribute({"x", "1", "p", "urn:other"});
  element.add_attribute({"y", "2", "", "urn:other"});
  const std::string written = xml::to_string(element);
  CHECK(same(parsed(written), element));
  CHECK(written == "<p:a xmlns:p='urn:p' xmlns:ns0='urn:other' ns0:x='1' ns0:y='2'/>");
}

TEST_CASE("prefixes are declared before the attributes, wherever they were declared when read") {
  xml::Element element = xml::Element("a", "").set("id", "1");
  element.add_attribute({"x", "2", "p", "urn:p"});  // p was declared on the stream
  const std::string written = xml::to_string(element);
  CHECK(written == "<a xmlns:p='urn:p' id='1' p:x='2'/>");
  CHECK(xml::to_string(parsed(written)) == written);
}

TEST_CASE("a reserved prefix stands for nothing else") {
  xml::Element element = parsed("<xml:a xml:b='1'/>");
  CHECK(xml::to_string(element) == "<xml:a xml:b='1'/>");
  element.rename_ns(xml::xml_ns, xml::NamespaceName("urn:a"));
  CHECK(xml::to_string(element) == "<a xmlns='urn:a' xml:b='1'/>");
  xml::Element other("a", "");
  other.add_attribute({"x", "1", "xmlns", "urn:x"});
  CHECK(xml::to_string(other) == "<a xmlns:ns0='urn:x' ns0:x='1'/>");
}

TEST_CASE("what XML cannot hold is replaced, so that the stream stays whole") {
  CHECK(xml::escaped(std::string_view("a\0b\x1f", 4)) ==
        "a\xef\xbf\xbd"
        "b\xef\xbf\xbd");
}

TEST_CASE("text keeps tabs and line ends as they are, attributes as references") {
  CHECK(xml::escaped("a\tb\nc\rd", xml::Quoting::text) == "a\tb\nc&#13;d");
  CHECK(xml::escaped("a\tb\nc\rd") == "a&#9;b&#10;c&#13;d");
  std::string out;
  xml::append_attribute(out, "n", "<'>");
  CHECK(out == " n='&lt;&apos;&gt;'");
}
