#pragma once

#include <optional>
#include <string>
#include <vector>

#include <stoa/xml/element.hpp>

namespace stoa::muc {

/// SHA-1 of the data of each photo of a vCard, hexadecimal (XEP-0486, 4); nullopt where one is no
/// base64.
std::optional<std::vector<std::string>> photo_hashes(const xml::Element& vcard);

}  // namespace stoa::muc
