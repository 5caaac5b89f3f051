#pragma once

#include "pubsub/engine/scene.hpp"

/// What the commands of administrators and owners ask of one node (XEP-0050, XEP-0133).
namespace stoa::pubsub {

Verdict decide_inspect(const Scene& scene);
Verdict decide_list_items(const Scene& scene, const action::ListItems& action);
Verdict decide_change_owner(const Scene& scene, const action::ChangeOwner& action);
/// These two come from a command that an administrator gave: nobody's right is looked at.
Verdict decide_recount(const Scene& scene);
Verdict decide_announce(const Scene& scene, const action::Announce& action);

Verdict decide_import(const Scene& scene, const action::Import& action);
Verdict decide_offer(const Scene& scene, const action::OfferNode& action);
Verdict decide_answer_offer(const Scene& scene, const action::AnswerOffer& action);

}  // namespace stoa::pubsub
