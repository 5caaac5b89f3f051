#pragma once

#include <stoa/forms/form.hpp>

#include "pubsub/engine/scene.hpp"

/// Relationships between nodes (XEP-0496).
namespace stoa::pubsub {

/// What the node depends on must be known before anything is decided at it.
std::optional<Verdict> lacks_lineage(const Scene& scene);

/// The relation that a submitted configuration asks for; or why not, or what must be known first.
/// The state of the scene is the node as it is, or is about to be made.
std::optional<Verdict> relate(const Scene& scene, const forms::Form& form, Done& step);

/// The fields of the node's relations. The lineage must be known.
void add_relations(forms::Form& form, const NodeState& state);

/// Leaves out whom the nodes above do not let read.
void select_admitted(const Scene& scene, Done& step);

}  // namespace stoa::pubsub
