#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <stoa/muc/model/config.hpp>

namespace stoa::store::postgres {

/// Those options of a room that have no column of their own, as lines of `field=value` (a field of
/// several values on several lines, one without any as `field`; `\n` and `\\` escaped).
std::string stored_text(const muc::RoomConfig& config);

/// Sets what the text says; a field that it lacks keeps its value. False where a field is unknown
/// or a value is none of it.
bool read_stored(std::string_view text, muc::RoomConfig& config);

/// The enumerator that token() writes as `word`; nullopt where there is none up to `last`.
template <class Enum>
std::optional<Enum> word_of(std::string_view word, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    if (token(value) == word) return value;
  }
  return std::nullopt;
}

}  // namespace stoa::store::postgres
