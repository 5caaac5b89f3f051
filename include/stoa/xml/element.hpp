#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <stoa/base/box.hpp>

namespace stoa::xml {

/// What the prefix `xml` always stands for.
inline constexpr std::string_view xml_ns = "http://www.w3.org/XML/1998/namespace";

/// The namespace name of an element. shared_ptr: names are long and few, so that an element takes
/// its parent's instead of a copy; the text never changes.
class NamespaceName {
 public:
  NamespaceName() = default;
  explicit NamespaceName(std::string_view uri)
      : text_(uri.empty() ? nullptr : std::make_shared<const std::string>(uri)) {}

  const std::string& str() const { return text_ ? *text_ : none(); }

 private:
  static const std::string& none();
  std::shared_ptr<const std::string> text_;  // null: no namespace
};

struct Attribute {
  std::string name;   ///< local name
  std::string value;  ///< unescaped

  Attribute() = default;
  Attribute(std::string local, std::string content)
      : name(std::move(local)), value(std::move(content)) {}
  Attribute(std::string local, std::string content, std::string_view prefix, std::string_view uri)
      : Attribute(std::move(local), std::move(content)) {
    qualify(prefix, uri);
  }

  /// Empty for an attribute in no namespace, as most are.
  std::string_view prefix() const {
    return scope_.get() ? std::string_view(scope_.get()->prefix) : std::string_view();
  }
  /// The namespace URI; empty where the prefix is.
  std::string_view ns() const {
    return scope_.get() ? std::string_view(scope_.get()->uri) : std::string_view();
  }
  void qualify(std::string_view prefix, std::string_view uri) {
    scope_.touch() = {std::string(prefix), std::string(uri)};
  }

 private:
  struct Scope {
    std::string prefix;
    std::string uri;
  };
  Box<Scope> scope_;
};

struct Node;

/// One XML element with all it holds; a value. Namespaces are kept faithfully: each element knows
/// its URI, its prefix as written, and the prefixes that were declared on it, so that what is
/// written (write.hpp) is infoset-equal to what was parsed.
class Element {
 public:
  Element() noexcept;
  Element(std::string_view name, std::string_view ns);
  Element(const Element&);
  Element(Element&&) noexcept;
  Element& operator=(const Element&);
  Element& operator=(Element&&) noexcept;
  ~Element();

  const std::string& name() const { return name_; }
  const std::string& ns() const { return ns_.str(); }
  const NamespaceName& shared_ns() const { return ns_; }
  std::string_view prefix() const;
  bool is(std::string_view name, std::string_view ns) const {
    return name_ == name && ns_.str() == ns;
  }

  /// Value of the attribute in no namespace, nullopt where absent. The view is valid until this
  /// element changes. `xml:lang` is asked for with lang().
  std::optional<std::string_view> attr(std::string_view name) const;
  std::string_view attr_or(std::string_view name, std::string_view otherwise) const;
  std::optional<std::string_view> lang() const;
  const std::vector<Attribute>& attributes() const { return attributes_; }

  /// Sets (adds or replaces) an attribute in no namespace; returns *this so that builders read
  /// well.
  Element& set(std::string_view name, std::string_view value) &;
  Element&& set(std::string_view name, std::string_view value) &&;
  void set_lang(std::string_view lang);
  void remove_attr(std::string_view name);
  void add_attribute(Attribute attribute) { attributes_.push_back(std::move(attribute)); }
  /// Appends an attribute to be filled in (valid until the next change of the attributes).
  Attribute& add_attribute() { return attributes_.emplace_back(); }
  void reserve_attributes(std::size_t count) { attributes_.reserve(count); }

  /// Appends a child element or text. `add` returns the child just added (valid until the next
  /// add).
  Element& add(Element child);
  Element& add();
  Element& add(std::string_view name, std::string_view ns);
  Element& text(std::string_view text) &;
  Element&& text(std::string_view text) &&;
  Element&& with(Element child) &&;

  const std::vector<Node>& nodes() const { return nodes_; }
  std::vector<Node>& nodes() { return nodes_; }

  /// First child of that name and namespace, nullptr where there is none.
  const Element* child(std::string_view name, std::string_view ns) const;
  Element* child(std::string_view name, std::string_view ns);
  /// First child element of any name, nullptr where there is none.
  const Element* first_child() const;
  /// Child elements in document order (pointers into this element).
  std::vector<const Element*> children() const;
  std::vector<const Element*> children(std::string_view name, std::string_view ns) const;
  /// All character data directly in this element, joined.
  std::string text() const;
  /// Whether there is character data other than white space directly in this element.
  bool has_text() const;

  /// For the parser: the prefix as written and the prefixes declared here (prefix, URI; the default
  /// namespace is not among them, for the elements themselves say it).
  void set_prefix(std::string_view prefix);
  void set_name(std::string_view name, NamespaceName ns, std::string_view prefix) {
    name_ = name;
    ns_ = std::move(ns);
    set_prefix(prefix);
  }
  using Declarations = std::vector<std::pair<std::string, std::string>>;
  void declare(std::string_view prefix, std::string_view uri);
  const Declarations& declarations() const;
  /// Moves the element from one namespace to another, and with it its children in the same
  /// namespace, and so on down; what stands below an element of another namespace stays as it was
  /// written.
  void rename_ns(std::string_view from, const NamespaceName& to);

  /// Equal as infosets: names, namespaces, attributes in any order, children in order; prefixes and
  /// where they are declared do not count, adjacent text is one.
  friend bool same(const Element& a, const Element& b);

 private:
  /// Few elements have a prefix, or declare one.
  struct Prefixes {
    std::string own;
    Declarations declared;
  };

  std::string name_;
  NamespaceName ns_;
  Box<Prefixes> prefixes_;
  std::vector<Attribute> attributes_;
  std::vector<Node> nodes_;
};

/// A child: an element or a run of character data (unescaped).
struct Node {
  std::variant<Element, std::string> content;

  const Element* element() const { return std::get_if<Element>(&content); }
  Element* element() { return std::get_if<Element>(&content); }
  const std::string* text() const { return std::get_if<std::string>(&content); }
};

}  // namespace stoa::xml
