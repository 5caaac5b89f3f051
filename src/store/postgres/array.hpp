#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <stoa/base/time.hpp>

namespace stoa::store::postgres {

/// One column of a statement that writes many rows: a PostgreSQL array literal that grows row by
/// row.
class Array {
 public:
  void add(const char* text) { add(std::string_view(text)); }
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(std::string_view text);  ///< throws Fault(content) where the text holds a NUL
  void add(std::uint64_t number);
  void add(bool value);
  void add(Timestamp time);  ///< as microseconds since the epoch
  void add(std::nullopt_t) { add_null(); }
  void add_null();
  template <class T>
  void add(const std::optional<T>& value) {
    value ? add(*value) : add_null();
  }

  bool empty() const { return text_.empty(); }
  std::size_t bytes() const { return text_.size(); }
  /// The whole literal; the array is empty afterwards.
  std::string take();

 private:
  void separate() { text_.push_back(text_.empty() ? '{' : ','); }
  std::string text_;
};

/// The first 128 bits of the SHA-256 of the text, written as a uuid: what indexes hold in the place
/// of names that are too long for them.
std::string digest(std::string_view text);

}  // namespace stoa::store::postgres
