#pragma once

#include <memory>
#include <utility>

namespace stoa {

/// A T that takes no room until it is first touched. Copies are deep, so it is a value like T; one
/// that was never touched counts as a default T.
template <class T>
class Box {
 public:
  Box() = default;
  Box(const Box& other)
      : content_(other.content_ ? std::make_unique<T>(*other.content_) : nullptr) {}
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& other) {
    if (this != &other) content_ = other.content_ ? std::make_unique<T>(*other.content_) : nullptr;
    return *this;
  }
  Box& operator=(Box&&) noexcept = default;
  ~Box() = default;

  /// nullptr while untouched.
  const T* get() const { return content_.get(); }
  T* get() { return content_.get(); }
  /// Makes it on first use.
  T& touch() {
    if (!content_) content_ = std::make_unique<T>();
    return *content_;
  }
  void drop() { content_.reset(); }

 private:
  std::unique_ptr<T> content_;
};

}  // namespace stoa
