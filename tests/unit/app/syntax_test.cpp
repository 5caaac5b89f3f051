#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <stoa/app/config.hpp>

namespace stoa::app {

TEST_CASE("errors of TOML's syntax say line, key, what was expected and what was found") {
  const char* const a_value =
      "expected a text in quotes, a number, true, false or a list in [ ]; found none of these";
  const std::pair<std::string, std::string> wrong[] = {
      {"[[link]\n", "1: link: expected ']'; found the end of the line"},
      {"\n[muc]\nname = Rooms\n", std::string("3: muc.name: ") + a_value},
      {"[muc]\nname = tavern\n", std::string("2: muc.name: ") + a_value},
      {"[muc]\nname = inn\n", std::string("2: muc.name: ") + a_value},
      {"[muc]\nname =\n", "2: muc.name: expected a value; found the end of the line"},
      {"[muc]\nname = \"Rooms\n",
       "2: muc.name: expected a \" that ends the text; found the end of the line"},
      {"[muc]\nname = 'Rooms\n",
       "2: muc.name: expected a ' that ends the text; found the end of the line"},
      {"[muc]\nmax_users 3\n", "2: muc.max_users: expected '='; found '3'"},
      {"[muc]\nmax_users = 3 4\n",
       "2: muc.max_users: expected the end of the line, or a comment; found '4'"},
      {"[muc]\nmax_users = 3k\n", "2: muc.max_users: expected digit; found 'k'"},
      {"[muc]\nmax_users = 3\nmax_users = 3\n",
       "3: muc.max_users: expected each table and each key once; found this one again"},
      {"[muc]\n[muc]\n", "2: muc: expected each table and each key once; found this one again"},
      {"[[link]]\nservices = [\"muc\"\ndomain = \"a\"\n",
       "3: link.domain: expected comma or closing ']'; found 'd'"},
      {"[muc]\nmax_users = 99999999999999999999\n",
       "2: muc.max_users: expected a whole number of at most 64 bits; found a larger one"},
      {"[muc]\nname = \"\\q\"\n",
       "2: muc.name: expected something else: unknown escape sequence '\\q'"},
      {"= 3\n", "1: expected keys, tables, whitespace or comments; found '='"},
      {"name = \"ä\" ü\n", "1: name: expected the end of the line, or a comment; found 'ü'"},
      {"[[link]]\nsecret = sesame\n",
       "2: link.secret: expected a text in quotes, in one line; found something else"},
  };
  for (const auto& row : wrong) {
    const std::string& text = row.first;
    CAPTURE(text);
    const auto read = read_config(text, "x");
    REQUIRE_FALSE(read.ok());
    REQUIRE(read.error().size() == 1);
    CHECK(to_string(read.error().front()) == "x:" + row.second);
  }
}

}  // namespace stoa::app
