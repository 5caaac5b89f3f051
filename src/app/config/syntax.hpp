#pragma once

#include <string>
#include <string_view>

namespace stoa::app {

/// Where the parser stopped, and its words for it.
struct SyntaxError {
  unsigned line = 1;
  unsigned column = 1;  ///< in characters
  std::string_view description;
};

/// The words for it: which key of the line it is about, where one can be seen on it, what was
/// expected, and what was found.
struct SyntaxFault {
  std::string key;
  std::string text;
};

/// Never quotes more than one character of a value, and none of one that is to be kept secret.
SyntaxFault explain_syntax(std::string_view text, const SyntaxError& error);

}  // namespace stoa::app
