#pragma once

#include <cstddef>

namespace stoa {

inline constexpr std::size_t max_part = 1023;  // bytes of each part (RFC 7622, 3.1)
inline constexpr std::size_t max_label = 63;   // bytes of a label (RFC 1035, 2.3.4)

}  // namespace stoa
