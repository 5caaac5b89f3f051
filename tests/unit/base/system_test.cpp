#include <set>

#include <doctest/doctest.h>

#include <stoa/base/system.hpp>

using namespace stoa;

TEST_CASE("a token has 22 characters of the URL alphabet and never repeats") {
  RandomIds ids;
  std::set<std::string> seen;
  for (int i = 0; i < 2000; ++i) {
    const std::string token = ids.token();
    CHECK(token.size() == 22);
    CHECK(token.find_first_not_of(
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    seen.insert(token);
  }
  CHECK(seen.size() == 2000);
}

TEST_CASE("a key has 32 hexadecimal digits and never repeats") {
  RandomIds ids;
  std::set<std::string> seen;
  for (int i = 0; i < 2000; ++i) {
    const std::string key = ids.key();
    CHECK(key.size() == 32);
    CHECK(key.find_first_not_of("0123456789abcdef") == std::string::npos);
    seen.insert(key);
  }
  CHECK(seen.size() == 2000);
}

TEST_CASE("the clock tells a time after this was written") {
  SystemClock clock;
  CHECK(clock.now() > *parse_xep0082("2024-01-01T00:00:00Z"));
}

TEST_CASE("numbers rise within a run, from run to run, and above what is stored") {
  RandomIds first;
  const std::uint64_t a = first.number();
  CHECK(first.number() > a);
  CHECK(a < std::uint64_t{1} << 62);
  const std::uint64_t stored = a * 2;
  CHECK(RandomIds(stored).number() == stored + 1);
}
