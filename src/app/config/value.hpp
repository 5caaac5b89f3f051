#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <stoa/base/log.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/link/link.hpp>
#include <stoa/muc/model/settings.hpp>
#include <stoa/pubsub/model/settings.hpp>

/// TOML values, and how they become members of the configuration: read() says what was expected
/// instead, literal() writes the member as TOML.
namespace stoa::app {

struct Value {
  /// std::monostate: of a type that no key has, such as a date
  std::variant<bool, std::int64_t, double, std::string, std::vector<Value>, std::monostate> content;
  unsigned line = 0;
};

/// What was expected in place of a value; nullopt where it was fine.
using Expected = std::optional<std::string>;

Expected read(const Value& value, bool& out);
Expected read(const Value& value, double& out);
Expected read(const Value& value, std::string& out);
Expected read(const Value& value, Jid& out);
Expected read(const Value& value, pubsub::NameRule& out);
Expected read(const Value& value, pubsub::LimitRule& out);
std::string literal(bool value);
std::string literal(double value);
std::string literal(const std::string& value);
std::string literal(const Jid& value);
std::string literal(const pubsub::NameRule& value);
std::string literal(const pubsub::LimitRule& value);

template <class T>
requires std::is_integral_v<T> Expected read(const Value& value, T& out) {
  const auto* number = std::get_if<std::int64_t>(&value.content);
  if (number != nullptr && *number >= 0 && std::in_range<T>(*number)) {
    out = static_cast<T>(*number);
    return std::nullopt;
  }
  const auto top = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
  if (top > std::uint64_t{1} << 40) return "a whole number, 0 or more";
  return "a whole number from 0 to " + std::to_string(top);
}
template <class T>
requires std::is_integral_v<T> std::string literal(T value) {
  return std::to_string(value);
}

/// Durations are seconds in the file.
template <class Rep, class Period>
Expected read(const Value& value, std::chrono::duration<Rep, Period>& out) {
  using Target = std::chrono::duration<Rep, Period>;
  double seconds = 0;
  if (read(value, seconds)) return "a number of seconds";
  out = std::chrono::round<Target>(std::chrono::duration<double>(seconds));
  return std::nullopt;
}
template <class Rep, class Period>
std::string literal(std::chrono::duration<Rep, Period> value) {
  return literal(std::chrono::duration<double>(value).count());
}

/// Tokens of the enumerations that the file names.
template <class Enum>
struct Tokens;
template <>
struct Tokens<log::Level> {
  static constexpr std::array words = {
      std::pair{"debug", log::Level::debug}, std::pair{"info", log::Level::info},
      std::pair{"warning", log::Level::warning}, std::pair{"error", log::Level::error}};
};
template <>
struct Tokens<link::Tls> {
  static constexpr std::array words = {std::pair{"off", link::Tls::off},
                                       std::pair{"verify", link::Tls::verify},
                                       std::pair{"unverified", link::Tls::unverified}};
};
template <>
struct Tokens<pubsub::Creation> {
  static constexpr std::array words = {
      std::pair{"anyone", pubsub::Creation::anyone},
      std::pair{"listed_domains", pubsub::Creation::listed_domains},
      std::pair{"admins", pubsub::Creation::admins}};
};
template <>
struct Tokens<pubsub::CollectionAccess> {
  static constexpr std::array words = {
      std::pair{"both", pubsub::CollectionAccess::both},
      std::pair{"collection-only", pubsub::CollectionAccess::collection_only}};
};
template <>
struct Tokens<pubsub::Chart> {
  static constexpr std::array words = {std::pair{"strict", pubsub::Chart::strict},
                                       std::pair{"lenient", pubsub::Chart::lenient}};
};
template <>
struct Tokens<pubsub::Binding> {
  static constexpr std::array words = {std::pair{"owners", pubsub::Binding::owners},
                                       std::pair{"publishers", pubsub::Binding::publishers}};
};
template <>
struct Tokens<pubsub::ThirdParties> {
  static constexpr std::array words = {std::pair{"same_domain", pubsub::ThirdParties::same_domain},
                                       std::pair{"anyone", pubsub::ThirdParties::anyone},
                                       std::pair{"nobody", pubsub::ThirdParties::nobody}};
};
template <>
struct Tokens<pubsub::LeasePolicy> {
  static constexpr std::array words = {std::pair{"optional", pubsub::LeasePolicy::optional},
                                       std::pair{"applied", pubsub::LeasePolicy::applied},
                                       std::pair{"asked", pubsub::LeasePolicy::asked},
                                       std::pair{"required", pubsub::LeasePolicy::required}};
};
template <>
struct Tokens<muc::CreationRule> {
  static constexpr std::array words = {std::pair{"everybody", muc::CreationRule::everybody},
                                       std::pair{"listed", muc::CreationRule::listed},
                                       std::pair{"admins", muc::CreationRule::admins}};
};
template <>
struct Tokens<muc::ListRule> {
  static constexpr std::array words = {std::pair{"everybody", muc::ListRule::everybody},
                                       std::pair{"listed_domains", muc::ListRule::listed_domains},
                                       std::pair{"nobody", muc::ListRule::nobody}};
};
template <>
struct Tokens<muc::UnconfiguredRule> {
  static constexpr std::array words = {std::pair{"unlock", muc::UnconfiguredRule::unlock},
                                       std::pair{"destroy", muc::UnconfiguredRule::destroy}};
};

template <class Enum>
requires std::is_enum_v<Enum> Expected read(const Value& value, Enum& out) {
  const auto* text = std::get_if<std::string>(&value.content);
  std::string expected = "one of";
  for (const auto& [word, meant] : Tokens<Enum>::words) {
    if (text != nullptr && *text == word) {
      out = meant;
      return std::nullopt;
    }
    expected += std::string(" \"") + word + "\"";
  }
  return expected;
}
template <class Enum>
requires std::is_enum_v<Enum> std::string literal(Enum value) {
  for (const auto& [word, meant] : Tokens<Enum>::words) {
    if (meant == value) return literal(std::string(word));
  }
  return literal(std::string());
}

template <class T>
Expected read(const Value& value, std::vector<T>& out) {
  const auto* list = std::get_if<std::vector<Value>>(&value.content);
  if (list == nullptr) return "a list, in [ ]";
  std::vector<T> all;
  for (const Value& item : *list) {
    T one{};
    if (const Expected expected = read(item, one)) return "a list of which each is " + *expected;
    all.push_back(std::move(one));
  }
  out = std::move(all);
  return std::nullopt;
}
template <class T>
std::string literal(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) text += (text.size() > 1 ? ", " : "") + literal(value);
  return text + "]";
}

}  // namespace stoa::app
