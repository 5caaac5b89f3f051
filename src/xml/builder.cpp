#include "xml/builder.hpp"

namespace stoa::xml {

namespace {

constexpr std::string_view xmlns_ns = "http://www.w3.org/2000/xmlns/";

struct QName {
  std::string_view prefix;
  std::string_view local;
};

/// Whether what stands after a colon cannot begin a name, though it may continue one
/// (XML 1.0, 2.3).
bool continues_only(std::string_view local) {
  if ((local[0] >= '0' && local[0] <= '9') || local[0] == '-' || local[0] == '.') return true;
  const auto begins = [&](std::string_view low, std::string_view high) {
    const std::string_view first = local.substr(0, low.size());
    return first >= low && first <= high;
  };
  return begins("\xc2\xb7", "\xc2\xb7") || begins("\xcc\x80", "\xcd\xaf") ||
         begins("\xe2\x80\xbf", "\xe2\x81\x80");
}

/// nullopt for a name that Namespaces in XML does not allow (more than one colon, or one at an
/// end).
std::optional<QName> split(std::string_view name) {
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos) return QName{{}, name};
  const QName parts{name.substr(0, colon), name.substr(colon + 1)};
  if (parts.prefix.empty() || parts.local.empty()) return std::nullopt;
  if (parts.local.find(':') != std::string_view::npos) return std::nullopt;
  if (continues_only(parts.local)) return std::nullopt;
  return parts;
}

StreamError malformed(const char* text) {
  return {"not-well-formed", text};
}

/// The prefix that an attribute declares (empty for the default namespace), nullopt for any other.
std::optional<std::string_view> declared_prefix(std::string_view name) {
  if (!name.starts_with("xmlns")) return std::nullopt;
  if (name.size() == 5) return std::string_view();
  if (name[5] != ':') return std::nullopt;
  return name.substr(6);
}

}  // namespace

std::optional<StreamError> Builder::declare(std::string_view prefix, std::string_view uri,
                                            std::size_t mark, Element& out) {
  const bool is_xml = prefix == "xml";
  if (is_xml != (uri == xml_ns) || prefix == "xmlns" || uri == xmlns_ns) {
    return malformed("a reserved prefix or namespace is declared");
  }
  if (is_xml) return std::nullopt;
  if (bindings_.bound_since(mark, prefix)) return malformed("a prefix is declared twice");
  bindings_.bind(prefix, uri);
  if (!prefix.empty()) out.declare(prefix, uri);
  return std::nullopt;
}

std::optional<StreamError> Builder::add_attribute(std::string_view qname, std::string_view value,
                                                  Element& out) {
  const auto name = split(qname);
  if (!name) return malformed("an attribute name is no qualified name");
  if (name->prefix.empty()) {
    Attribute& plain = out.add_attribute();
    plain.name = name->local;
    plain.value = value;
    return std::nullopt;
  }
  const NamespaceName* const uri = bindings_.uri_of(name->prefix);
  if (uri == nullptr) return malformed("an attribute's prefix is not declared");
  for (const Attribute& other : out.attributes()) {
    if (other.name == name->local && other.ns() == uri->str()) {
      return malformed("an attribute is doubled");
    }
  }
  out.add_attribute({std::string(name->local), std::string(value), name->prefix, uri->str()});
  return std::nullopt;
}

std::optional<StreamError> Builder::read_tag(std::string_view qname, const char** attributes,
                                             Element& out) {
  const std::size_t mark = bindings_.mark();
  std::size_t count = 0;
  std::size_t declarations = 0;
  for (const char** at = attributes; *at != nullptr; at += 2, ++count) {
    const auto prefix = declared_prefix(at[0]);
    if (!prefix) continue;
    ++declarations;
    if (prefix->empty() ? at[0][5] == ':' : *at[1] == '\0') {
      return malformed("a prefix is undeclared or empty");
    }
    if (auto error = declare(*prefix, at[1], mark, out)) return error;
  }
  if (count > limits_.attributes) return StreamError{"policy-violation", "too many attributes"};
  const auto name = split(qname);
  if (!name) return malformed("an element name is no qualified name");
  const NamespaceName* const uri = bindings_.uri_of(name->prefix);
  if (uri == nullptr || name->prefix == "xmlns")
    return malformed("an element's prefix is not declared");
  out.set_name(name->local, *uri, name->prefix);
  out.reserve_attributes(count - declarations);
  for (const char** at = attributes; *at != nullptr; at += 2) {
    if (declarations > 0 && declared_prefix(at[0])) continue;
    if (auto error = add_attribute(at[0], at[1], out)) return error;
  }
  return std::nullopt;
}

std::optional<StreamError> Builder::start(std::string_view qname, const char** attributes) {
  if (open_.size() >= limits_.depth) {
    ++below_;
    cut_ = true;
    return std::nullopt;
  }
  const std::size_t mark = bindings_.mark();
  if (open_.empty()) {
    root_ = Element();
    cut_ = false;
  }
  Element& element = open_.empty() ? root_ : open_.back().element->add();
  open_.push_back({&element, mark});
  return read_tag(qname, attributes, element);
}

bool Builder::end() {
  if (below_ > 0) {
    --below_;
    return false;
  }
  bindings_.release(open_.back().mark);
  open_.pop_back();
  return open_.empty();
}

}  // namespace stoa::xml
