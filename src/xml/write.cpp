#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include <stoa/xml/write.hpp>

namespace stoa::xml {

namespace {

/// How each byte is treated: 0 as it is, 1 always escaped, 2 escaped in attribute values.
constexpr std::array<unsigned char, 256> escape_table() {
  std::array<unsigned char, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = 1;
  for (const char c : {'&', '<', '>', '\'', '"'}) table[static_cast<unsigned char>(c)] = 1;
  table['\t'] = 2;
  table['\n'] = 2;
  return table;
}

constexpr auto escapes = escape_table();

/// Whether none of the 16 bytes from `at` on is ever escaped: nearly all text passes in such
/// blocks.
bool plain_block(const char* at) {
  using Block = unsigned char __attribute__((vector_size(16)));
  Block block;
  std::memcpy(&block, at, sizeof block);
  const auto escaped = (block < 0x20) | (block == '&') | (block == '<') | (block == '>') |
                       (block == '\'') | (block == '"');
  std::uint64_t halves[2];
  std::memcpy(halves, &escaped, sizeof halves);
  return (halves[0] | halves[1]) == 0;
}

std::string_view escape_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\'':
      return "&apos;";
    case '"':
      return "&quot;";
    case '\t':
      return "&#9;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    default:
      return "\xef\xbf\xbd";  // no character of XML 1.0 (2.2): U+FFFD stands for it
  }
}

struct Binding {
  std::string_view prefix;
  std::string_view uri;
};

bool reserved(std::string_view prefix) {
  return prefix == "xml" || prefix == "xmlns";
}

/// The prefix to write an element with: its own, unless its namespace cannot have that one.
std::string_view prefix_of(const Element& element) {
  if (element.ns() == xml_ns) return "xml";
  if (element.ns().empty() || reserved(element.prefix())) return {};
  return element.prefix();
}

/// Writes one tree; knows the prefixes in scope.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void write(const Element& element, std::string_view inherited) {
    const std::size_t outer = scope_.size();
    const std::size_t outer_made = made_.size();
    const std::string_view own_default = open_tag(element, inherited, outer);
    if (element.nodes().empty()) {
      out_ += "/>";
    } else {
      out_ += '>';
      for (const Node& node : element.nodes()) write(node, own_default);
      out_ += "</";
      append_name(prefix_of(element), element.name());
      out_ += '>';
    }
    scope_.resize(outer);
    made_.resize(outer_made);
  }

 private:
  void write(const Node& node, std::string_view inherited) {
    if (const Element* child = node.element()) {
      write(*child, inherited);
    } else {
      append_escaped(out_, *node.text());
    }
  }

  /// Returns the default namespace in force inside.
  std::string_view open_tag(const Element& element, std::string_view inherited, std::size_t outer) {
    out_ += '<';
    const std::string_view own = prefix_of(element);
    append_name(own, element.name());
    if (!own.empty()) {
      if (uri_of(own) != element.ns()) declare(own, element.ns());
    } else if (element.ns() != inherited) {
      append_attribute(out_, "xmlns", element.ns());
      inherited = element.ns();
    }
    for (const auto& [prefix, uri] : element.declarations()) {
      if (!declared_here(prefix, outer) && !uri.empty()) declare(prefix, uri);
    }
    declare_for_attributes(element, outer);
    for (const Attribute& attribute : element.attributes()) write(attribute, outer);
    return inherited;
  }

  /// Declarations stand before attributes: what is read back is then written the same.
  void declare_for_attributes(const Element& element, std::size_t outer) {
    for (const Attribute& attribute : element.attributes()) {
      if (!attribute.ns().empty()) prefix_for(attribute, outer);
    }
  }

  void write(const Attribute& attribute, std::size_t outer) {
    if (attribute.ns().empty()) {
      append_attribute(out_, attribute.name, attribute.value);
      return;
    }
    const std::string_view prefix = prefix_for(attribute, outer);
    out_ += ' ';
    append_name(prefix, attribute.name);
    append_value(attribute.value);
  }

  /// The prefix to write for an attribute's namespace, declared if it has to be.
  std::string_view prefix_for(const Attribute& attribute, std::size_t outer) {
    if (attribute.ns() == xml_ns) return "xml";
    if (!attribute.prefix().empty()) {
      if (uri_of(attribute.prefix()) == attribute.ns()) return attribute.prefix();
      if (!declared_here(attribute.prefix(), outer) && !reserved(attribute.prefix())) {
        declare(attribute.prefix(), attribute.ns());
        return attribute.prefix();
      }
    }
    return made_for(attribute.ns());
  }

  /// The prefix that was made up for `uri`, or a new one.
  std::string_view made_for(std::string_view uri) {
    for (const auto& prefix : made_) {
      if (uri_of(*prefix) == uri) return *prefix;
    }
    for (std::size_t i = 0;; ++i) {
      std::string prefix = "ns" + std::to_string(i);
      if (!uri_of(prefix).empty()) continue;
      made_.push_back(std::make_unique<std::string>(std::move(prefix)));
      declare(*made_.back(), uri);
      return *made_.back();
    }
  }

  std::string_view uri_of(std::string_view prefix) const {
    if (prefix == "xml") return xml_ns;
    for (auto binding = scope_.rbegin(); binding != scope_.rend(); ++binding) {
      if (binding->prefix == prefix) return binding->uri;
    }
    return {};
  }

  bool declared_here(std::string_view prefix, std::size_t outer) const {
    for (std::size_t i = outer; i < scope_.size(); ++i) {
      if (scope_[i].prefix == prefix) return true;
    }
    return false;
  }

  void declare(std::string_view prefix, std::string_view uri) {
    out_ += " xmlns:";
    out_ += prefix;
    append_value(uri);
    scope_.push_back({prefix, uri});
  }

  void append_name(std::string_view prefix, std::string_view name) {
    if (!prefix.empty()) {
      out_ += prefix;
      out_ += ':';
    }
    out_ += name;
  }

  void append_value(std::string_view value) {
    out_ += "='";
    append_escaped(out_, value, Quoting::attribute);
    out_ += '\'';
  }

  std::string& out_;
  std::vector<Binding> scope_;
  std::vector<std::unique_ptr<std::string>> made_;  // prefixes that had to be made up
};

}  // namespace

void append_escaped(std::string& out, std::string_view text, Quoting quoting) {
  const unsigned char lowest = quoting == Quoting::attribute ? 2 : 1;
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    while (text.size() - i > 16 && plain_block(text.data() + i)) i += 16;
    const unsigned char kind = escapes[static_cast<unsigned char>(text[i])];
    if (kind == 0 || kind > lowest) continue;
    out.append(text, done, i - done);
    out += escape_of(text[i]);
    done = i + 1;
  }
  out.append(text, done, text.size() - done);
}

std::string escaped(std::string_view text, Quoting quoting) {
  std::string out;
  out.reserve(text.size() + 16);
  append_escaped(out, text, quoting);
  return out;
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  out += ' ';
  out += name;
  out += "='";
  append_escaped(out, value, Quoting::attribute);
  out += '\'';
}

void write(std::string& out, const Element& element, std::string_view inherited) {
  Writer(out).write(element, inherited);
}

std::string to_string(const Element& element, std::string_view inherited) {
  std::string out;
  out.reserve(256);
  write(out, element, inherited);
  return out;
}

}  // namespace stoa::xml
