#pragma once

#include <memory>
#include <utility>

namespace stoa {

/// A T or, as nearly always, none, in the room of a pointer. It is immutable and shared by all
/// copies, so that copying costs next to nothing; compared by value.
template <class T>
class Maybe {
 public:
  Maybe() = default;
  Maybe(T content) : content_(std::make_shared<const T>(std::move(content))) {}

  explicit operator bool() const { return content_ != nullptr; }
  const T& operator*() const { return *content_; }
  const T* operator->() const { return content_.get(); }

  friend bool operator==(const Maybe& a, const Maybe& b) {
    return a.content_ == b.content_ || (a && b && *a == *b);
  }

 private:
  std::shared_ptr<const T> content_;
};

}  // namespace stoa
