#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <stoa/xml/element.hpp>
#include <stoa/xml/parser.hpp>

#include "xml/bindings.hpp"

namespace stoa::xml {

/// Makes elements of the names and attributes that expat reports: resolves prefixes and nests.
/// A refusal is returned by the call that meets it.
class Builder {
 public:
  explicit Builder(Limits limits) : limits_(limits) {}

  Bindings& bindings() { return bindings_; }
  bool idle() const { return open_.empty(); }

  /// Resolves a start tag without nesting it; its declarations stay in force. `attributes`
  /// alternates names and values and ends with a null pointer.
  std::optional<StreamError> read_tag(std::string_view qname, const char** attributes,
                                      Element& out);

  std::optional<StreamError> start(std::string_view qname, const char** attributes);
  void text(std::string_view text) {
    if (below_ == 0) open_.back().element->text(text);
  }
  /// True when this closed the outermost element, which take() then gives.
  bool end();
  Element take() { return std::move(root_); }
  /// Whether something of it was nested too deeply, and was left out.
  bool was_cut() const { return cut_; }

 private:
  struct Open {
    Element* element;  // stays put: only the innermost element grows
    std::size_t mark;
  };

  std::optional<StreamError> declare(std::string_view prefix, std::string_view uri,
                                     std::size_t mark, Element& out);
  std::optional<StreamError> add_attribute(std::string_view qname, std::string_view value,
                                           Element& out);

  Limits limits_;
  Bindings bindings_;
  std::vector<Open> open_;
  std::size_t below_ = 0;  // elements that are open below the deepest one that is kept
  bool cut_ = false;
  Element root_;
};

}  // namespace stoa::xml
