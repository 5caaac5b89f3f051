#pragma once

#include <string>
#include <string_view>

#include <stoa/xml/element.hpp>

namespace stoa::xml {

/// Appends `text` with `& < > ' "` escaped (and `\t \n \r` as character references where
/// `attribute` is asked for), fit for both character data and attribute values in single quotes.
enum class Quoting { text, attribute };
void append_escaped(std::string& out, std::string_view text, Quoting quoting = Quoting::text);
std::string escaped(std::string_view text, Quoting quoting = Quoting::attribute);

/// Appends ` name='value'`, escaped.
void append_attribute(std::string& out, std::string_view name, std::string_view value);

/// Appends the element as XML. `inherited` is the default namespace in force where it is written:
/// an element in that namespace gets no `xmlns`. Prefixes are re-declared where they were, or where
/// needed, so the output is self-contained apart from `inherited`. Deterministic: attributes in
/// their order.
void write(std::string& out, const Element& element, std::string_view inherited = {});
std::string to_string(const Element& element, std::string_view inherited = {});

}  // namespace stoa::xml
