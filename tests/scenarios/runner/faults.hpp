#pragma once

#include "scenarios/runner/script.hpp"

namespace scenario {

/// Plays the scenario again and again, each time with one fault at one of its commits: refused for
/// its content, or the program killed right after it. Throws Failed where
///   - somebody hears of what was not stored (anything but the requester's error),
///   - an iq request gets no reply, or two,
///   - something that was acknowledged is not there after the kill: the rest of the scenario must
///   go on
///     as it is written.
void play_with_faults(const Scenario& scenario);

}  // namespace scenario
