#pragma once

#include <string>
#include <string_view>

namespace stoa::pep {

/// SHA-1 in Base64: what XEP-0115 calls a verification string, and a name for a thing by its
/// content.
std::string sha1_base64(std::string_view text);

}  // namespace stoa::pep
