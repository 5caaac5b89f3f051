#include <algorithm>

#include <stoa/pubsub/model/options.hpp>

#include "pubsub/engine/leases.hpp"
#include "pubsub/engine/scene.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

using action::Subscribe;
using action::Unsubscribe;

constexpr std::size_t subid_length =
    12;  ///< of a token: 72 bits, and short enough for no allocation

bool may_act_for(const Scene& scene, const Jid& jid) {
  if (scene.admin() || jid.bare_view() == scene.bare.str()) return true;
  const auto& proxies = scene.settings.trusted_proxies;
  return std::find(proxies.begin(), proxies.end(), scene.bare) != proxies.end();
}

/// For whom the subscription is: its rights count, not those of a proxy that asks.
Affiliation standing_of(const Scene& scene, const Subscribe& subscribe) {
  if (subscribe.jid.bare_view() == scene.bare.str()) return scene.standing;
  return scene.state.affiliation_of(subscribe.jid.bare());
}

Objection foreign_jid(const Scene& scene, const Subscribe& subscribe) {
  if (may_act_for(scene, subscribe.jid)) return std::nullopt;
  return refuse(Fault::invalid_jid);
}

Objection missing(const Scene& scene, const Subscribe&) {
  return node_missing(scene);
}

/// 6.1.3.10
Objection not_allowed_by_node(const Scene& scene, const Subscribe&) {
  if (scene.config().subscribe) return std::nullopt;
  return unsupported("subscribe");
}

/// 6.1.3.8, and publish-only of 4.1
Objection refused_affiliation(const Scene& scene, const Subscribe& subscribe) {
  if (grant(standing_of(scene, subscribe), Privilege::subscribe) != Grant::no) return std::nullopt;
  return refuse(Fault::forbidden);
}

/// 6.1.3.6
Objection anonymous(const Scene& scene, const Subscribe& subscribe) {
  const auto& domains = scene.settings.anonymous_domains;
  const bool listed =
      std::find(domains.begin(), domains.end(), subscribe.jid.domain()) != domains.end();
  if (!listed) return std::nullopt;
  return refuse(Fault::anonymous);
}

/// 6.1.3.7
Objection already_pending(const Scene& scene, const Subscribe& subscribe) {
  for (const Subscription* held : scene.state.subscriptions.of(subscribe.jid)) {
    if (held->state == SubscriptionState::pending) return refuse(Fault::pending_subscription);
  }
  return std::nullopt;
}

/// 6.1.3.2 to 6.1.3.4
Objection not_admitted(const Scene& scene, const Subscribe& subscribe) {
  if (grant(standing_of(scene, subscribe), Privilege::subscribe) == Grant::yes) return std::nullopt;
  const NodeConfig& config = scene.config();
  if (admits(scene.state, config, scene.settings, subscribe.jid.bare())) return std::nullopt;
  const auto fault = refusal_of(config.access_model);
  if (!fault) return std::nullopt;
  return refuse(*fault);
}

/// 6.1.3.5
Objection not_paid(const Scene& scene, const Subscribe& subscribe) {
  if (!scene.config().payment_required) return std::nullopt;
  if (grant(standing_of(scene, subscribe), Privilege::subscribe) == Grant::yes) return std::nullopt;
  return refuse(Fault::unpaid_subscription);
}

/// XEP-0496, 4.4
Objection not_admitted_above(const Scene& scene, const Subscribe& subscribe) {
  if (scene.admin() || subscribe.jid.bare_view() == scene.bare.str()) {
    return ancestors_refuse_reading(scene);
  }
  if (ancestors_let_read(scene.state, scene.settings, subscribe.jid.bare())) return std::nullopt;
  return refuse(Fault::forbidden);
}

constexpr Check<Subscribe> subscribe_checks[] = {
    foreign_jid,  missing,  not_allowed_by_node, refused_affiliation, anonymous, already_pending,
    not_admitted, not_paid, not_admitted_above};

/// 6.1.3.9
std::optional<Verdict> too_many(const Scene& scene, const Subscribe& subscribe) {
  const Limits& limits = scene.settings.limits;
  const std::size_t at_node = scene.node_limits().subscriptions_per_node;
  const bool full = at_node != 0 && scene.state.subscriptions.size() >= at_node;
  if (full) return Verdict(refuse(Fault::too_many_subscriptions));
  if (limits.subscriptions_per_entity == 0 || scene.admin()) return std::nullopt;
  const Jid bare = subscribe.jid.bare();
  const auto& known = scene.state.found().held_subscriptions;
  if (!known || known->jid != bare || scene.now() - known->asked > count_is_fresh) {
    return Verdict(Lacks<Need>{need::HeldSubscriptions{bare, scene.now()}});
  }
  if (known->count < limits.subscriptions_per_entity) return std::nullopt;
  return Verdict(refuse(Fault::too_many_subscriptions));
}

SubscriptionState state_of_new(const Scene& scene, const Subscribe& subscribe,
                               const Subscription& made) {
  const bool needs_approval =
      scene.config().access_model == AccessModel::authorize &&
      grant(standing_of(scene, subscribe), Privilege::subscribe) != Grant::yes;
  if (needs_approval) return SubscriptionState::pending;
  const bool asked =
      scene.settings.lease_policy == LeasePolicy::asked && !made.expires && !made.options.temporary;
  return asked ? SubscriptionState::unconfigured : SubscriptionState::subscribed;
}

