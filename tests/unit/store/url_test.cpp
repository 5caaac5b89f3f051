#include "store/postgres/url.hpp"

#include <doctest/doctest.h>

#include <stoa/store/store.hpp>

namespace stoa::store::postgres {

TEST_CASE("URIs and strings of libpq are read as libpq does") {
  const auto settings = settings_of("postgresql://u:a%40b@h1,h2:5433/x?sslmode=require");
  REQUIRE(settings);
  CHECK(*settings == ConnectionSettings{{"user", "u"},
                                        {"password", "a@b"},
                                        {"host", "h1,h2"},
                                        {"port", ",5433"},
                                        {"dbname", "x"},
                                        {"sslmode", "require"}});
  CHECK(settings_of("host=/tmp user='a b'") ==
        ConnectionSettings{{"host", "/tmp"}, {"user", "a b"}});
  CHECK(settings_of("postgresql:///x?host=@abstract") ==
        ConnectionSettings{{"dbname", "x"}, {"host", "@abstract"}});
  CHECK(settings_of("") == ConnectionSettings{});
}

TEST_CASE("settings make a string that libpq reads as the same") {
  const ConnectionSettings settings{{"dbname", "o'x"}, {"password", "a\\b 'c' \""}, {"user", ""}};
  CHECK(settings_of(connection_string(settings)) == settings);
}

TEST_CASE("what libpq could not connect with is no database's URL") {
  const std::string nul = std::string("postgresql:///x\0y", 17);
  for (const std::string& url :
       {std::string("mysql://u:p@h/x"), std::string("stoa"),
        std::string("postgresql:///x?connect_timout=3"), std::string("postgresql://u:p%ss@h/x"),
        std::string("postgresql://u:p@q@h/x"), std::string("postgresql://u:p/q@h/x"),
        std::string("postgresql://u:p/x"), std::string("postgresql://h:0/x"),
        std::string("postgresql://h:99999/x"), std::string("host=h port=5432,x"),
        std::string("postgresql:///x?sslmode=on"), std::string("host=h connect_timeout=soon"),
        std::string("host='h"), nul}) {
    CAPTURE(url);
    CHECK_FALSE(is_database_url(url));
  }
}

}  // namespace stoa::store::postgres
