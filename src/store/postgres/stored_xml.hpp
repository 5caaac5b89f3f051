#pragma once

#include <string_view>

namespace stoa::store::postgres {

/// Whether a stored text may be written into a stream as it is: one element, or what stands in one
/// (elements and text, or nothing). However large: that was decided when it was stored.
bool is_element(std::string_view text);
bool is_content(std::string_view text);

}  // namespace stoa::store::postgres
