#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

using namespace stoa;

namespace {

struct Recorder : xml::StreamHandler {
  void on_stream_open(const xml::Element& header) override {
    said += "open(" + std::string(header.attr_or("id", "-")) + ") ";
  }
  void on_stanza(xml::Element stanza) override { said += xml::to_string(stanza, "d") + " "; }
  void on_stream_close() override { said += "close"; }

  std::string said;
};

const std::string header =
    "<?xml version='1.0'?><stream:stream xmlns='d' xmlns:stream='s' xmlns:db='b' id='7'>";

std::string refusal_of(std::string_view text, xml::Limits limits = {}) {
  Recorder recorder;
  xml::StreamParser parser(recorder, limits);
  const auto error = parser.feed(text);
  return error ? error->condition : "(taken)";
}

std::string in_stream(std::string_view text) {
  return refusal_of(header + std::string(text));
}

}  // namespace

TEST_CASE("a stream is read the same however it is cut") {
  const std::string text = header +
                           " <iq id='a'/>\n<message><body>h&lt;i&#x1F600;<![CDATA[<&>]]> é"
                           "</body><db:x db:y='&quot;'/></message> </stream:stream>";
  const std::string expected =
      "open(7) <iq id='a'/> <message><body>h&lt;i😀&lt;&amp;&gt; é</body>"
      "<db:x xmlns:db='b' db:y='&quot;'/></message> close";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Recorder recorder;
    xml::StreamParser parser(recorder);
    CHECK_FALSE(parser.feed(std::string_view(text).substr(0, cut)));
    CHECK_FALSE(parser.feed(std::string_view(text).substr(cut)));
    CHECK(recorder.said == expected);
  }
  Recorder recorder;
  xml::StreamParser parser(recorder);
  for (const char c : text) CHECK_FALSE(parser.feed(std::string_view(&c, 1)));
  CHECK(recorder.said == expected);
}

TEST_CASE("a stanza is handed over as soon as its last byte is there") {
  Recorder recorder;
  xml::StreamParser parser(recorder);
  CHECK_FALSE(parser.feed(header));
  CHECK_FALSE(parser.feed("<iq id='" + std::string(100000, 'x')));
  CHECK_FALSE(parser.feed("' "));
  recorder.said.clear();
  CHECK_FALSE(parser.feed("/>"));
  CHECK(recorder.said.size() > 100000);
}

TEST_CASE("restricted XML is refused and never expanded [PS-SEC-08] [MUC-LIM-10]") {
  CHECK(refusal_of("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>") == "restricted-xml");
  CHECK(refusal_of("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>") == "restricted-xml");
  CHECK(in_stream("<?php echo ?>") == "restricted-xml");
  CHECK(in_stream("<m><?a b?></m>") == "restricted-xml");
  CHECK(in_stream("<!-- c -->") == "restricted-xml");
  CHECK(in_stream("<m><!-- c --></m>") == "restricted-xml");
  CHECK(refusal_of("<!-- c --><a/>") == "restricted-xml");
  CHECK(in_stream("<m>&nbsp;</m>") == "restricted-xml");
  CHECK(in_stream("<m a='&nbsp;'/>") == "restricted-xml");
  CHECK(refusal_of("<?xml version='1.0' encoding='ISO-8859-1'?><a/>") == "unsupported-encoding");
  CHECK(refusal_of("<?xml version='1.0' encoding='utf-8'?><a>") == "(taken)");
}

TEST_CASE("what is not well-formed is refused") {
  for (const char* text : {"<a></b>",
                           "<a",
                           "<a b/>",
                           "<a b='1' b='2'/>",
                           "<a>&</a>",
                           "<a>&#0;</a>",
                           "<a>&#x1;</a>",
                           "<a>\x01</a>",
                           "<a>\xff</a>",
                           "<a>\xed\xa0\x80</a>",
                           "<a>\xef\xbf\xbe</a>",
                           "<a>]]></a>",
                           "<p:a/>",
                           "<a p:b=''/>",
                           "<a:/>",
                           "<:a/>",
                           "<a:b:c xmlns:a='x'/>",
                           "<a:1 xmlns:a='x'/>",
                           "<a:\xcc\x80 xmlns:a='x'/>",
                           "<a xmlns:p=''/>",
                           "<a xmlns:='x'/>",
                           "<a xmlns:p='x' xmlns:q='x' p:b='' q:b=''/>",
                           "<a xmlns:xml='x'/>",
                           "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
                           "<a xmlns:xmlns='x'/>",
                           "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
                           "<xmlns:a/>",
                           "<a b=c/>",
                           "</a>",
                           "<a xmlns:p='x' xmlns:p='y'/>",
                           "<a b='<'/>",
                           "",
                           "text",
                           "<a/><b/>",
                           "<a/>x"}) {
    CAPTURE(text);
    const auto result = xml::parse(text);
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().condition == "not-well-formed");
  }
}

TEST_CASE("only white space may stand between stanzas") {
  CHECK(in_stream(" \t\r\n<a/>\n") == "(taken)");
  CHECK(in_stream("<a/>x") == "bad-format");
}

