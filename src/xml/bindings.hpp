#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/xml/element.hpp>

namespace stoa::xml {

/// The namespace declarations in force while a document is read: a stack whose slots are used
/// again, so that the usual stanza allocates nothing here. The empty prefix is the default
/// namespace.
class Bindings {
 public:
  std::size_t mark() const { return used_; }
  void release(std::size_t mark) { used_ = mark; }

  void bind(std::string_view prefix, std::string_view uri) {
    if (used_ == slots_.size()) slots_.emplace_back();
    slots_[used_].prefix = prefix;
    slots_[used_].uri = shared(uri);
    ++used_;
  }

  /// nullptr for a prefix that is not bound. Valid until the next release or bind.
  const NamespaceName* uri_of(std::string_view prefix) const {
    for (std::size_t i = used_; i-- > 0;) {
      if (slots_[i].prefix == prefix) return &slots_[i].uri;
    }
    if (prefix.empty()) return &none_;
    return prefix == "xml" ? &xml_ : nullptr;
  }

  bool bound_since(std::size_t mark, std::string_view prefix) const {
    for (std::size_t i = mark; i < used_; ++i) {
      if (slots_[i].prefix == prefix) return true;
    }
    return false;
  }

 private:
  struct Slot {
    std::string prefix;
    NamespaceName uri;
  };

  /// A stream says the same few names again and again: those of late are kept, one per place.
  const NamespaceName& shared(std::string_view uri) {
    NamespaceName& kept = recent_[std::hash<std::string_view>{}(uri) % recent_.size()];
    if (kept.str() != uri) kept = NamespaceName(uri);
    return kept;
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::array<NamespaceName, 64> recent_;
  NamespaceName none_;
  NamespaceName xml_{xml_ns};
};

}  // namespace stoa::xml
