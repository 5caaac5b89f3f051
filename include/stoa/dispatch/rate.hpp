#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include <stoa/base/time.hpp>

namespace stoa::dispatch {

/// A token bucket for each bare sender. `per_second` 0: no limit.
struct RateSettings {
  double per_second = 0;
  double burst = 0;
};

/// Loop thread only. Memory is bounded: full buckets are forgotten.
class RateLimit {
 public:
  static constexpr std::size_t max_buckets = 100'000;

  explicit RateLimit(RateSettings settings) : settings_(settings) {}

  /// Takes one token of this sender; false where there is none.
  bool take(std::string_view bare_sender, Timestamp now);

 private:
  struct Bucket {
    double tokens;
    Timestamp at;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  double filled(const Bucket& bucket, Timestamp now) const;
  void forget_full(Timestamp now);

  RateSettings settings_;
  std::unordered_map<std::string, Bucket, Hash, std::equal_to<>> buckets_;
};

}  // namespace stoa::dispatch
