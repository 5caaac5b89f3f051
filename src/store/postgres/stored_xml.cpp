#include "store/postgres/stored_xml.hpp"

#include <limits>
#include <string>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

namespace stoa::store::postgres {

bool is_element(std::string_view text) {
  constexpr xml::Limits limits{.stanza_bytes = std::numeric_limits<std::size_t>::max()};
  return xml::parse(text, ns::client, limits).ok();
}

bool is_content(std::string_view text) {
  if (text.empty()) return true;
  std::string whole = "<c>";
  whole += text;
  whole += "</c>";
  return is_element(whole);
}

}  // namespace stoa::store::postgres
