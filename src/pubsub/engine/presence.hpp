#pragma once

#include "pubsub/engine/scene.hpp"

/// What the presence of people means for a node (XEP-0060, 12.5 and 12.6).
namespace stoa::pubsub {

/// Whose presence the changes of a step make needed, or no longer: added to the step.
void note_watched(const Scene& scene, Done& step);

/// Where subscribers hear only while they are on line, events are cut down to those who are.
void select_present(const Scene& scene, Done& step);

/// Items by that publisher go when it leaves (16.4.4, purge_offline).
Verdict decide_turn(const Scene& scene, const action::TurnUp& action);

}  // namespace stoa::pubsub
