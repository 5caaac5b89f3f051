#pragma once

#include "pubsub/engine/scene.hpp"

/// Digests (XEP-0060, 16.4.2): see model/digest.hpp.
namespace stoa::pubsub {

/// What a step says of items goes to the log, where somebody wants digests; the first entry of a
/// period begins the digests of those for whom nothing waits yet.
void log_for_digests(const Scene& scene, Done& step);

/// The digests that are due: those of subscribers for whom the same waits, up to a number of them;
/// the others in later steps.
std::optional<Verdict> send_digests(const Scene& scene, Done& step);

/// What waits for one subscription goes out at once, before it becomes `after`.
std::optional<Verdict> flush_digest(const Scene& scene, Done& step, Subscription& after);

/// The mark after a change of options: none where nothing can come any more, not later than the new
/// frequency says.
void adjust_digest(const Scene& scene, Subscription& after);

}  // namespace stoa::pubsub
