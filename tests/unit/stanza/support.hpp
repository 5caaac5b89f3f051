#pragma once

#include <string_view>

#include <doctest/doctest.h>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/stanza/stanza.hpp>
#include <stoa/xml/parser.hpp>

/// The element of a text in jabber:client, or in another default namespace.
inline stoa::xml::Element element_of(std::string_view text,
                                     std::string_view inherited = stoa::ns::client) {
  auto parsed = stoa::xml::parse(text, inherited);
  REQUIRE_MESSAGE(parsed.ok(), text);
  return std::move(parsed).value();
}

inline stoa::Stanza stanza_of(std::string_view text) {
  auto decoded = stoa::decode_stanza(element_of(text));
  REQUIRE_MESSAGE(decoded.ok(), text);
  return std::move(decoded).value();
}
