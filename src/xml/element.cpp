#include <algorithm>

#include <stoa/xml/element.hpp>

namespace stoa::xml {

namespace {

template <class Attributes>
auto find_attribute(Attributes& attributes, std::string_view name, std::string_view ns) {
  return std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& attribute) {
    return attribute.name == name && attribute.ns() == ns;
  });
}

bool white_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

const std::string& NamespaceName::none() {
  static const std::string text;
  return text;
}

Element::Element() noexcept = default;
Element::Element(std::string_view name, std::string_view ns) : name_(name), ns_(ns) {}
Element::Element(const Element&) = default;
Element::Element(Element&&) noexcept = default;
Element& Element::operator=(const Element&) = default;
Element& Element::operator=(Element&&) noexcept = default;
Element::~Element() = default;

std::optional<std::string_view> Element::attr(std::string_view name) const {
  const auto found = find_attribute(attributes_, name, {});
  if (found == attributes_.end()) return std::nullopt;
  return found->value;
}

std::string_view Element::attr_or(std::string_view name, std::string_view otherwise) const {
  return attr(name).value_or(otherwise);
}

std::optional<std::string_view> Element::lang() const {
  const auto found = find_attribute(attributes_, "lang", xml_ns);
  if (found == attributes_.end()) return std::nullopt;
  return found->value;
}

Element& Element::set(std::string_view name, std::string_view value) & {
  const auto found = find_attribute(attributes_, name, {});
  if (found != attributes_.end()) {
    found->value = value;
  } else {
    attributes_.emplace_back(std::string(name), std::string(value));
  }
  return *this;
}

Element&& Element::set(std::string_view name, std::string_view value) && {
  set(name, value);
  return std::move(*this);
}

void Element::set_lang(std::string_view lang) {
  const auto found = find_attribute(attributes_, "lang", xml_ns);
  if (found != attributes_.end()) {
    found->value = lang;
  } else {
    attributes_.emplace_back("lang", std::string(lang), "xml", xml_ns);
  }
}

void Element::remove_attr(std::string_view name) {
  const auto found = find_attribute(attributes_, name, {});
  if (found != attributes_.end()) attributes_.erase(found);
}

Element& Element::add(Element child) {
  nodes_.push_back(Node{std::move(child)});
  return *nodes_.back().element();
}

Element& Element::add(std::string_view name, std::string_view ns) {
  Element child;
  child.name_ = name;
  child.ns_ = ns == ns_.str() ? ns_ : NamespaceName(ns);
  return add(std::move(child));
}

Element& Element::add() {
  // One child is the rule; who has two has some more.
  if (nodes_.size() == 1 && nodes_.capacity() == 1) nodes_.reserve(4);
  return *nodes_.emplace_back().element();
}

Element& Element::text(std::string_view text) & {
  if (text.empty()) return *this;
  if (!nodes_.empty()) {
    if (auto* last = std::get_if<std::string>(&nodes_.back().content)) {
      last->append(text);
      return *this;
    }
  }
  nodes_.push_back(Node{std::string(text)});
  return *this;
}

Element&& Element::text(std::string_view text) && {
  this->text(text);
  return std::move(*this);
}

Element&& Element::with(Element child) && {
  add(std::move(child));
  return std::move(*this);
}

const Element* Element::child(std::string_view name, std::string_view ns) const {
  for (const Node& node : nodes_) {
    const Element* element = node.element();
    if (element != nullptr && element->is(name, ns)) return element;
  }
  return nullptr;
}

Element* Element::child(std::string_view name, std::string_view ns) {
  for (Node& node : nodes_) {
    Element* element = node.element();
    if (element != nullptr && element->is(name, ns)) return element;
  }
  return nullptr;
}

const Element* Element::first_child() const {
  for (const Node& node : nodes_) {
    if (const Element* element = node.element()) return element;
  }
  return nullptr;
}

std::vector<const Element*> Element::children() const {
  std::vector<const Element*> out;
  for (const Node& node : nodes_) {
    if (const Element* element = node.element()) out.push_back(element);
  }
  return out;
}

std::vector<const Element*> Element::children(std::string_view name, std::string_view ns) const {
  std::vector<const Element*> out;
  for (const Node& node : nodes_) {
    const Element* element = node.element();
    if (element != nullptr && element->is(name, ns)) out.push_back(element);
  }
  return out;
}

std::string Element::text() const {
  std::string out;
  for (const Node& node : nodes_) {
    if (const std::string* run = node.text()) out += *run;
  }
  return out;
}

bool Element::has_text() const {
  return std::any_of(nodes_.begin(), nodes_.end(), [](const Node& node) {
    const std::string* run = node.text();
    return run != nullptr && !std::all_of(run->begin(), run->end(), white_space);
  });
}

std::string_view Element::prefix() const {
  const Prefixes* const prefixes = prefixes_.get();
  return prefixes ? std::string_view(prefixes->own) : std::string_view();
}

void Element::set_prefix(std::string_view prefix) {
  if (!prefix.empty() || prefixes_.get()) prefixes_.touch().own = prefix;
}

void Element::declare(std::string_view prefix, std::string_view uri) {
  prefixes_.touch().declared.emplace_back(prefix, uri);
}

const Element::Declarations& Element::declarations() const {
  static const Declarations none;
  return prefixes_.get() ? prefixes_.get()->declared : none;
}

void Element::rename_ns(std::string_view from, const NamespaceName& to) {
  if (ns_.str() != from) return;
  ns_ = to;
  if (Prefixes* const prefixes = prefixes_.get()) {
    for (auto& [prefix, uri] : prefixes->declared) {
      if (uri == from) uri = to.str();
    }
  }
  for (Node& node : nodes_) {
    if (Element* element = node.element()) element->rename_ns(from, to);
  }
}

}  // namespace stoa::xml
