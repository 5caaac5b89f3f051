#include "app/config/syntax.hpp"

#include <algorithm>
#include <array>

namespace stoa::app {

namespace {

constexpr std::string_view a_value =
    "a text in quotes, a number, true, false or a list in [ ]; found none of these";

/// What toml++ (3.3) says, and what that means to the reader. The first that fits.
struct Phrase {
  std::string_view said;
  std::string_view meant;  ///< with what was found, unless that can be looked at
};
constexpr std::array phrases = {
    Phrase{"could not determine value type", a_value},
    Phrase{"while parsing boolean", a_value},
    Phrase{"expected 'inf'", a_value},
    Phrase{"expected 'nan'", a_value},
    Phrase{"not representable", "a whole number of at most 64 bits; found a larger one"},
    Phrase{"utf-8", "text in UTF-8; found bytes that are none"},
    Phrase{"leading zeroes", "a number without a zero before it; found one with"},
    Phrase{"blank bare keys", "the name of a table"},
    Phrase{"expected value,", "a value"},
    Phrase{"literal string: control characters", "a ' that ends the text"},
    Phrase{"string: unescaped control characters", "a \" that ends the text"},
    Phrase{"literal string: encountered end-of-file", "a ' that ends the text"},
    Phrase{"string: encountered end-of-file", "a \" that ends the text"},
    Phrase{"expected a comment or whitespace", "the end of the line, or a comment"},
};

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

std::string_view without_margin(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
}

std::string_view name_at_start(std::string_view text) {
  const auto* const end = std::find_if_not(text.begin(), text.end(), in_name);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// `[[link]]` is `link`; empty where the line heads no table.
std::string_view table_of(std::string_view line) {
  line = without_margin(line);
  if (!line.starts_with('[')) return {};
  const std::size_t begin = line.find_first_not_of("[ \t");
  return begin == std::string_view::npos ? std::string_view() : name_at_start(line.substr(begin));
}

struct Seen {
  std::string_view table;  ///< in which the line stands
  std::string_view line;
};

Seen look_at(std::string_view text, unsigned number) {
  Seen seen;
  while (number-- > 0) {
    if (const auto table = table_of(seen.line); !table.empty()) seen.table = table;
    const std::size_t end = text.find('\n');
    seen.line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return seen;
}

/// A word counts as a key where a `=` follows, or where the parser says that one should.
std::string key_of(const Seen& seen, std::string_view description) {
  if (const auto table = table_of(seen.line); !table.empty()) return std::string(table);
  const std::string_view rest = without_margin(seen.line);
  const std::string_view name = name_at_start(rest);
  const bool sure = without_margin(rest.substr(name.size())).starts_with('=') ||
                    description.find("expected '='") != std::string_view::npos;
  if (name.empty() || !sure) return {};
  return (seen.table.empty() ? "" : std::string(seen.table) + ".") + std::string(name);
}

bool is_private(std::string_view key) {
  return key.ends_with("secret") || key.ends_with("url") || key.find("pass") != key.npos;
}

std::string found_at(std::string_view line, unsigned column) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  while (column-- > 1 && !line.empty()) {
    line.remove_prefix(1);
    while (!line.empty() && continues(line.front())) line.remove_prefix(1);
  }
  if (line.empty() || line == "\r") return "the end of the line";
  if (static_cast<unsigned char>(line.front()) < 0x20) return "a control character";
  std::size_t size = 1;
  while (size < line.size() && continues(line[size])) ++size;
  return "'" + std::string(line.substr(0, size)) + "'";
}

/// Of "Error while parsing array: expected comma or closing ']', saw 'b'" the "comma or closing
/// ']'"; of what toml++ says without "expected", all but the beginning.
std::string own_words(std::string_view description) {
  constexpr std::string_view expected = "expected ";
  description = description.substr(0, description.find(", saw"));
  if (const auto at = description.find(expected); at != description.npos) {
    return std::string(description.substr(at + expected.size()));
  }
  const auto colon = description.find(": ");
  if (colon != description.npos) description.remove_prefix(colon + 2);
  return "something else: " + std::string(description);
}

}  // namespace

SyntaxFault explain_syntax(std::string_view text, const SyntaxError& error) {
  const Seen seen = look_at(text, error.line);
  SyntaxFault fault{key_of(seen, error.description), "expected "};
  if (error.description.find("cannot redefine") != error.description.npos) {
    fault.text += "each table and each key once; found this one again";
    return fault;
  }
  if (is_private(fault.key)) {
    fault.text += "a text in quotes, in one line; found something else";
    return fault;
  }
  const auto* const phrase = std::find_if(phrases.begin(), phrases.end(), [&](const Phrase& one) {
    return error.description.find(one.said) != error.description.npos;
  });
  const std::string meant =
      phrase == phrases.end() ? own_words(error.description) : std::string(phrase->meant);
  fault.text += meant;
  const bool complete = meant.find("; found") != meant.npos || meant.starts_with("something else");
  if (!complete) fault.text += "; found " + found_at(seen.line, error.column);
  return fault;
}

}  // namespace stoa::app
