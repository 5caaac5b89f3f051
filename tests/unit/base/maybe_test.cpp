#include <string>

#include <doctest/doctest.h>

#include <stoa/base/maybe.hpp>

using stoa::Maybe;

TEST_CASE("what mostly is not there takes a pointer, is shared by copies and compared by value") {
  Maybe<std::string> none;
  CHECK_FALSE(none);
  CHECK(none == Maybe<std::string>());
  Maybe<std::string> one = std::string("one");
  const Maybe<std::string> copy = one;
  CHECK(&*copy == &*one);
  CHECK(copy == Maybe<std::string>(std::string("one")));
  CHECK_FALSE(copy == Maybe<std::string>(std::string("two")));
  CHECK_FALSE(copy == none);
  CHECK(copy->size() == 3);
  one = std::string("another");  // leaves copies alone
  CHECK(*copy == "one");
}
