#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "scenarios/runner/backing.hpp"
#include "scenarios/runner/script.hpp"

namespace scenario {

/// The store of that mode (memory, postgres) for that scenario; null where the scenario is not for
/// it. What it is made of depends on what is hosted: hosted/.
std::unique_ptr<Backing> make_backing(const std::string& mode, const Scenario& scenario);

/// Which commits are disturbed in the mode `faults-postgres`.
struct Walk {
  bool all = false;        ///< each commit of each scenario, by each kind of death
  std::size_t offset = 0;  ///< else a few of each scenario: others with each offset
};

/// The mode `server`: a daemon behind a real server (docs/scenarios.md). Returns the exit code.
int play_through_server(const std::vector<std::string>& words);

/// The mode `faults-postgres`: the real store, and somebody dies at commits (docs/scenarios.md).
class Deaths {
 public:
  virtual ~Deaths() = default;
  /// Throws Failed where anything is heard or found that should not be, or is missing.
  virtual void play(const Scenario& scenario) = 0;
  /// What was disturbed, and what was left out and why.
  virtual std::string report() const = 0;
};

/// Null where there is no real store.
std::unique_ptr<Deaths> make_deaths(const Walk& walk);

}  // namespace scenario
