#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stoa::muc::wire {

/// The bytes behind base64 text (RFC 4648, 4); white space between is skipped. nullopt for anything
/// else, the empty text included.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace stoa::muc::wire
