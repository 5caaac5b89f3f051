#include "store/postgres/array.hpp"

#include <doctest/doctest.h>

#include "store/postgres/config_json.hpp"
#include "store/postgres/fault.hpp"

using namespace stoa;
using namespace stoa::store::postgres;

TEST_CASE("an array is a literal that PostgreSQL reads") {
  Array array;
  CHECK(array.take() == "{}");
  array.add("plain");
  array.add("a \"quoted\" \\ one, {with} NULL");
  array.add_null();
  array.add("");
  CHECK(array.take() == R"({"plain","a \"quoted\" \\ one, {with} NULL",NULL,""})");
  array.add(std::uint64_t{18});
  array.add(std::optional<std::uint64_t>());
  CHECK(array.take() == "{18,NULL}");
  array.add(true);
  array.add(false);
  CHECK(array.take() == "{t,f}");
  array.add(Timestamp(Duration(-5)));
  CHECK(array.take() == "{-5}");
}

TEST_CASE("a NUL cannot be stored") {
  Array array;
  CHECK_THROWS_AS(array.add(std::string_view("a\0b", 3)), Fault);
}

TEST_CASE("a digest is the first half of the SHA-256") {
  CHECK(digest("abc") == "ba7816bf8f01cfea414140de5dae2223");
  CHECK(digest("") == "e3b0c44298fc1c149afbf4c8996fb924");
}

TEST_CASE("a configuration's lines become a JSON object of lists") {
  CHECK(config_json("") == "{}");
  CHECK(config_json("a=1\nb=x\\ny\\\\z\nnone\nlist=p\nlist=q=r\n") ==
        R"({"a":["1"],"b":["x\u000ay\\z"],"none":[],"list":["p","q=r"]})");
  CHECK(config_json("a=\"\x01\n") == R"({"a":["\"\u0001"]})");
}

TEST_CASE("SQLSTATEs say whom to blame") {
  CHECK(fault_kind("22021") == FaultKind::content);
  CHECK(fault_kind("23505") == FaultKind::content);
  CHECK(fault_kind("54000") == FaultKind::content);
  CHECK(fault_kind("40001") == FaultKind::repeat);
  CHECK(fault_kind("40P01") == FaultKind::repeat);
  CHECK(fault_kind("57P01") == FaultKind::connection);
  CHECK(fault_kind("53100") == FaultKind::connection);
  CHECK(fault_kind("25006") == FaultKind::connection);
  CHECK(fault_kind("") == FaultKind::connection);
}
