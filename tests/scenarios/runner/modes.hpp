#pragma once

#include <memory>
#include <string>

#include "scenarios/runner/backing.hpp"
#include "scenarios/runner/script.hpp"

namespace scenario {

/// The store of that mode (memory, postgres) for that scenario; null where the scenario is not for
/// it. What it is made of depends on what is hosted: hosted/.
std::unique_ptr<Backing> make_backing(const std::string& mode, const Scenario& scenario);

}  // namespace scenario
