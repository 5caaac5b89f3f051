#pragma once

#include "pubsub/engine/scene.hpp"

/// Events that came back with an error that may pass go out once more (XEP-0060, 12.4).
namespace stoa::pubsub {

/// The event comes back: what it was about is noted, where it is to be sent again. One that was
/// sent again names no publications, so it never is a second time.
void note_missed(const Scene& scene, const action::Bounce& bounce, Subscription& after);

/// Whether something may be due.
bool may_resend(const Scene& scene);
/// Sends what is due; a verdict: what must be known first. What is left is for the next Tick.
std::optional<Verdict> resend(const Scene& scene, Done& step);

}  // namespace stoa::pubsub
