#pragma once

#include <string_view>

namespace stoa {

/// A text for humans in the language that a stanza asks for (`xml:lang`, RFC 6120, 8.1.5).
struct Translated {
  std::string_view text;
  std::string_view lang;
};

/// The English text in that language, or as it is where there is no translation. Only the language
/// of a tag counts: `de-AT` is German.
Translated translate(std::string_view english, std::string_view lang);

}  // namespace stoa
