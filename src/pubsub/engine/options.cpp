#include <stoa/pubsub/model/options.hpp>

#include "pubsub/engine/digest.hpp"
#include "pubsub/engine/leases.hpp"
#include "pubsub/engine/scene.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

/// The subscription whose options are meant, or why not (6.3.4).
Result<const Subscription*, StanzaError> subscription_meant(const Scene& scene, const Jid& jid,
                                                            std::string_view subid) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  if (!scene.admin() && jid.bare_view() != scene.bare.str()) return refuse(Fault::other_jid);
  return choose_subscription(scene, jid, subid, Fault::not_subscribed_options);
}

}  // namespace

Lease lease_of(const Subscription& subscription) {
  const bool lasting = subscription.state == SubscriptionState::subscribed;
  return {subscription.options, lasting ? subscription.expires : std::nullopt};
}

OptionsSet set_options(const Scene& scene, const Revision& revision, const forms::Form& form,
                       Done& step) {
  const auto& [before, start] = revision;
  Subscription base = start;
  base.expires = lease_of(before).expires;
  auto with = with_options(scene, std::move(base), form);
  if (!with) return {Verdict(std::move(with).error())};
  Subscription after = std::move(with).value();
  const bool becomes_effective = before.state == SubscriptionState::unconfigured;
  if (becomes_effective && wants_last_item(scene) && last_item(scene).unknown) {
    return {Verdict(Lacks<Need>{need::Last{}})};
  }
  if (becomes_effective) after.state = SubscriptionState::subscribed;
  if (before.state == SubscriptionState::pending) {
    after.expires = before.expires;  // the lease begins with the approval
  } else if (becomes_effective || after.expires != before.expires) {
    begin_lease(scene, after);
  }
  adjust_digest(scene, after);
  if (auto verdict = flush_digest(scene, step, after)) return {std::move(*verdict)};
  step.changes.push_back(change::SubscriptionSet{scene.state.number, before, after});
  if (becomes_effective) {
    tell_subscriber(scene, step, after, after.state);
    tell_owners(scene, step, after, after.state);
    send_last_item(scene, step, after);
  }
  return {std::nullopt, std::move(after)};
}

Verdict decide_read_options(const Scene& scene, const action::ReadOptions& action) {
  const auto meant = subscription_meant(scene, action.jid, action.subid);
  if (!meant) return meant.error();
  Done step;
  step.reply = wire::options(
      scene.state.node, **meant,
      scene.settings.tables->subscribe.render(forms::FormType::form, lease_of(**meant),
                                              viewer_of(scene.config(), scene.settings)));
  return step;
}

Verdict decide_set_options(const Scene& scene, const action::SetOptions& action) {
  const auto meant = subscription_meant(scene, action.jid, action.subid);
  if (!meant) return meant.error();
  Done step;
  if (action.form.type == forms::FormType::cancel) return step;
  OptionsSet set = set_options(scene, {**meant, **meant}, action.form, step);
  if (set.verdict) return std::move(*set.verdict);
  return step;
}

Verdict decide_default_options(const Scene& scene) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  Done step;
  step.reply = wire::default_options(
      scene.state.node,
      scene.settings.tables->subscribe.render(forms::FormType::result, {},
                                              viewer_of(scene.config(), scene.settings)));
  return step;
}

Verdict decide_own_subscriptions(const Scene& scene) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  Done step;
  step.reply =
      wire::own_subscriptions(scene.state.node, scene.state.subscriptions.of_entity(scene.bare));
  return step;
}

Verdict decide_own_affiliations(const Scene& scene) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  Done step;
  step.reply = wire::own_affiliation(scene.state.node, scene.state.affiliation_of(scene.bare));
  return step;
}

}  // namespace stoa::pubsub
