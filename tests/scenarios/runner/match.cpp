#include "scenarios/runner/match.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <stoa/stanza/namespaces.hpp>

namespace scenario {
namespace {

using stoa::xml::Attribute;
using stoa::xml::Element;
using stoa::xml::Node;
namespace ns = stoa::ns;

/// The name in a marker `{name}` that begins at `at`; empty where there is none.
std::string_view marker(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '{') return {};
  const std::size_t end = text.find('}', at);
  if (end == std::string_view::npos || end == at + 1) return {};
  const std::string_view name = text.substr(at + 1, end - at - 1);
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return std::all_of(name.begin(), name.end(), fits) ? name : std::string_view();
}

bool is_namespace(const Attribute& attribute) {
  return attribute.prefix() == "xmlns" || (attribute.prefix().empty() && attribute.name == "xmlns");
}

const Attribute* find(const Element& element, const Attribute& like) {
  for (const Attribute& attribute : element.attributes()) {
    if (attribute.name == like.name && attribute.ns() == like.ns()) return &attribute;
  }
  return nullptr;
}

bool same_attributes(const Element& expected, const Element& actual, Captures& captures) {
  for (const Attribute& attribute : expected.attributes()) {
    if (is_namespace(attribute)) continue;
    const Attribute* const other = find(actual, attribute);
    if (!other || !matches(attribute.value, other->value, captures)) return false;
  }
  return std::all_of(actual.attributes().begin(), actual.attributes().end(),
                     [&](const Attribute& attribute) {
                       return is_namespace(attribute) || find(expected, attribute);
                     });
}

/// Runs of text are joined; the marker {more} is taken out and told.
std::vector<Node> content(const Element& element, bool* more) {
  std::vector<Node> nodes;
  for (const Node& node : element.nodes()) {
    const std::string* const text = node.text();
    if (text && more && text->find("{more}") != std::string::npos &&
        element.first_child() != nullptr) {
      *more = true;
    } else if (text && !nodes.empty() && nodes.back().text()) {
      std::get<std::string>(nodes.back().content) += *text;
    } else if (!text || !text->empty()) {
      nodes.push_back(node);
    }
  }
  return nodes;
}

/// Elements whose order among their siblings says nothing.
bool order_free(const Node& node) {
  const Element* const element = node.element();
  if (!element) return false;
  const std::string& name = element->name();
  return name == "status" || name == "feature" || name == "identity" || name == "field" ||
         name == "header";
}

bool same_node(const Node& expected, const Node& actual, Captures& captures) {
  if (const Element* const element = expected.element()) {
    return actual.element() && matches(*element, *actual.element(), captures);
  }
  return actual.text() && matches(*expected.text(), *actual.text(), captures);
}

/// The first of `actual` at or behind `from` that matches; with `free` any later one may, else only
/// the first whose order counts.
std::optional<std::size_t> find_match(const Node& expected, const std::vector<Node>& actual,
                                      const std::vector<bool>& used, bool any_place,
                                      Captures& captures) {
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (used[i]) continue;
    Captures attempt = captures;
    if (same_node(expected, actual[i], attempt)) {
      captures = std::move(attempt);
      return i;
    }
    if (!any_place && !order_free(actual[i])) return std::nullopt;
  }
  return std::nullopt;
}

bool same_content(const Element& expected, const Element& actual, Captures& captures) {
  if (expected.text() == "{content}" && !expected.first_child()) return true;
  bool more = false;
  const std::vector<Node> wanted = content(expected, &more);
  const std::vector<Node> got = content(actual, nullptr);
  if (!more && wanted.size() != got.size()) {
    // The marker {any} as all there is to an element's text matches no text at all, too.
    const bool empty_any =
        got.empty() && wanted.size() == 1 && wanted[0].text() && *wanted[0].text() == "{any}";
    return empty_any;
  }
  std::vector<bool> used(got.size());
  for (const Node& node : wanted) {
    const auto place = find_match(node, got, used, more || order_free(node), captures);
    if (!place) return false;
    used[*place] = true;
  }
  return true;
}

/// An error stanza that is abbreviated to its `<error/>`: what the other one repeats of the
/// request, and the error's text and `by`, are left out of the comparison.
Element abbreviated(const Element& expected, Element actual) {
  const Element* const wanted = expected.child("error", ns::client);
  Element* const error = actual.child("error", ns::client);
  if (!wanted || !error) return actual;
  if (!wanted->attr("by")) error->remove_attr("by");
  if (!wanted->child("text", ns::stanzas)) {
    std::erase_if(error->nodes(), [](const Node& node) {
      return node.element() && node.element()->is("text", ns::stanzas);
    });
  }
  if (expected.children().size() == 1) {
    std::erase_if(actual.nodes(), [](const Node& node) {
      return !node.element() || !node.element()->is("error", ns::client);
    });
  }
  return actual;
}

}  // namespace

std::string filled(std::string_view text, const Captures& captures) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view name = marker(text, i);
    const auto it = captures.find(std::string(name));
    if (!name.empty() && it != captures.end()) {
      result += it->second;
      i += name.size() + 2;
    } else {
      result += text[i++];
    }
  }
  return result;
}

Element filled(const Element& element, const Captures& captures) {
  Element result = element;
  std::vector<Attribute> attributes = element.attributes();
  for (const Attribute& attribute : attributes) {
    if (attribute.ns().empty()) result.set(attribute.name, filled(attribute.value, captures));
  }
  for (Node& node : result.nodes()) {
    if (Element* const child = node.element()) {
      *child = filled(*child, captures);
    } else {
      node.content = filled(*node.text(), captures);
    }
  }
  return result;
}

bool matches(std::string_view expected, std::string_view actual, Captures& captures) {
  std::size_t at = 0;
  while (at < expected.size() && marker(expected, at).empty()) ++at;
  if (expected.substr(0, at) != actual.substr(0, at)) return false;
  if (at == expected.size()) return actual.size() == at;
  const std::string name(marker(expected, at));
  const std::string_view rest = expected.substr(at + name.size() + 2);
  actual.remove_prefix(at);
  const auto known = captures.find(name);
  if (known != captures.end()) {
    if (!actual.starts_with(known->second)) return false;
    return matches(rest, actual.substr(known->second.size()), captures);
  }
  // The longest value first: a marker at the end takes everything.
  for (std::size_t length = actual.size() + 1; length-- > 0;) {
    Captures attempt = captures;
    if (name != "any") attempt[name] = std::string(actual.substr(0, length));
    if (name != "any" && length == 0) return false;
    if (matches(rest, actual.substr(length), attempt)) {
      captures = std::move(attempt);
      return true;
    }
  }
  return false;
}

bool matches(const Element& expected, const Element& actual, Captures& captures) {
  if (!actual.is(expected.name(), expected.ns())) return false;
  Captures attempt = captures;
  if (!same_attributes(expected, actual, attempt)) return false;
  if (!same_content(expected, actual, attempt)) return false;
  captures = std::move(attempt);
  return true;
}

bool matches_stanza(const Element& expected, const Element& actual, Captures& captures) {
  Element seen = actual;
  if (expected.attr("type") == "error") seen = abbreviated(expected, std::move(seen));
  if (!expected.attr("id")) seen.remove_attr("id");
  return matches(expected, seen, captures);
}

}  // namespace scenario
