#include <doctest/doctest.h>

#include <stoa/forms/values.hpp>

using namespace stoa;
using namespace stoa::forms;

TEST_CASE("numbers stay in their range") {
  const IntegerRule rule{.min = 0, .max = 10};
  CHECK(**read_integer({"0"}, rule) == 0);
  CHECK(**read_integer({" 10 "}, rule) == 10);
  CHECK(**read_integer({"+7"}, rule) == 7);
  CHECK(**read_integer({"007"}, rule) == 7);
  for (const char* text :
       {"11", "-1", "", "1.5", "1e3", "max", "99999999999999999999", "+-1", "+"}) {
    CAPTURE(text);
    const auto read = read_integer({text}, rule);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().text == "must be a whole number from 0 to 10");
  }
  CHECK_FALSE(read_integer({}, rule).ok());
  CHECK_FALSE(read_integer({"1", "2"}, rule).ok());
}

TEST_CASE("a word stands for a number where the rule has one [PS-CFG-12]") {
  const IntegerRule rule{.min = 1, .max = 10, .word = "max"};
  const auto word = read_integer({"max"}, rule);
  REQUIRE(word.ok());
  CHECK_FALSE(word->has_value());
  CHECK(read_integer({"0"}, rule).error().text == "must be a whole number from 1 to 10, or max");
}

TEST_CASE("a number above the limit is clamped where the rule says so") {
  const IntegerRule rule{.max = 50, .excess = IntegerRule::Excess::clamped};
  CHECK(**read_integer({"51"}, rule) == 50);
  CHECK(**read_integer({"99999999999999999999"}, rule) == 50);
  CHECK_FALSE(read_integer({"-1"}, rule).ok());
  CHECK_FALSE(read_integer({"-99999999999999999999"}, rule).ok());
}

TEST_CASE("number fields carry their validation [PS-CFG-10]") {
  CHECK(validation_of({.min = 1, .max = 9}) ==
        Validation{
            .datatype = "xs:integer", .method = Validation::Method::range, .min = "1", .max = "9"});
  CHECK(validation_of({.min = 1}).max.empty());
  CHECK(validation_of({.min = 1, .max = 9, .word = "max"}).datatype == "pubsub:integer-or-max");
}

TEST_CASE("text is measured in characters, not in bytes") {
  const TextRule rule{.max_chars = 3};
  CHECK(read_text({"\xc3\xa4\xc3\xb6\xc3\xbc"}, rule, FieldType::text_single).ok());
  CHECK_FALSE(read_text({"abcd"}, rule, FieldType::text_single).ok());
  CHECK(*read_text({}, rule, FieldType::text_single) == "");
  CHECK_FALSE(read_text({"a", "b"}, rule, FieldType::text_single).ok());
  CHECK(*read_text({"a", "b"}, rule, FieldType::text_multi) == "a\nb");
}

TEST_CASE("JIDs are prepared, and empty values are none") {
  CHECK(read_jid({" Romeo@Montague.lit/Orchard "}, JidForm::as_given)->str() ==
        "romeo@montague.lit/Orchard");
  CHECK(read_jid({"Romeo@Montague.lit/Orchard"}, JidForm::bare)->str() == "romeo@montague.lit");
  CHECK(read_jid({""}, JidForm::bare)->empty());
  CHECK_FALSE(read_jid({"@"}, JidForm::bare).ok());

  const auto jids = read_jids({"a@b/1", "", "A@b/2", "c@d"}, JidForm::bare);
  REQUIRE(jids.ok());
  REQUIRE(jids->size() == 2);
  CHECK((*jids)[0].str() == "a@b");
  CHECK((*jids)[1].str() == "c@d");
  CHECK_FALSE(read_jids({"a@b", "@"}, JidForm::bare).ok());
}

TEST_CASE("language tags have the shape of BCP 47") {
  for (const char* tag : {"de", "pt-BR", "zh-Hant-TW", "x-klingon", "sl-rozaj-biske", "EN"}) {
    CAPTURE(tag);
    CHECK(is_language_tag(tag));
  }
  for (const char* tag :
       {"", "-", "de-", "d", "x", "german language", "de_DE", "1de", "deutschland"}) {
    CAPTURE(tag);
    CHECK_FALSE(is_language_tag(tag));
  }
}
