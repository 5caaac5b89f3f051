#include <algorithm>

#include <stoa/dispatch/rate.hpp>

namespace stoa::dispatch {

bool RateLimit::take(std::string_view bare_sender, const RateSettings& settings, Timestamp now) {
  if (settings.per_second <= 0) return true;
  auto it = buckets_.find(bare_sender);
  if (it == buckets_.end()) {
    if (buckets_.size() >= max_buckets) forget_full(now);
    it = buckets_.emplace(std::string(bare_sender), Bucket{settings.burst, now, settings}).first;
  }
  Bucket& bucket = it->second;
  bucket = {filled(bucket, now), now, settings};
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

double RateLimit::filled(const Bucket& bucket, Timestamp now) {
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  return std::min(bucket.settings.burst, bucket.tokens + seconds * bucket.settings.per_second);
}

void RateLimit::forget_full(Timestamp now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    return filled(entry.second, now) >= entry.second.settings.burst;
  });
  // Everybody is in debt: forgetting is kinder than growing without bound.
  if (buckets_.size() >= max_buckets) buckets_.clear();
}

}  // namespace stoa::dispatch
