#include <doctest/doctest.h>

#include <stoa/base/log.hpp>

using namespace stoa;

TEST_CASE("a line is an event and its fields") {
  CHECK(log::line("link-up") == "event=link-up");
  CHECK(log::line("link-up", {{"host", "localhost"}, {"port", "5347"}}) ==
        "event=link-up host=localhost port=5347");
}

TEST_CASE("a value is quoted where it needs to be, as in JSON") {
  CHECK(log::line("e", {{"k", ""}}) == R"(event=e k="")");
  CHECK(log::line("e", {{"k", "two words"}}) == R"(event=e k="two words")");
  CHECK(log::line("e", {{"k", "a=b"}}) == R"(event=e k="a=b")");
  CHECK(log::line("e", {{"k", R"(say "hi" \o/)"}}) == R"(event=e k="say \"hi\" \\o/")");
  CHECK(log::line("e", {{"k", "a\nb\tc\x7f"}}) == R"(event=e k="a\nb\u0009c\u007f")");
  CHECK(log::line("e", {{"k", "grüße"}}) == "event=e k=grüße");
}
