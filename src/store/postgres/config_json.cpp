#include "store/postgres/config_json.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>
#include <vector>

namespace stoa::store::postgres {
namespace {

void append_char(std::string& out, char c) {
  if (c == '"' || c == '\\') {
    out.push_back('\\');
    out.push_back(c);
  } else if (static_cast<unsigned char>(c) < 0x20) {
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(c));
    out += code.data();
  } else {
    out.push_back(c);
  }
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) append_char(out, c);
  out.push_back('"');
  return out;
}

std::string plain(std::string_view escaped) {
  std::string out;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    const bool escape = escaped[i] == '\\' && i + 1 < escaped.size();
    if (escape) ++i;
    out.push_back(escape && escaped[i] == 'n' ? '\n' : escaped[i]);
  }
  return out;
}

}  // namespace

std::string config_json(std::string_view stored_text) {
  std::vector<std::pair<std::string_view, std::string>> fields;
  while (!stored_text.empty()) {
    const std::string_view line = stored_text.substr(0, stored_text.find('\n'));
    stored_text.remove_prefix(std::min(line.size() + 1, stored_text.size()));
    const std::string_view name = line.substr(0, line.find('='));
    auto at = std::find_if(fields.begin(), fields.end(),
                           [&](const auto& field) { return field.first == name; });
    if (at == fields.end()) at = fields.insert(at, {name, std::string()});
    if (name.size() == line.size()) continue;
    if (!at->second.empty()) at->second.push_back(',');
    at->second += quoted(plain(line.substr(name.size() + 1)));
  }
  std::string json = "{";
  for (const auto& [name, values] : fields) {
    if (json.size() > 1) json.push_back(',');
    json += quoted(name) + ":[" + values + "]";
  }
  json.push_back('}');
  return json;
}

}  // namespace stoa::store::postgres
