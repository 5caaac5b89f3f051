#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "scenarios/hosted/mortal_postgres.hpp"
#include "scenarios/runner/acts.hpp"
#include "scenarios/runner/modes.hpp"

namespace scenario {

/// Who dies at which unit of a play. Stoa dies in it once at most.
using Plan = std::map<std::uint64_t, Death>;

/// What came of a play.
struct Course {
  Plan struck;             ///< who died, of those planned
  bool to_the_end = true;  ///< what stoa had done when it died was all of an act, or nothing of it
};

/// Plays the scenario, whose undisturbed acts those are, once. Throws Failed.
Course play_with_deaths(const Scenario& scenario, const std::vector<Act>& acts, const Plan& plan);

/// Where stoa may die in this scenario: the others would change what comes afterwards.
bool stoa_may_die(const Scenario& scenario);
/// The real store cannot be away by the scenario's clock.
bool needs_memory(const Scenario& scenario);

}  // namespace scenario
