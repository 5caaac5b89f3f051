#include "pubsub/wire/node_copy.hpp"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include <stoa/forms/form.hpp>
#include <stoa/xml/write.hpp>

using namespace stoa::pubsub;
using Part = CopyPlace::Part;

TEST_CASE("the mark of a page says exactly where the next one begins [PS-CMD-02]") {
  const CopyPlace places[] = {
      {.node = "a", .part = Part::node},
      {.node = "two words", .part = Part::affiliations, .jid = "hamlet@denmark.lit"},
      {.node = "7 a", .part = Part::subscriptions, .jid = "a@b/r e s", .subid = "s1"},
      {.node = "items 3 x", .part = Part::items, .seq = 18'000'000'000},
      {.node = "a", .part = Part::items, .seq = 3, .offset = 65536, .cut = 5},
      {.node = "a", .part = Part::relations},
      {.node = " ", .part = Part::following},
  };
  for (const CopyPlace& place : places) {
    const std::string mark = wire::copy_mark(place);
    CAPTURE(mark);
    const auto read = wire::copy_place(mark);
    REQUIRE(read);
    CHECK(read->node == place.node);
    CHECK(read->part == place.part);
    CHECK(read->jid == place.jid);
    CHECK(read->subid == place.subid);
    CHECK(read->seq == place.seq);
    CHECK(read->offset == place.offset);
    CHECK(read->cut == place.cut);
  }
  for (const char* wrong : {"", "items", "items 3", "items 9 abc 1", "items 1 a x", "items 1 a 1 2",
                            "items 1 a 1 2 3 4", "items -1 a 1", "things 1 a", "node x a"}) {
    CAPTURE(wrong);
    CHECK_FALSE(wire::copy_place(wrong));
  }
}

namespace {

/// What the pages of a node's items say together, from the place on; `most` is the largest page.
std::string lines_from(CopyPlace place, const NodeState& node, const Item& item,
                       std::size_t& most) {
  const Settings settings = prepare({});
  std::string text;
  for (int pages = 0; pages < 20; ++pages) {
    const CopyFound found{.node = std::make_shared<const NodeState>(node), .items = {item}};
    const auto page = wire::copy_page({.place = place, .all = false}, found, settings);
    REQUIRE(page.ok());
    most = std::max(most, stoa::xml::to_string(page.value()).size());
    const auto form = stoa::forms::decode_form(page.value());
    REQUIRE(form.ok());
    for (const std::string& line : form->find("data")->values) text += line;
    const auto next = form->value("next");
    CHECK((form->find("cut") != nullptr) == next.has_value());
    if (!next) return text;
    place = *wire::copy_place(*next);
  }
  FAIL("the copy has no end");
  return text;
}

}  // namespace

TEST_CASE("an item that is larger than a page goes out in pieces [PS-CMD-02]") {
  NodeState node;
  node.number = 1;
  node.node = "a";
  node.config = std::make_shared<const NodeConfig>();
  node.item_count = 1;
  std::string payload = "<m xmlns='urn:m'>";
  while (payload.size() < 190'000) payload += "<b>\xC3\xA4</b>";
  payload += "</m>";
  Item item;
  item.meta.id = "big";
  item.meta.seq = item.meta.first_seq = 5;
  item.meta.publisher = *stoa::Jid::parse("hamlet@denmark.lit");
  item.payload = std::make_shared<const std::string>(payload);
  std::size_t most = 0;
  const CopyPlace place{.node = "a", .part = Part::items};
  const std::string text = lines_from(place, node, item, most);
  CHECK(text.starts_with("<item "));
  CHECK(text.find(payload) != text.npos);
  CHECK(most < 256 * 1024);

  CopyPlace torn{.node = "a", .part = Part::items, .offset = 65536, .cut = 4};
  const CopyFound found{.node = std::make_shared<const NodeState>(node), .items = {item}};
  CHECK_FALSE(wire::copy_page({.place = torn}, found, prepare({})).ok());
}
