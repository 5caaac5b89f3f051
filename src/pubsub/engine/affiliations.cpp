#include <algorithm>
#include <set>

#include "pubsub/engine/retraction.hpp"
#include "pubsub/engine/scene.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

using action::SetAffiliations;

/// The feature behind an affiliation; empty for those that every service has.
std::string_view feature_of(Affiliation affiliation) {
  switch (affiliation) {
    case Affiliation::member:
      return "member-affiliation";
    case Affiliation::outcast:
      return "outcast-affiliation";
    case Affiliation::publisher:
      return "publisher-affiliation";
    case Affiliation::publish_only:
      return "publish-only-affiliation";
    case Affiliation::none:
    case Affiliation::owner:
      break;
  }
  return {};
}

struct Move {
  Jid jid = {};
  Affiliation before = Affiliation::none;
  Affiliation after = Affiliation::none;
};

/// One request sorted out: what is done, and what is listed back as it was (8.9.2.4).
struct AffiliationPlan {
  std::vector<Move> moves;
  std::vector<wire::AffiliationEntry> refused;
};

bool move_allowed(const Scene& scene, const Move& move) {
  if (scene.admin() || scene.settings.chart == Chart::lenient) return true;
  return in_chart(move.before, move.after, move.jid == scene.bare ? Whose::own : Whose::others);
}

Objection sort_out(const Scene& scene, const SetAffiliations& action, AffiliationPlan& plan) {
  std::set<Jid> seen;
  for (const auto& entry : action.entries) {
    const auto jid = Jid::parse(entry.jid);
    if (!jid) {
      plan.refused.push_back({entry.jid, Affiliation::none});
      continue;
    }
    Move move{.jid = jid->bare()};
    if (!seen.insert(move.jid).second) return refuse(Fault::same_jid_twice);
    move.before = scene.state.entry_of(move.jid);
    if (!entry.affiliation) continue;
    const auto after = affiliation_of(*entry.affiliation);
    if (after && !scene.settings.offers(feature_of(*after))) return unsupported(feature_of(*after));
    move.after = after.value_or(move.before);
    if (!after || !move_allowed(scene, move)) {
      plan.refused.push_back({move.jid.str(), move.before});
    } else if (move.after != move.before) {
      plan.moves.push_back(std::move(move));
    }
  }
  return std::nullopt;
}

/// The end state must have an owner: else those who would leave stay.
void keep_an_owner(const Scene& scene, AffiliationPlan& plan) {
  std::set<Jid> owners;
  for (const auto& [jid, affiliation] : scene.state.affiliations) {
    if (affiliation == Affiliation::owner) owners.insert(jid);
  }
  for (const Move& move : plan.moves) {
    if (move.after == Affiliation::owner) owners.insert(move.jid);
    if (move.before == Affiliation::owner) owners.erase(move.jid);
  }
  if (!owners.empty()) return;
  const auto leaves = [](const Move& move) { return move.before == Affiliation::owner; };
  for (const Move& move : plan.moves) {
    if (leaves(move)) plan.refused.push_back({move.jid.str(), move.before});
  }
  std::erase_if(plan.moves, leaves);
}

/// Whose affiliation the move changes: an entity's subscriptions, or those of all of a domain that
/// have no entry of their own.
std::vector<const Subscription*> concerned(const Scene& scene, const Move& move) {
  if (!move.jid.local().empty()) return scene.state.subscriptions.of_entity(move.jid);
  std::vector<const Subscription*> found;
  for (const Subscription& held : scene.state.subscriptions) {
    const bool own = scene.state.entry_of(held.jid.bare()) != Affiliation::none;
    const bool itself = held.jid.local().empty();
    if (held.jid.domain() == move.jid.domain() && (itself || !own)) found.push_back(&held);
  }
  return found;
}

/// What the moves of the request leave that entity with.
Affiliation left_with(const Scene& scene, const AffiliationPlan& plan, const Jid& bare) {
  NodeState later;
  later.affiliations = scene.state.affiliations;
  for (const Move& move : plan.moves) later.affiliations.insert_or_assign(move.jid, move.after);
  return later.affiliation_of(bare);
}

/// What the move means for the entity's subscriptions (8.7.4, PS-AFF-12, PS-AFF-13).
void settle_subscriptions(const Scene& scene, const AffiliationPlan& plan, const Move& move,
                          Done& step) {
  const bool members_only =
      scene.config().access_model == AccessModel::whitelist || scene.config().payment_required;
  for (const Subscription* held : concerned(scene, move)) {
    const Grant now = grant(left_with(scene, plan, held->jid.bare()), Privilege::subscribe);
    const bool refused = now == Grant::no || (now == Grant::by_policy && members_only);
    if (refused) {
      end_subscription(scene, step, *held);
    } else if (now == Grant::yes && held->state == SubscriptionState::pending) {
      approve(scene, step, *held);
    }
  }
}

bool approves_somebody(const Scene& scene, const AffiliationPlan& plan) {
  return std::any_of(plan.moves.begin(), plan.moves.end(),
                     [&](const Move& move) { return !concerned(scene, move).empty(); });
}

/// What is left of the plan is done, the rest listed back.
Verdict make_moves(const Scene& scene, const AffiliationPlan& plan) {
  if (approves_somebody(scene, plan) && wants_last_item(scene) && last_item(scene).unknown) {
    return Lacks<Need>{need::Last{}};
  }
  Done step;
  for (const Move& move : plan.moves) {
    step.changes.push_back(
        change::AffiliationSet{scene.state.number, move.jid, move.before, move.after});
    settle_subscriptions(scene, plan, move, step);
    if (scene.settings.affiliation_notices && move.jid != scene.bare) {
      step.outbound.push_back(say::AffiliationNotice{scene.token(), move.jid, move.after});
    }
  }
  if (plan.refused.empty()) return step;
  step.refusal = refuse(Fault::partly_refused);
  step.reply = wire::refused_affiliations(scene.state.node, plan.refused);
  return step;
}

}  // namespace

Verdict move_ownership(const Scene& scene, const Jid& to, const std::vector<Jid>& from) {
  AffiliationPlan plan;
  const Affiliation before = scene.state.entry_of(to);
  if (before != Affiliation::owner) plan.moves.push_back({to, before, Affiliation::owner});
  for (const Jid& owner : from) {
    if (owner != to) plan.moves.push_back({owner, Affiliation::owner, Affiliation::none});
  }
  return make_moves(scene, plan);
}

Verdict decide_read_affiliations(const Scene& scene, const action::ReadAffiliations& action) {
  if (Objection objection = not_manageable(scene)) return std::move(*objection);
  std::vector<wire::AffiliationEntry> entries;
  for (const auto& [jid, affiliation] : scene.state.affiliations) {
    entries.push_back({jid.str(), affiliation});
  }
  Done step;
  auto reply =
      wire::affiliations(scene.state.node, entries, action.page, scene.settings.limits.page);
  if (!reply) return std::move(reply).error();
  step.reply = std::move(reply).value();
  return step;
}

Verdict decide_set_affiliations(const Scene& scene, const SetAffiliations& action) {
  if (Objection objection = not_manageable(scene)) return std::move(*objection);
  if (action.entries.size() > scene.settings.limits.entries) return refuse(Fault::over_limit);
  AffiliationPlan plan;
  if (Objection objection = sort_out(scene, action, plan)) return std::move(*objection);
  keep_an_owner(scene, plan);
  return make_moves(scene, plan);
}

}  // namespace stoa::pubsub
