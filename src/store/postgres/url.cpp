#include "store/postgres/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string_view>

#include <libpq-fe.h>

#include <stoa/store/store.hpp>

namespace stoa::store {

namespace postgres {

namespace {

constexpr std::array<std::string_view, 6> ssl_modes = {"disable", "allow",     "prefer",
                                                       "require", "verify-ca", "verify-full"};

/// A password with an unescaped `@` goes on, for libpq, in the name of a host, and one with a `/`
/// in that of a database; both stand in what it says of failures.
bool strays(std::string_view url) {
  if (!url.starts_with("postgresql://") && !url.starts_with("postgres://")) return false;
  url.remove_prefix(url.find("://") + 3);
  const std::size_t end = url.find_first_of("@/");
  if (end != std::string_view::npos && url[end] == '@') url.remove_prefix(end + 1);
  return url.substr(0, url.find('?')).find('@') != std::string_view::npos;
}

bool is_number(std::string_view text, int most) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end && number >= 0 && number <= most;
}

/// One for each host; an empty one is the default.
bool are_ports(std::string_view list) {
  for (;;) {
    const std::string_view port = list.substr(0, list.find(','));
    if (!port.empty() && (!is_number(port, 65535) || port == "0")) return false;
    if (port.size() == list.size()) return true;
    list.remove_prefix(port.size() + 1);
  }
}

/// What libpq looks at no sooner than it connects.
bool acceptable(const std::string& keyword, const std::string& value) {
  if (keyword == "port") return are_ports(value);
  if (keyword == "connect_timeout") return is_number(value, 86400);
  if (keyword == "sslmode")
    return std::find(ssl_modes.begin(), ssl_modes.end(), value) != ssl_modes.end();
  return true;
}

}  // namespace

std::optional<ConnectionSettings> settings_of(const std::string& url) {
  if (strays(url) || url.find('\0') != std::string::npos) return std::nullopt;
  char* words = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(url.c_str(), &words), &PQconninfoFree);
  PQfreemem(words);
  if (!options) return std::nullopt;
  ConnectionSettings settings;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    if (!acceptable(option->keyword, option->val)) return std::nullopt;
    settings.emplace(option->keyword, option->val);
  }
  return settings;
}

std::string connection_string(const ConnectionSettings& settings) {
  std::string text;
  for (const auto& [keyword, value] : settings) {
    text += (text.empty() ? "" : " ") + keyword + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\') text += '\\';
      text += c;
    }
    text += '\'';
  }
  return text;
}

}  // namespace postgres

bool is_database_url(const std::string& url) {
  return postgres::settings_of(url).has_value();
}

}  // namespace stoa::store
