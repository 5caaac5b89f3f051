#include <doctest/doctest.h>

#include "unit/pubsub/stage.hpp"

namespace stoa::pubsub {

namespace {

Item item_of(std::string payload, const std::string& publisher = "hamlet@denmark.lit") {
  Item item;
  item.meta.publisher = *Jid::parse(publisher);
  if (!payload.empty()) item.payload = std::make_shared<const std::string>(std::move(payload));
  return item;
}

bool has_word(const std::string& text, const std::string& word) {
  const Item item = item_of("<a xmlns='urn:a' title='hidden'>" + text + "</a>");
  return Sieve(item, true).passes(Filter{.keywords = {word}});
}

}  // namespace

TEST_CASE("keywords are found in the text of a payload as words, whatever their case") {
  CHECK(has_word("The Ghost walks", "ghost"));
  CHECK(has_word("ghost", "GHOST"));
  CHECK(has_word("a ghost, again", "ghost"));
  CHECK_FALSE(has_word("ghostly", "ghost"));
  CHECK_FALSE(has_word("aghost", "ghost"));
  CHECK(has_word("ghostly ghost", "ghost"));
  CHECK(has_word("<b>The</b><i>ghost</i>", "ghost"));
  CHECK(has_word("to be or not to be", "not to"));
  CHECK_FALSE(has_word("words", "hidden"));
  CHECK(has_word("\xC3\x84pfel", "\xC3\xA4PFEL"));
  CHECK_FALSE(has_word("caf\xC3\xA9", "caf"));
  CHECK(has_word("\xE4\xB8\xB9\xE9\xBA\xA6\xE7\x8E\x8B\xE5\xAD\x90", "\xE7\x8E\x8B\xE5\xAD\x90"));
  CHECK_FALSE(has_word("anything", "\xC2\xAD"));
}

TEST_CASE("an item passes a filter that it meets in every kind") {
  const Item tagged = item_of(
      "<entry xmlns='http://www.w3.org/2005/Atom'><title>Ghost</title><category term='news'/>"
      "<category term='castle'/></entry>");
  const Jid hamlet = *Jid::parse("hamlet@denmark.lit");
  const Jid other = *Jid::parse("claudius@denmark.lit");
  const auto passes = [&](const Filter& filter) { return Sieve(tagged, true).passes(filter); };
  CHECK(passes({}));
  CHECK(passes({.categories = {"castle"}}));
  CHECK(passes({.categories = {"sea", "news"}}));
  CHECK_FALSE(passes({.categories = {"new"}}));
  CHECK(passes({.keywords = {"ghost"}, .categories = {"news"}, .publishers = {other, hamlet}}));
  CHECK_FALSE(passes({.keywords = {"skull"}, .categories = {"news"}}));
  CHECK_FALSE(passes({.keywords = {"ghost"}, .publishers = {other}}));
  CHECK(Sieve(tagged, false).passes(Filter{.keywords = {"ghost"}}));
  CHECK_FALSE(Sieve(tagged, false).passes(Filter{.publishers = {hamlet}}));
  const Item bare = item_of("");
  CHECK(Sieve(bare, true).passes(Filter{.publishers = {hamlet}}));
  CHECK_FALSE(Sieve(bare, true).passes(Filter{.keywords = {"ghost"}}));
  const Item elsewhere = item_of("<entry xmlns='urn:a'><category term='news'/></entry>");
  CHECK_FALSE(Sieve(elsewhere, true).passes(Filter{.categories = {"news"}}));
}

TEST_CASE("a filter is stored as text") {
  const Filter filter{{"to be", "k"}, {"c", "p \\"}, {*Jid::parse("hamlet@denmark.lit")}};
  CHECK(filter_of(stored_text(filter)) == filter);
  CHECK_FALSE(filter_of("x?"));
  CHECK_FALSE(filter_of("p@@"));
  CHECK_FALSE(filter_of("\n"));
}

}  // namespace stoa::pubsub