TEST_CASE("an oversized stanza is refused before it is whole [MUC-LIM-10]") {
  const xml::Limits limits{1000, 64, 128};
  const std::string fits = "<m>" + std::string(993, 'x') + "</m>";
  CHECK(fits.size() == 1000);
  CHECK(refusal_of(header + fits + fits, limits) == "(taken)");
  CHECK(refusal_of(header + "<m>x" + fits.substr(3), limits) == "policy-violation");
  CHECK(refusal_of(header + "<m>" + std::string(1100, 'x'), limits) == "policy-violation");
  CHECK(refusal_of(header + "<m a='" + std::string(1100, 'x'), limits) == "policy-violation");
  CHECK(refusal_of("<s a='" + std::string(1100, 'x'), limits) == "policy-violation");
  CHECK(xml::parse(fits, {}, limits).ok());
  CHECK_FALSE(xml::parse("<m>x" + fits.substr(3), {}, limits).ok());
}

TEST_CASE("keep-alives and many stanzas never add up to a limit") {
  Recorder recorder;
  xml::StreamParser parser(recorder, {1000, 64, 128});
  CHECK_FALSE(parser.feed(header));
  for (int i = 0; i < 5000; ++i) CHECK_FALSE(parser.feed(" "));
  CHECK_FALSE(parser.feed(std::string(5000, '\n')));
  for (int i = 0; i < 5000; ++i) CHECK_FALSE(parser.feed("<a/>"));
}

TEST_CASE("of a stanza that is nested too deeply the upper part is taken [MUC-LIM-10]") {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "<a>";
    for (std::size_t i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  CHECK(in_stream(nested(64)) == "(taken)");
  CHECK(in_stream(nested(65)) == "(taken)");
  CHECK(in_stream(nested(100000)) == "(taken)");
  Recorder recorder;
  xml::StreamParser parser(recorder, {1000, 2, 128});
  CHECK_FALSE(parser.feed(header));
  CHECK_FALSE(parser.feed("<m><a>x<b c='1'>y<d/></b>z</a></m><n><a/></n>"));
  CHECK(recorder.said.find("<a>xz</a><cut xmlns='urn:stoa:xml:depth'/></m> ") != std::string::npos);
  CHECK(recorder.said.find("<n><a/></n> ") != std::string::npos);
  CHECK_FALSE(xml::parse(nested(65)).ok());
}

TEST_CASE("too many attributes are refused [MUC-LIM-10]") {
  const auto tag = [](int attributes) {
    std::string text = "<a";
    for (int i = 0; i < attributes; ++i) text += " a" + std::to_string(i) + "=''";
    return text + "/>";
  };
  CHECK(in_stream(tag(128)) == "(taken)");
  CHECK(in_stream(tag(129)) == "policy-violation");
  CHECK(in_stream(tag(20000)) == "policy-violation");
}

TEST_CASE("after an error every feed fails alike, and nothing more is told") {
  Recorder recorder;
  xml::StreamParser parser(recorder);
  const auto first = parser.feed(header + "<a/><!-- --><b/>");
  REQUIRE(first);
  const std::string said = recorder.said;
  CHECK(said == "open(7) <a/> ");
  const auto second = parser.feed("<c/>");
  REQUIRE(second);
  CHECK(second->condition == first->condition);
  CHECK(recorder.said == said);
}

TEST_CASE("a handler's exception comes out of feed, and the stream is over") {
  struct Thrower : xml::StreamHandler {
    void on_stream_open(const xml::Element&) override {}
    void on_stanza(xml::Element) override { throw std::runtime_error("no"); }
    void on_stream_close() override {}
  } thrower;
  xml::StreamParser parser(thrower);
  CHECK_THROWS_AS(parser.feed(header + "<a/><b/>"), std::runtime_error);
  CHECK(parser.feed("<c/>"));
}

TEST_CASE("a long stream is read like a short one") {
  struct Counter : xml::StreamHandler {
    void on_stream_open(const xml::Element&) override { ++opens; }
    void on_stanza(xml::Element stanza) override {
      ++stanzas;
      good += stanza.ns() == "d" && stanza.first_child()->ns() == "b" ? 1u : 0u;
    }
    void on_stream_close() override { ++closes; }

    std::size_t opens = 0;
    std::size_t stanzas = 0;
    std::size_t good = 0;
    std::size_t closes = 0;
  } counter;
  std::string text = header;
  std::size_t sent = 0;
  for (; text.size() < 5000000; ++sent) {
    text += "<m" + std::to_string(sent) + "><db:x>" + std::string(sent % 500, 'x') + "</db:x></m" +
            std::to_string(sent) + ">";
  }
  text += "</stream:stream>";
  xml::StreamParser parser(counter);
  for (std::size_t i = 0; i < text.size(); i += 65521) {
    CHECK_FALSE(parser.feed(std::string_view(text).substr(i, 65521)));
  }
  CHECK(counter.opens == 1);
  CHECK(counter.stanzas == sent);
  CHECK(counter.good == sent);
  CHECK(counter.closes == 1);
}

TEST_CASE("a fragment inherits the default namespace that it is given") {
  const auto element = xml::parse("<a><b xmlns=''/></a>", "urn:x");
  REQUIRE(element.ok());
  CHECK(element->is("a", "urn:x"));
  CHECK(element->first_child()->is("b", ""));
}
