#pragma once

#include <stoa/muc/model/settings.hpp>
#include <stoa/pubsub/model/settings.hpp>

#include "scenarios/runner/script.hpp"

namespace scenario {

struct BothSettings {
  stoa::muc::Settings muc;
  stoa::pubsub::Settings pubsub;
  bool pep = false;  ///< `link.pep`
};

/// The services' settings: the program's own defaults and the scenario's lines, read as a
/// configuration file is. Throws ScriptError with what is wrong.
BothSettings settings_of(const Scenario& scenario);

}  // namespace scenario
