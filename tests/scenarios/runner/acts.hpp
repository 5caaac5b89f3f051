#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/runner/player.hpp"
#include "scenarios/runner/script.hpp"

namespace scenario {

/// What one action of an undisturbed play did.
struct Act {
  std::size_t step = 0;
  std::uint64_t units = 0;  ///< settled when it ended, since the start
  std::vector<Heard> heard;
  /// For each unit of this act: how much of `heard` had been said before it was settled.
  std::vector<std::size_t> said_before;

  std::uint64_t first_unit() const { return units - said_before.size() + 1; }
};

/// Plays the scenario in memory. Throws Failed where it does not go as it is written.
std::vector<Act> undisturbed(const Scenario& scenario);

bool says_something(const Step& step);
bool is_error(const stoa::xml::Element& stanza);

[[noreturn]] void fail_at(const Scenario& scenario, const Act& act, std::uint64_t unit,
                          const std::string& what);

}  // namespace scenario
