#include "pubsub/engine/audit.hpp"
#include "pubsub/engine/desk.hpp"
#include "pubsub/engine/digest.hpp"
#include "pubsub/engine/presence.hpp"
#include "pubsub/engine/public_subscribers.hpp"
#include "pubsub/engine/relations.hpp"
#include "pubsub/engine/removal.hpp"
#include "pubsub/engine/scene.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

/// Sends each action to its rule; closed, so that an action without a rule does not compile.
struct Rules {
  const Scene& scene;

  Verdict operator()(const Tick&) const { return decide_tick(scene); }
  Verdict operator()(const action::Create& a) const { return decide_create(scene, a); }
  Verdict operator()(const action::ReadConfiguration&) const {
    return decide_read_configuration(scene);
  }
  Verdict operator()(const action::Configure& a) const { return decide_configure(scene, a); }
  Verdict operator()(const action::Delete& a) const { return decide_delete(scene, a); }
  Verdict operator()(const action::Purge&) const { return decide_purge(scene); }
  Verdict operator()(const action::Subscribe& a) const { return decide_subscribe(scene, a); }
  Verdict operator()(const action::Unsubscribe& a) const { return decide_unsubscribe(scene, a); }
  Verdict operator()(const action::ReadOptions& a) const { return decide_read_options(scene, a); }
  Verdict operator()(const action::SetOptions& a) const { return decide_set_options(scene, a); }
  Verdict operator()(const action::DefaultOptions&) const { return decide_default_options(scene); }
  Verdict operator()(const action::OwnSubscriptions&) const {
    return decide_own_subscriptions(scene);
  }
  Verdict operator()(const action::OwnAffiliations&) const {
    return decide_own_affiliations(scene);
  }
  Verdict operator()(const action::Items& a) const { return decide_items(scene, a); }
  Verdict operator()(const action::Publish& a) const { return decide_publish(scene, a); }
  Verdict operator()(const action::Retract& a) const { return decide_retract(scene, a); }
  Verdict operator()(const action::ReadSubscriptions& a) const {
    return decide_read_subscriptions(scene, a);
  }
  Verdict operator()(const action::SetSubscriptions& a) const {
    return decide_set_subscriptions(scene, a);
  }
  Verdict operator()(const action::ReadAffiliations& a) const {
    return decide_read_affiliations(scene, a);
  }
  Verdict operator()(const action::SetAffiliations& a) const {
    return decide_set_affiliations(scene, a);
  }
  Verdict operator()(const action::Authorize& a) const { return decide_authorize(scene, a); }
  Verdict operator()(const action::SendPending& a) const { return decide_send_pending(scene, a); }
  Verdict operator()(const action::NodeInfo&) const { return decide_node_info(scene); }
  Verdict operator()(const action::NodeItems& a) const { return decide_node_items(scene, a); }
  Verdict operator()(const action::Bounce& a) const { return decide_bounce(scene, a); }
  Verdict operator()(const action::AskArchive& a) const { return decide_archive(scene, a); }
  Verdict operator()(const action::TurnUp& a) const { return decide_turn(scene, a); }
  Verdict operator()(const action::Associate& a) const { return decide_associate(scene, a); }
  Verdict operator()(const action::Follow& a) const { return decide_follow(scene, a); }
  Verdict operator()(const action::SeekOrphans& a) const { return decide_seek_orphans(scene, a); }
  Verdict operator()(const action::Greet&) const { return decide_greet(scene); }
  Verdict operator()(const action::Review& a) const { return decide_review(scene, a); }
  Verdict operator()(const action::RemoveUser& a) const { return decide_remove_user(scene, a); }
  Verdict operator()(const action::TakeOver& a) const { return decide_take_over(scene, a); }
  Verdict operator()(const action::Restore&) const { return decide_restore(scene); }
  Verdict operator()(const action::Inspect&) const { return decide_inspect(scene); }
  Verdict operator()(const action::ListItems& a) const { return decide_list_items(scene, a); }
  Verdict operator()(const action::ChangeOwner& a) const { return decide_change_owner(scene, a); }
  Verdict operator()(const action::Recount&) const { return decide_recount(scene); }
  Verdict operator()(const action::Announce& a) const { return decide_announce(scene, a); }
  Verdict operator()(const action::Import& a) const { return decide_import(scene, a); }
  Verdict operator()(const action::OfferNode& a) const { return decide_offer(scene, a); }
  Verdict operator()(const action::AnswerOffer& a) const { return decide_answer_offer(scene, a); }
  Verdict operator()(const action::PublicSubscribers& a) const {
    return decide_public_subscribers(scene, a);
  }
  Verdict operator()(const action::WatchSubscribers& a) const { return decide_watch(scene, a); }
  Verdict operator()(const action::UnwatchSubscribers& a) const { return decide_unwatch(scene, a); }
  Verdict operator()(const action::OwnWatches&) const { return decide_own_watches(scene); }
  Verdict operator()(const action::SubscribersInfo&) const {
    return decide_subscribers_info(scene);
  }
};

