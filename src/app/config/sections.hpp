#pragma once

#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include <stoa/app/config.hpp>

#include "app/config/value.hpp"

namespace stoa::app {

/// By their keys: `database.url`.
using Values = std::map<std::string, Value>;

/// Where in the file the keys of one table are.
class Lines {
 public:
  Lines(const Values& values, unsigned table);

  bool has(const std::string& key) const { return lines_.contains(key); }
  /// The line of the first of these that is there, else the table's.
  unsigned of(std::initializer_list<const char*> keys) const;

 private:
  std::map<std::string, unsigned> lines_;
  unsigned table_;
};

/// Whatever else is wrong with the keys of one table, or of the whole file.
struct Misplaced {
  unsigned line;
  std::string key;
  std::string text;
};

struct Section {
  Values values;
  std::vector<Misplaced> misplaced;
};

unsigned line_of(const toml::node& node);

/// The values in a table and those below it. `keys` are the ones that it may have; what comes
/// before a dot in them is a table.
Section section_of(const toml::table& table, const std::vector<std::string>& keys);

}  // namespace stoa::app
