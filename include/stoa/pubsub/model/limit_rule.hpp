#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stoa/jid/jid.hpp>

/// Limits that are others for some than for the rest.
namespace stoa::pubsub {

struct Limits;

/// `WHO LIMIT=NUMBER ...`: whole numbers, but for the rate of requests; for a bare JID, or all
/// users of a domain. Limits are named as in the configuration.
struct LimitRule {
  std::string text = {};  ///< as it was written
  Jid who = {};
  std::vector<std::pair<std::string, double>> limits = {};
};

/// nullopt where the text is no such rule: of another shape, an unknown limit, or no number.
std::optional<LimitRule> limit_rule_of(std::string_view text);

/// Names and values of all limits, in the order of the configuration.
std::vector<std::pair<std::string_view, std::string>> named_limits(const Limits& limits);

/// What holds for whom: a JID's own limits stand on those of its domain, these on those of all.
struct LimitBook {
  LimitBook(const Limits& all, const std::vector<LimitRule>& rules);

  const Limits& of(const Jid& bare) const;

  /// By bare JID or domain; empty: all.
  std::map<std::string, Limits, std::less<>> by_name;
};

}  // namespace stoa::pubsub
