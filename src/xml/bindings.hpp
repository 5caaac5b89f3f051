#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
    slots_[used_].uri = uri;
    ++used_;
  }

  /// nullopt for a prefix that is not bound. The view is valid until the next release or bind.
  std::optional<std::string_view> uri_of(std::string_view prefix) const {
    for (std::size_t i = used_; i-- > 0;) {
      if (slots_[i].prefix == prefix) return slots_[i].uri;
    }
    if (prefix.empty()) return std::string_view();
    return std::nullopt;
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
    std::string uri;
  };
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace stoa::xml
