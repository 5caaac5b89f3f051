#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

#include <stoa/base/ids.hpp>

/// libFuzzer keeps the input that broke a promise.
inline void require(bool holds) {
  if (!holds) std::abort();
}

/// The same ids in every run of the same input.
class Ids final : public stoa::IdSource {
 public:
  std::string token() override {
    const std::string digits = std::to_string(++last_);
    return std::string(22 - digits.size(), 't') + digits;
  }
  std::uint64_t number() override { return ++last_; }
  std::string key() override { return std::string(32, 'a'); }

 private:
  std::uint64_t last_ = 0;
};
