#include <doctest/doctest.h>

#include <stoa/base/time.hpp>

using namespace stoa;

namespace {

Timestamp at(std::int64_t microseconds) {
  return Timestamp(Duration(microseconds));
}

}  // namespace

TEST_CASE("a time is written in UTC, with a fraction only where it has one") {
  CHECK(format_xep0082(at(0)) == "1970-01-01T00:00:00Z");
  CHECK(format_xep0082(at(1795231800250000)) == "2026-11-21T03:30:00.250000Z");
  CHECK(format_xep0082(at(1)) == "1970-01-01T00:00:00.000001Z");
  CHECK(format_xep0082(at(-1)) == "1969-12-31T23:59:59.999999Z");
  CHECK(format_xep0082(at(951782400000000)) == "2000-02-29T00:00:00Z");
}

TEST_CASE("every DateTime of XEP-0082 is read") {
  CHECK(parse_xep0082("1970-01-01T00:00:00Z") == at(0));
  CHECK(parse_xep0082("1969-07-21T02:56:15Z") == at(-14159025000000));
  CHECK(parse_xep0082("1969-07-20T21:56:15-05:00") == at(-14159025000000));
  CHECK(parse_xep0082("2026-11-21T05:00:00.25+01:30") == at(1795231800250000));
  CHECK(parse_xep0082("1970-01-01T00:00:00.1Z") == at(100000));
  CHECK(parse_xep0082("1970-01-01T00:00:00.123456789Z") == at(123456));
  CHECK(parse_xep0082("1970-01-01T00:00:00+00:00") == at(0));
}

TEST_CASE("what is no DateTime is not read") {
  for (const char* text : {"",
                           "now",
                           "1970-01-01",
                           "1970-01-01T00:00:00",
                           "1970-01-01 00:00:00Z",
                           "1970-01-01T00:00:00z",
                           "1970-13-01T00:00:00Z",
                           "1970-02-29T00:00:00Z",
                           "2000-02-30T00:00:00Z",
                           "1970-01-00T00:00:00Z",
                           "1970-01-01T24:00:00Z",
                           "1970-01-01T00:60:00Z",
                           "1970-01-01T00:00:60Z",
                           "1970-01-01T00:00:00.Z",
                           "1970-01-01T00:00:00+0100",
                           "1970-01-01T00:00:00+15:00",
                           "1970-01-01T00:00:00Z ",
                           " 1970-01-01T00:00:00Z",
                           "70-01-01T00:00:00Z",
                           "0000-01-01T00:00:00Z",
                           "1970-1-1T00:00:00Z",
                           "-970-01-01T00:00:00Z",
                           "1970-01-01T00:00:00ZZ"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_xep0082(text));
  }
}

TEST_CASE("what is written is read back the same") {
  for (std::int64_t t = -62135596800000000; t < 253402300799999999; t += 7919131313131337) {
    CAPTURE(t);
    CHECK(parse_xep0082(format_xep0082(at(t))) == at(t));
  }
}
