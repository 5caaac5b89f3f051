#include <doctest/doctest.h>

#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

using namespace stoa;

namespace {

xml::Element parsed(std::string_view text) {
  auto result = xml::parse(text);
  REQUIRE_MESSAGE(result.ok(), text);
  return std::move(result).value();
}

}  // namespace

TEST_CASE("an element is built and asked") {
  xml::Element element("a", "u");
  element.set("x", "1").set("y", "2").set("x", "3");
  element.text("one").text("");
  element.add("b", "u").text("two");
  element.add("b", "v");
  element.text("three").text("four");
  CHECK(element.attr("x") == "3");
  CHECK_FALSE(element.attr("z"));
  CHECK(element.attr_or("z", "none") == "none");
  CHECK(element.text() == "onethreefour");
  CHECK(element.nodes().size() == 4);
  CHECK(element.children().size() == 2);
  CHECK(element.children("b", "v").size() == 1);
  CHECK(element.child("b", "u")->text() == "two");
  CHECK(element.child("c", "u") == nullptr);
  CHECK(element.first_child()->is("b", "u"));
  element.remove_attr("x");
  CHECK_FALSE(element.attr("x"));
}

TEST_CASE("xml:lang is no plain attribute") {
  xml::Element element("a", "u");
  CHECK_FALSE(element.lang());
  element.set("lang", "x");
  CHECK_FALSE(element.lang());
  element.set_lang("de");
  element.set_lang("fr");
  CHECK(element.lang() == "fr");
  CHECK(element.attr("lang") == "x");
  CHECK(xml::to_string(element, "u") == "<a lang='x' xml:lang='fr'/>");
}

TEST_CASE("white space is no text to speak of") {
  CHECK_FALSE(parsed("<a> \n\t<b>x</b></a>").has_text());
  CHECK(parsed("<a> \n x<b/></a>").has_text());
  CHECK_FALSE(xml::Element("a", "").has_text());
}

TEST_CASE("elements are the same by what they say, not by how") {
  CHECK(same(parsed("<a xmlns='u' x='1' y='2'/>"), parsed("<p:a xmlns:p='u' y='2' x='1'/>")));
  CHECK(same(parsed("<a>x&#65;<![CDATA[y]]></a>"), parsed("<a>xAy</a>")));
  xml::Element split("a", "");
  split.nodes().push_back({std::string("x")});
  split.nodes().push_back({std::string()});
  split.nodes().push_back({std::string("y")});
  CHECK(same(split, parsed("<a>xy</a>")));
  for (const char* other : {"<b/>", "<a xmlns='u'/>", "<a x=''/>", "<a> </a>", "<a><b/></a>"}) {
    CAPTURE(other);
    CHECK_FALSE(same(parsed("<a/>"), parsed(other)));
    CHECK_FALSE(same(parsed(other), parsed("<a/>")));
  }
  CHECK_FALSE(same(parsed("<a><b/><c/></a>"), parsed("<a><c/><b/></a>")));
  CHECK_FALSE(same(parsed("<a xmlns:p='u' p:x='1'/>"), parsed("<a x='1'/>")));
}

TEST_CASE("a namespace is renamed down to the first foreign element [PS-GEN-13]") {
  xml::Element element = parsed("<m xmlns='from'><b/><f xmlns='u'><b xmlns='from'/></f></m>");
  element.rename_ns("from", xml::NamespaceName("to"));
  CHECK(xml::to_string(element, "to") == "<m><b/><f xmlns='u'><b xmlns='from'/></f></m>");

  xml::Element prefixed = parsed("<p:m xmlns:p='from'><p:b/></p:m>");
  prefixed.rename_ns("from", xml::NamespaceName("to"));
  CHECK(xml::to_string(prefixed) == "<p:m xmlns:p='to'><p:b/></p:m>");
}
