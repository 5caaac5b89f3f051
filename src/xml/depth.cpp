#include <stoa/xml/depth.hpp>

namespace stoa::xml {

namespace {
constexpr std::string_view mark_name = "cut";
constexpr std::string_view mark_ns = "urn:stoa:xml:depth";
}  // namespace

void mark_as_cut(Element& stanza) {
  stanza.add(mark_name, mark_ns);
}

bool take_cut_mark(Element& stanza) {
  if (stanza.nodes().empty()) return false;
  const Element* const last = stanza.nodes().back().element();
  if (last == nullptr || !last->is(mark_name, mark_ns)) return false;
  stanza.nodes().pop_back();
  return true;
}

}  // namespace stoa::xml
