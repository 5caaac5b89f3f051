#include "app/config/sections.hpp"

#include <algorithm>

#include "app/config/nearest.hpp"

namespace stoa::app {

namespace {

Value value_of(const toml::node& node) {
  Value value{std::monostate(), line_of(node)};
  if (const auto* flag = node.as_boolean()) {
    value.content = flag->get();
  } else if (const auto* whole = node.as_integer()) {
    value.content = whole->get();
  } else if (const auto* real = node.as_floating_point()) {
    value.content = real->get();
  } else if (const auto* text = node.as_string()) {
    value.content = text->get();
  } else if (const auto* list = node.as_array()) {
    std::vector<Value> items;
    for (const toml::node& item : *list) items.push_back(value_of(item));
    value.content = std::move(items);
  }
  return value;
}

/// Goes through one table and those below it.
class Sorter {
 public:
  explicit Sorter(const std::vector<std::string>& keys) : keys_(keys.begin(), keys.end()) {
    for (const std::string& key : keys) {
      for (auto dot = key.find('.'); dot != key.npos; dot = key.find('.', dot + 1)) {
        tables_.insert(key.substr(0, dot));
      }
    }
  }

  void sort(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string path = prefix + std::string(name.str());
      if (const toml::table* inner = node.as_table()) {
        take_table(*inner, path);
      } else if (tables_.contains(path)) {
        const bool several = node.is_array_of_tables();
        fault(node, path,
              "expected one table, [" + path + "]" + (several ? ", in single brackets" : ""));
      } else {
        section.values.emplace(path, value_of(node));
      }
    }
  }

  Section section;

 private:
  void take_table(const toml::table& table, const std::string& path) {
    if (keys_.contains(path)) {
      fault(table, path, "expected a value; found a table");
    } else if (!table.empty() || tables_.contains(path)) {
      sort(table, path + ".");
    } else {
      const std::string nearest = nearest_of(path, {tables_.begin(), tables_.end()});
      fault(table, path,
            "is no table" + (nearest.empty() ? "" : "; did you mean [" + nearest + "]?"));
    }
  }

  void fault(const toml::node& node, const std::string& key, std::string text) {
    section.misplaced.push_back({line_of(node), key, std::move(text)});
  }

  std::set<std::string> keys_;
  std::set<std::string> tables_;
};

}  // namespace

Lines::Lines(const Values& values, unsigned table) : table_(table) {
  for (const auto& [key, value] : values) lines_.emplace(key, value.line);
}

unsigned Lines::of(std::initializer_list<const char*> keys) const {
  for (const char* const key : keys) {
    if (const auto found = lines_.find(key); found != lines_.end()) return found->second;
  }
  return table_;
}

unsigned line_of(const toml::node& node) {
  return node.source().begin.line;
}

Section section_of(const toml::table& table, const std::vector<std::string>& keys) {
  Sorter sorter(keys);
  sorter.sort(table, "");
  return std::move(sorter.section);
}

}  // namespace stoa::app
