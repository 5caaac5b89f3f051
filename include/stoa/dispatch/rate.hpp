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

  /// Takes one token of this sender, for whom `settings` hold; false where there is none.
  bool take(std::string_view bare_sender, const RateSettings& settings, Timestamp now);

 private:
  struct Bucket {
    double tokens;
    Timestamp at;
    RateSettings settings;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  static double filled(const Bucket& bucket, Timestamp now);
  void forget_full(Timestamp now);

  std::unordered_map<std::string, Bucket, Hash, std::equal_to<>> buckets_;
};

}  // namespace stoa::dispatch
