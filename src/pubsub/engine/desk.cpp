#include "pubsub/engine/desk.hpp"

#include <algorithm>

#include <stoa/forms/command_form.hpp>

#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

constexpr std::size_t most_affiliations = 1000;  ///< shown of one node

/// Service administrators alone: an owner has requests of its own for this.
Objection not_for_admins(const Scene& scene) {
  if (!scene.admin()) return refuse(Fault::forbidden);
  return node_missing(scene);
}

std::string related(const Relation& relation) {
  return relation.is_set() ? relation.node : std::string();
}

void add_subscriptions(const NodeState& state, forms::ResultTable& table) {
  const auto count = [&](SubscriptionState wanted) {
    return std::to_string(
        std::count_if(state.subscriptions.begin(), state.subscriptions.end(),
                      [&](const Subscription& held) { return held.state == wanted; }));
  };
  table.field("subscribed", count(SubscriptionState::subscribed));
  table.field("pending", count(SubscriptionState::pending));
  table.field("unconfigured", count(SubscriptionState::unconfigured));
}

forms::ResultTable inspection(const Scene& scene) {
  const NodeState& state = scene.state;
  forms::ResultTable table(wire::service_form, "Node", {"jid", "affiliation"});
  table.field("node", state.node);
  table.field("type", scene.config().collection() ? "collection" : "leaf");
  table.field("title", scene.config().title);
  table.field("access-model", std::string(token(scene.config().access_model)));
  table.field("creator", state.creator.str());
  table.field("created", format_xep0082(state.created));
  table.field("version", std::to_string(state.version));
  table.field("items", std::to_string(state.item_count));
  table.field("bytes", std::to_string(*state.found().bytes));
  add_subscriptions(state, table);
  table.field("affiliations", std::to_string(state.affiliations.size()));
  forms::Values collections;
  for (const auto& [number, node] : state.parents) collections.push_back(node);
  table.field("collections", std::move(collections));
  table.field("link", related(state.link()));
  table.field("parent", related(state.parent()));
  const bool offered = state.offer && state.offer->until > scene.now();
  table.field("offered-to", offered ? state.offer->receiver.str() : std::string());
  std::size_t shown = 0;
  for (const auto& [jid, affiliation] : state.affiliations) {
    if (++shown > most_affiliations) break;
    table.row({jid.str(), std::string(token(affiliation))});
  }
  return table;
}

}  // namespace

Verdict decide_inspect(const Scene& scene) {
  if (Objection objection = not_for_admins(scene)) return std::move(*objection);
  if (!scene.state.found().bytes) return Lacks<Need>{need::NodeBytes{}};
  Done step;
  step.reply = wire::command_shows(*scene.request.command, inspection(scene).done());
  return step;
}

Verdict decide_list_items(const Scene& scene, const action::ListItems& action) {
  if (Objection objection = not_for_admins(scene)) return std::move(*objection);
  look::NodeItems what{.number = scene.state.number, .node = scene.state.node};
  if (!action.after.empty()) {
    const auto found = scene.state.items.find(action.after);
    if (found.knowledge == ItemIndex::Knowledge::unknown) {
      return lacks_items(scene, need::Items{{action.after}});
    }
    if (found.item == nullptr) return refuse(Fault::no_such_item);
    what.above = found.item->seq;
  }
  const CommandStep& step = *scene.request.command;
  return ReadPlan<Read>{
      CommandRead{step.command, step.session, scene.request.from, std::move(what), action.max}};
}

Verdict decide_change_owner(const Scene& scene, const action::ChangeOwner& action) {
  if (Objection objection = not_for_admins(scene)) return std::move(*objection);
  if (!action.from.empty() && scene.state.entry_of(action.from) != Affiliation::owner) {
    return refuse(Fault::no_such_owner);
  }
  std::vector<Jid> from;
  for (const auto& [jid, affiliation] : scene.state.affiliations) {
    const bool meant = action.from.empty() || jid == action.from;
    if (affiliation == Affiliation::owner && meant) from.push_back(jid);
  }
  return move_ownership(scene, action.to, from);
}

Verdict decide_recount(const Scene& scene) {
  if (Objection objection = node_missing(scene)) return std::move(*objection);
  if (!scene.state.found().items) return Lacks<Need>{need::ItemCount{}};
  Done step;
  const std::uint64_t before = scene.state.item_count;
  if (*scene.state.found().items == before) return step;
  step.changes.push_back(change::Recounted{scene.state.number, before, *scene.state.found().items});
  return step;
}

Verdict decide_announce(const Scene& scene, const action::Announce& action) {
  Done step;
  step.changes.emplace_back(
      change::Audited{{scene.now(), scene.actor(), "announce", std::string(), std::string(),
                       std::to_string(action.to.size()) + " addressees"}});
  step.outbound.push_back(say::Announcement{scene.token(), action.text, action.to});
  return step;
}

}  // namespace stoa::pubsub
