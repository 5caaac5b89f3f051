#include <algorithm>

#include <stoa/xml/element.hpp>

namespace stoa::xml {

namespace {

bool same_attributes(const Element& a, const Element& b) {
  const auto& left = a.attributes();
  const auto& right = b.attributes();
  return left.size() == right.size() &&
         std::all_of(left.begin(), left.end(), [&](const Attribute& attribute) {
           return std::any_of(right.begin(), right.end(), [&](const Attribute& other) {
             return attribute.name == other.name && attribute.ns() == other.ns() &&
                    attribute.value == other.value;
           });
         });
}

using Position = std::vector<Node>::const_iterator;

/// Takes the adjacent runs of text at `position` as one.
std::string take_text(Position& position, Position end) {
  std::string out;
  while (position != end && position->text() != nullptr) out += *(position++)->text();
  return out;
}

}  // namespace

bool same(const Element& a, const Element& b) {
  if (a.name_ != b.name_ || a.ns_.str() != b.ns_.str() || !same_attributes(a, b)) return false;
  Position left = a.nodes_.begin();
  Position right = b.nodes_.begin();
  while (true) {
    if (take_text(left, a.nodes_.end()) != take_text(right, b.nodes_.end())) return false;
    if (left == a.nodes_.end() || right == b.nodes_.end()) break;
    if (!same(*(left++)->element(), *(right++)->element())) return false;
  }
  return left == a.nodes_.end() && right == b.nodes_.end();
}

}  // namespace stoa::xml