/// A lease whose end has come counts as over, though its Tick is still to come (PS-OPT-29): the
/// leases end first, in the same step.
Verdict decide_after_leases(const Scene& scene) {
  Done before = end_leases(scene);
  NodeState later = scene.state;
  for (const Change& change : before.changes) apply(later, change);
  const Scene then = scene.at(later);
  Verdict verdict = std::visit(Rules{then}, scene.request.action);
  auto* step = std::get_if<Done>(&verdict);
  if (step == nullptr) return verdict;
  before.changes.insert(before.changes.end(), std::make_move_iterator(step->changes.begin()),
                        std::make_move_iterator(step->changes.end()));
  step->changes = std::move(before.changes);
  step->before_reply.insert(step->before_reply.begin(), before.outbound.begin(),
                            before.outbound.end());
  return verdict;
}

Verdict decide_at(const NodeState& state, const pubsub::Request& request,
                  const pubsub::Settings& settings, const Context& context) {
  const Scene scene(state, request, settings, context);
  if (auto verdict = lacks_roster(scene)) return std::move(*verdict);
  if (auto verdict = lacks_lineage(scene)) return std::move(*verdict);
  const auto due = state.subscriptions.next_due();
  const bool overdue = due && *due <= context.now;
  const bool leases_first = overdue && !std::holds_alternative<Tick>(request.action);
  Verdict verdict =
      leases_first ? decide_after_leases(scene) : std::visit(Rules{scene}, request.action);
  if (auto* step = std::get_if<Done>(&verdict)) {
    if (auto lacking = greet_newcomers(scene, *step)) return std::move(*lacking);
    tell_watchers(scene, *step);
    select_present(scene, *step);
    select_admitted(scene, *step);
    const bool silent = std::holds_alternative<action::Import>(request.action);
    if (!silent) log_for_digests(scene, *step);
    note_watched(scene, *step);
    put_on_record(scene, *step);
    if (request.command && !step->refusal && !wire::is_of_command(step->reply)) {
      step->reply = wire::command_done(*request.command);
    }
  }
  if (!std::holds_alternative<Lacks<Need>>(verdict)) {
    state.end_decision();  // the next request must see the graph as it is then
    state.lineage_used = true;
  }
  return verdict;
}

/// The root is always there; its rows are made with the first subscription.
Verdict decide_at_new_root(const NodeState& state, const pubsub::Request& request,
                           const pubsub::Settings& settings, const Context& context) {
  NodeConfig config;
  config.node_type = NodeType::collection;
  config.hidden = true;
  const change::NodeCreated creation{
      .number = context.ids.number(),
      .node = std::string(root_key),
      .creator = settings.service,
      .created = context.now,
      .config = std::make_shared<const NodeConfig>(std::move(config))};
  NodeState made;
  apply(made, creation);
  if (state.asked.get()) made.asked.touch().held_subscriptions = state.found().held_subscriptions;
  Verdict verdict = decide_at(made, request, settings, context);
  auto* step = std::get_if<Done>(&verdict);
  if (step && !step->changes.empty()) step->changes.insert(step->changes.begin(), creation);
  return verdict;
}

}  // namespace

Verdict Engine::decide(const NodeState& state, const pubsub::Request& request,
                       const pubsub::Settings& settings, const Context& context) {
  const bool new_root = request.node == root_key && !state.exists();
  return new_root ? decide_at_new_root(state, request, settings, context)
                  : decide_at(state, request, settings, context);
}

std::optional<Timestamp> Engine::deadline(const NodeState& state) {
  if (state.orphaned) return state.created;
  std::optional<Timestamp> next = state.subscriptions.next_due();
  if (const auto digest = state.subscriptions.next_digest(); digest && (!next || *digest < *next)) {
    next = digest;
  }
  if (!state.exists() || !state.config->item_expire || !state.oldest_published) return next;
  const Timestamp expiry =
      *state.oldest_published + std::chrono::seconds(*state.config->item_expire);
  return next ? std::min(*next, expiry) : expiry;
}

}  // namespace stoa::pubsub
