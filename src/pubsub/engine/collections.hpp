#pragma once

#include <stoa/forms/form.hpp>

#include "pubsub/engine/scene.hpp"

/// The graph of collections (XEP-0248). Every link is a change of the child.
namespace stoa::pubsub {

/// The links that a submitted configuration asks for (`pubsub#collection`, `pubsub#children`), and
/// what is said of them, at the end of the step; or why not, or what must be known first. The state
/// of the scene is the node as it is, or is about to be made.
std::optional<Verdict> link(const Scene& scene, const forms::Form& form, Done& step);

/// The form of an owner: the configuration and the node's place in the graph. The family must be
/// known.
std::optional<Verdict> lacks_family(const Scene& scene);
forms::Form configuration_form(const Scene& scene);

}  // namespace stoa::pubsub
