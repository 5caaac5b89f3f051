#pragma once

#include <array>
#include <optional>
#include <string_view>

#include <stoa/muc/model/archive.hpp>

namespace stoa::muc {

inline constexpr std::array<std::string_view, 3> copy_kinds{"message", "subject", "notice"};

inline std::string_view copy_word(RowKind kind) {
  return copy_kinds.at(static_cast<std::size_t>(kind));
}
inline std::optional<RowKind> copy_kind(std::string_view word) {
  for (std::size_t i = 0; i < copy_kinds.size(); ++i) {
    if (copy_kinds.at(i) == word) return static_cast<RowKind>(i);
  }
  return std::nullopt;
}

}  // namespace stoa::muc