/// XEP-0465, 4.1; accounts have no such lists.
bool marks(const Scene& scene, const Subscribe& subscribe) {
  return subscribe.is_public && !scene.settings.of_account;
}

/// The new row, or why the options that came along are refused (6.3.7).
Result<Subscription, StanzaError> make(const Scene& scene, const Subscribe& subscribe) {
  Subscription made{.jid = subscribe.jid, .subid = scene.subid(), .since = scene.now()};
  made.options.is_public = marks(scene, subscribe);
  if (subscribe.options) {
    auto with = with_options(scene, made, *subscribe.options);
    if (!with) return std::move(with).error();
    made = std::move(with).value();
  }
  const bool ends = made.expires || made.options.temporary;
  if (scene.settings.lease_policy == LeasePolicy::required && !ends) {
    return refuse(Fault::configuration_required);
  }
  made.state = state_of_new(scene, subscribe, made);
  begin_lease(scene, made);
  return made;
}

xml::Element reply_for(const Scene& scene, const Subscription& subscription,
                       const Subscribe& subscribe) {
  if (!subscribe.options) return wire::subscribed(scene.state.node, subscription);
  const Lease lease{subscription.options, subscription.expires};
  return wire::subscribed_with_options(
      scene.state.node, subscription,
      scene.settings.tables->subscribe.render(forms::FormType::result, lease,
                                              viewer_of(scene.config(), scene.settings)));
}

/// XEP-0248, 6.1.3: what another subscription to the collection already covers. Two of one type
/// differ in their depth alone; `all` leaves nothing to a second one.
Objection covered(const Scene& scene, const Subscription& made) {
  if (!scene.config().collection() || !scene.settings.multi_subscribe) return std::nullopt;
  for (const Subscription* held : scene.state.subscriptions.of(made.jid)) {
    if (held->options.type == made.options.type) return refuse(Fault::same_type_twice);
    const auto all = SubscriptionType::all;
    if (held->options.type == all || made.options.type == all) return refuse(Fault::type_covered);
  }
  return std::nullopt;
}

/// Already there (6.1.6): the first one's answer again, unless each request makes another.
const Subscription* standing_subscription(const Scene& scene, const Subscribe& subscribe) {
  if (scene.settings.multi_subscribe) return nullptr;
  const auto held = scene.state.subscriptions.of(subscribe.jid);
  return held.empty() ? nullptr : held.front();
}

/// The same subscription, with the options that came along now (6.3.7).
Verdict subscribe_again(const Scene& scene, const Subscribe& subscribe, const Subscription& held) {
  Done step;
  Subscription after = held;
  after.options.is_public = marks(scene, subscribe);  // to leave it out takes it back (XEP-0465)
  if (subscribe.options) {
    OptionsSet set = set_options(scene, {held, after}, *subscribe.options, step);
    if (set.verdict) return std::move(*set.verdict);
    after = std::move(set.after);
  } else if (after != held) {
    step.changes.push_back(change::SubscriptionSet{scene.state.number, held, after});
  }
  step.reply = reply_for(scene, after, subscribe);
  return step;
}

}  // namespace

Verdict decide_subscribe(const Scene& scene, const Subscribe& subscribe) {
  if (Objection objection = first_objection(subscribe_checks, scene, subscribe))
    return std::move(*objection);
  if (const Subscription* held = standing_subscription(scene, subscribe)) {
    return subscribe_again(scene, subscribe, *held);
  }
  if (auto verdict = too_many(scene, subscribe)) return std::move(*verdict);
  auto made = make(scene, subscribe);
  if (!made) return std::move(made).error();
  const Subscription& subscription = *made;
  if (Objection objection = covered(scene, subscription)) return std::move(*objection);
  const bool effective = subscription.state == SubscriptionState::subscribed;
  if (effective && wants_last_item(scene) && last_item(scene).unknown) {
    return Lacks<Need>{need::Last{}};
  }
  Done step;
  step.changes.push_back(change::SubscriptionSet{scene.state.number, std::nullopt, subscription});
  step.reply = reply_for(scene, subscription, subscribe);
  if (subscribe.jid.bare_view() != scene.bare.str()) {
    tell_subscriber(scene, step, subscription, subscription.state);
  }
  if (subscription.state == SubscriptionState::pending) ask_owners(scene, step, subscription);
  if (effective) tell_owners(scene, step, subscription, subscription.state);
  if (effective) send_last_item(scene, step, subscription);
  return step;
}

Verdict decide_unsubscribe(const Scene& scene, const Unsubscribe& unsubscribe) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  if (!may_act_for(scene, unsubscribe.jid)) return refuse(Fault::other_jid);
  const auto chosen = choose_subscription(scene, unsubscribe.jid, unsubscribe.subid,
                                          Fault::not_subscribed_unsubscribe);
  if (!chosen) return chosen.error();
  const Subscription& ended = **chosen;
  Done step;
  step.changes.push_back(change::SubscriptionSet{scene.state.number, ended, std::nullopt});
  Subscription none = ended;
  none.state = SubscriptionState::none;
  step.reply = wire::subscribed(scene.state.node, none);
  if (unsubscribe.jid.bare_view() != scene.bare.str()) {
    tell_subscriber(scene, step, ended, SubscriptionState::none);
  }
  tell_owners(scene, step, ended, SubscriptionState::none);
  return step;
}

}  // namespace stoa::pubsub
