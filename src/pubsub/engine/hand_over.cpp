#include <memory>
#include <utility>

#include "pubsub/engine/desk.hpp"

/// A node goes from one owner to another, when both want it.
namespace stoa::pubsub {

namespace {

constexpr Duration offer_lasts = std::chrono::hours(7 * 24);

using What = say::HandOver::What;

void tell(const Scene& scene, const Jid& to, What what, Done& step) {
  step.outbound.push_back(say::HandOver{what, scene.token(), to, scene.bare});
}

bool is_open(const Scene& scene, const KnownOffer& offer) {
  return offer && offer->until > scene.now() &&
         scene.state.entry_of(offer->by) == Affiliation::owner;
}

/// Not even that there is an offer is known to others.
Objection not_offered(const Scene& scene) {
  if (Objection objection = node_missing(scene)) return objection;
  const KnownOffer& offer = scene.state.offer;
  if (!offer || offer->receiver != scene.bare) return refuse(Fault::forbidden);
  if (!is_open(scene, offer)) return refuse(Fault::no_such_offer);
  return std::nullopt;
}

}  // namespace

Verdict decide_offer(const Scene& scene, const action::OfferNode& action) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  if (scene.state.entry_of(scene.bare) != Affiliation::owner) return refuse(Fault::forbidden);
  if (scene.state.entry_of(action.to) == Affiliation::owner) return refuse(Fault::owner_already);
  const KnownOffer& before = scene.state.offer;
  Done step;
  KnownOffer after;
  if (!action.to.empty()) {
    after = std::make_shared<const Offer>(Offer{scene.bare, action.to, scene.now() + offer_lasts});
  }
  if (same_offer(before, after)) return step;
  step.changes.push_back(change::OfferSet{scene.state.number, before, after});
  const bool other = is_open(scene, before) && (!after || before->receiver != after->receiver);
  if (other) tell(scene, before->receiver, What::withdrawn, step);
  if (after) tell(scene, after->receiver, What::offered, step);
  return step;
}

Verdict decide_answer_offer(const Scene& scene, const action::AnswerOffer& action) {
  if (Objection objection = not_offered(scene)) return std::move(*objection);
  const KnownOffer offer = scene.state.offer;
  const change::OfferSet answered{scene.state.number, offer, nullptr};
  if (!action.accept) {
    Done step;
    step.changes.push_back(answered);
    tell(scene, offer->by, What::declined, step);
    return step;
  }
  if (auto verdict = owns_too_many(scene)) return std::move(*verdict);
  Verdict verdict = move_ownership(scene, scene.bare, {offer->by});
  if (auto* step = std::get_if<Done>(&verdict)) {
    step->changes.push_back(answered);
    tell(scene, offer->by, What::accepted, *step);
  }
  return verdict;
}

}  // namespace stoa::pubsub
