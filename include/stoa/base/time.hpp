#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace stoa {

/// A point in time, UTC, in microseconds since the Unix epoch (what PostgreSQL's timestamptz
/// holds).
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

/// The DateTime profile of XEP-0082, always in UTC: `2026-11-21T03:30:00Z`, with six digits of
/// fraction only where the time has one: `2026-11-21T03:30:00.250000Z`.
std::string format_xep0082(Timestamp time);

/// Reads any DateTime of XEP-0082 (offsets and fractions of any length included; digits beyond
/// microseconds are dropped). nullopt if it is not one, or names an impossible date or time.
std::optional<Timestamp> parse_xep0082(std::string_view text);

/// Tells the time. The only source of time for everything from dispatch upward; rules get the time
/// as an argument. Called on the loop thread only.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() = 0;
};

}  // namespace stoa
