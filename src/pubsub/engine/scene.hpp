#pragma once

#include <optional>
#include <utility>

#include <stoa/pubsub/engine/engine.hpp>

#include "pubsub/engine/faults.hpp"
#include "pubsub/engine/rights.hpp"

/// What the rules of all request families share.
namespace stoa::pubsub {

using Verdict = Decision<Change, Outbound, Read, Need>;
using Done = Step<Change, Outbound>;
using Objection = std::optional<StanzaError>;

/// One decision: what is, what is asked, by whom.
struct Scene {
  const NodeState& state;
  const Request& request;
  const Settings& whole;     ///< with the exceptions
  const Settings& settings;  ///< what holds for the requester
  const Context& context;
  Jid bare;                   ///< of the requester
  Affiliation standing = {};  ///< its affiliation; owner for a service admin

  Scene(const NodeState& s, const Request& r, const Settings& set, const Context& c);

  /// The same request at another state of the node.
  Scene at(const NodeState& other) const { return {other, request, whole, context}; }

  const NodeConfig& config() const { return *state.config; }
  /// What the node may hold is its creator's matter.
  const Limits& node_limits() const { return whole.for_entity(state.creator).limits; }
  Timestamp now() const { return context.now; }
  /// Who acts: the service itself where nobody asked.
  Jid actor() const { return request.from.empty() ? settings.service : request.from; }
  bool admin() const { return context.service_admin; }
  bool owner() const { return standing == Affiliation::owner; }
  Grant granted(Privilege privilege) const { return grant(standing, privilege); }
  std::string token() const { return context.ids.token(); }
  /// A subid that nobody ever had at the node: 72 bits, and short enough for no allocation.
  std::string subid() const {
    constexpr std::size_t length = 12;
    const std::string made = token();
    return made.substr(made.size() - length);
  }
};

/// For so long a count of nodes or subscriptions that was asked for is believed.
inline constexpr Duration count_is_fresh = std::chrono::seconds(5);

/// Checks in the order in which they stand; the first objection wins.
template <class Action>
using Check = Objection (*)(const Scene&, const Action&);

template <class Checks, class Action>
Objection first_objection(const Checks& checks, const Scene& scene, const Action& action) {
  for (const auto check : checks) {
    if (Objection objection = check(scene, action)) return objection;
  }
  return std::nullopt;
}

/// The node is not there: item-not-found, or gone where it left an address (6.1.3.11).
Objection node_missing(const Scene& scene);
/// Whether the requester is an owner; else forbidden. The node exists.
Objection not_owner(const Scene& scene);
/// The node is not there, or the requester is none of its owners.
Objection not_manageable(const Scene& scene);
/// May not retrieve items (6.5.9).
Objection may_not_retrieve(const Scene& scene);
/// May not publish (7.1).
Objection may_not_publish(const Scene& scene);
/// The first of the nodes above, from the nearest, that refuses (XEP-0496, 4.4). The lineage is
/// known.
Objection ancestors_refuse_reading(const Scene& scene);
Objection ancestors_refuse_publishing(const Scene& scene);
bool ancestors_let_read(const NodeState& state, const Settings& settings, const Jid& bare);
/// How the model refuses those that it does not admit; nullopt where approval is what they lack.
std::optional<Fault> refusal_of(AccessModel model);
/// Whether that entity could retrieve items; an admin's rights are not counted.
bool may_read(const NodeState& state, const Settings& settings, const Jid& bare);
/// Holds a subscription in state subscribed under any of its JIDs.
bool is_subscribed(const NodeState& state, const Jid& bare);

/// Neither history nor retraction: only the last item may be kept.
inline bool transient(const NodeConfig& config) {
  return !config.persist_items || config.max_items == 0u;
}
/// What `max_items` stands for.
std::uint32_t item_limit(const NodeConfig& config, const Scene& scene);
/// Whether there may be anybody to be told of the node.
bool is_heard(const Scene& scene);
/// Whether anybody could get an event now.
bool notifies(const Scene& scene);
/// The owner that is shown for replies: the creator while it owns the node.
Jid first_owner(const NodeState& state);
/// An item published at or before it has expired.
std::optional<Timestamp> expired_until(const NodeConfig& config, Timestamp now);

/// A fact about items is missing: small nodes are asked for the whole index.
Verdict lacks_items(const Scene& scene, Need otherwise);
/// The newest item, or the verdict that it must be fetched; nullptr where the node has none.
struct LastItem {
  const Item* item = nullptr;
  bool unknown = false;
};
LastItem last_item(const Scene& scene);

/// One subscription ends; the subscriber is told, owners too where the node says so (notify_sub).
void end_subscription(const Scene& scene, Done& step, const Subscription& subscription);
/// Tells of the subscription's state: the subscriber, or the owners (notify_sub).
void tell_subscriber(const Scene& scene, Done& step, const Subscription& subscription,
                     SubscriptionState state);
void tell_owners(const Scene& scene, Done& step, const Subscription& subscription,
                 SubscriptionState state);
/// Asks all owners to approve (8.6).
void ask_owners(const Scene& scene, Done& step, const Subscription& subscription);
/// After a subscription became effective: the newest item, where the node sends it (6.1.7). The
/// fact must be known (last_item()).
void send_last_item(const Scene& scene, Done& step, const Subscription& subscription);
/// Whether send_last_item() will need the newest item.
bool wants_last_item(const Scene& scene);

/// Subscriptions whose lease is over end, and notices of those that soon will go out.
Done end_leases(const Scene& scene);

/// Whether somebody may be told because of a collection above: then the listeners above must be
/// known before anything is said.
std::optional<Verdict> lacks_above(const Scene& scene);
/// Whether somebody is subscribed to the root of all collections, below which the node is.
bool root_hears(const Scene& scene);
/// Tells them of a node that the step makes in no other collection. The state is the node that is
/// made; a verdict: what must be known first.
std::optional<Verdict> tell_root(const Scene& scene, Done& step);
/// Those listeners; null where there are none to ask for.
say::Above above_of(const Scene& scene);

/// The rosters that a decision at this node rests on must be known first.
std::optional<Verdict> lacks_roster(const Scene& scene);
/// The same of a node that this one depends on.
std::optional<Verdict> lacks_rosters_at(const Scene& scene, const NodeState& node);
/// Whether the roster of any owner (of who makes the node, where it does not exist) can be read.
bool reads_rosters(const Scene& scene);
/// Whether the access model itself lets the entity in: by the roster of any owner (4.5), or because
/// it is open to all. Approval and affiliations stand apart.
bool admits(const NodeState& state, const NodeConfig& config, const Settings& settings,
            const Jid& bare);
/// Who hears of the node of an account, or of them those who see its owner's presence, or who do
/// not: subscribers, and of its owner and its contacts every resource that wants such events
/// (9.1.2). Tags are subids, or `pep`.
enum class Part { all, seeing_presence, others };
std::shared_ptr<const RecipientSet> account_audience(const NodeState& state,
                                                     const Settings& settings,
                                                     Part part = Part::all);
/// Those who may read the node of an account because of this step, and hear of it without asking,
/// get the newest item (XEP-0060, 12.2).
std::optional<Verdict> greet_newcomers(const Scene& scene, Done& step);

// The request families.
Verdict decide_create(const Scene& scene, const action::Create& action);
Verdict decide_publish(const Scene& scene, const action::Publish& action);
Verdict decide_take_over(const Scene& scene, const action::TakeOver& action);
Verdict decide_retract(const Scene& scene, const action::Retract& action);
Verdict decide_items(const Scene& scene, const action::Items& action);
Verdict decide_node_items(const Scene& scene, const action::NodeItems& action);
Verdict decide_node_info(const Scene& scene);
Verdict decide_subscribe(const Scene& scene, const action::Subscribe& action);
Verdict decide_unsubscribe(const Scene& scene, const action::Unsubscribe& action);
Verdict decide_read_options(const Scene& scene, const action::ReadOptions& action);
Verdict decide_set_options(const Scene& scene, const action::SetOptions& action);
Verdict decide_default_options(const Scene& scene);
Verdict decide_own_subscriptions(const Scene& scene);
Verdict decide_own_affiliations(const Scene& scene);
Verdict decide_read_configuration(const Scene& scene);
Verdict decide_configure(const Scene& scene, const action::Configure& action);
Verdict decide_delete(const Scene& scene, const action::Delete& action);
Verdict decide_purge(const Scene& scene);
Verdict decide_follow(const Scene& scene, const action::Follow& action);
Verdict decide_seek_orphans(const Scene& scene, const action::SeekOrphans& action);
Verdict decide_read_subscriptions(const Scene& scene, const action::ReadSubscriptions& action);
Verdict decide_set_subscriptions(const Scene& scene, const action::SetSubscriptions& action);
Verdict decide_read_affiliations(const Scene& scene, const action::ReadAffiliations& action);
Verdict decide_set_affiliations(const Scene& scene, const action::SetAffiliations& action);
Verdict decide_authorize(const Scene& scene, const action::Authorize& action);
Verdict decide_send_pending(const Scene& scene, const action::SendPending& action);
Verdict decide_archive(const Scene& scene, const action::AskArchive& action);
Verdict decide_associate(const Scene& scene, const action::Associate& action);
Verdict decide_bounce(const Scene& scene, const action::Bounce& action);
Verdict decide_tick(const Scene& scene);
Verdict decide_greet(const Scene& scene);
Verdict decide_review(const Scene& scene, const action::Review& action);

/// The end of the node (8.4), whoever wants it.
Verdict deletion(const Scene& scene, std::optional<std::string> redirect);
/// Creation, as a first publish shares it (7.1.4): the checks before the form is looked at, and the
/// changes that make the node with the requester as owner.
std::optional<Verdict> may_not_create(const Scene& scene);
/// The requester has as many nodes as it may have, or that must be known first.
std::optional<Verdict> owns_too_many(const Scene& scene);
/// `to` becomes an owner, and these owners are none any more; whoever asks has the right.
Verdict move_ownership(const Scene& scene, const Jid& to, const std::vector<Jid>& from);
std::vector<Change> creation(const Scene& scene, SharedConfig config);
/// Tells the creator of the subscription that came with the node (12.12).
void tell_creator(const Scene& scene, Done& step);
/// A submitted form over a configuration: the new one, or the refusal (8.1.2, 8.2.5.2).
Result<NodeConfig, StanzaError> with_form(const Scene& scene, const NodeConfig& base,
                                          const forms::Form& form);

}  // namespace stoa::pubsub
