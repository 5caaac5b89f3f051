#include "pubsub/engine/audit.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <stoa/pubsub/model/options.hpp>

namespace stoa::pubsub {

namespace {

constexpr std::size_t named_at_most = 20;  ///< items or fields in one entry

/// Words with commas between them; of many the first.
std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), named_at_most); ++i) {
    text += (i == 0 ? "" : ", ") + words[i];
  }
  if (words.size() > named_at_most) text += ", ...";
  return text;
}

std::string from_to(std::string_view before, std::string_view after) {
  return std::string(before) + " > " + std::string(after);
}

/// Requests by which owners decide about the subscriptions of others.
struct DecidesForOthers {
  template <class A>
  bool operator()(const A&) const {
    return false;
  }
  bool operator()(const action::SetSubscriptions&) const { return true; }
  bool operator()(const action::SetAffiliations&) const { return true; }
  bool operator()(const action::Authorize&) const { return true; }
  bool operator()(const action::Configure&) const { return true; }
  bool operator()(const action::RemoveUser&) const { return true; }
  bool operator()(const action::ChangeOwner&) const { return true; }
};

/// Goes through the changes of a step.
class Record {
 public:
  explicit Record(const Scene& scene)
      : scene_(scene), for_others_(std::visit(DecidesForOthers{}, scene.request.action)) {}

  template <class C>
  void operator()(const C&) {}
  void operator()(const change::NodeCreated&) {
    made_ = true;
    note("create");
  }
  void operator()(const change::NodeConfigured& c) {
    std::vector<std::string> fields;
    for (const auto* row : scene_.settings.tables->node.changed(*c.before, *c.after)) {
      fields.push_back(row->var);
    }
    note("configure", {}, listed(fields));
  }
  void operator()(const change::NodeDeleted& c) {
    note("delete", {}, c.kept ? "kept until " + format_xep0082(c.kept->until) : std::string());
  }
  void operator()(const change::NodeRestored&) { note("restore"); }
  void operator()(const change::NodePurged& c) {
    note("purge", {}, std::to_string(c.count_before - c.count_after) + " items");
  }
  void operator()(const change::AffiliationSet& c) {
    if (!made_) note("affiliate", c.jid.str(), from_to(token(c.before), token(c.after)));
  }
  void operator()(const change::SubscriptionSet& c) {
    if (!for_others_ || made_) return;
    const auto state = [](const auto& held) {
      return token(held ? held->state : SubscriptionState::none);
    };
    note("subscribe", (c.before ? c.before : c.after)->jid.str(),
         from_to(state(c.before), state(c.after)));
  }
  void operator()(const change::Linked& c) {
    note(c.way == change::Linked::Way::in ? "associate" : "dissociate", c.parent_node);
  }
  void operator()(const change::Related& c) {
    note("relate", c.link_after.is_set() ? c.link_after.node : c.parent_after.node);
  }
  void operator()(const change::ItemPublished& c) {
    if (!scene_.request.command) return;
    note("publish", c.item.meta.publisher.str(),
         c.item.meta.id + " at " + format_xep0082(c.item.meta.published));
  }
  void operator()(const change::ItemsRetracted& c) {
    if (!std::holds_alternative<action::Retract>(scene_.request.action)) return;
    std::vector<std::string> ids;
    for (const ItemMeta& item : c.items) {
      if (item.publisher != scene_.bare) ids.push_back(item.id);
    }
    if (!ids.empty()) note("retract", {}, listed(ids));
  }

  void operator()(const change::Recounted& c) {
    note("recount", {}, from_to(std::to_string(c.before), std::to_string(c.after)));
  }
  void operator()(const change::OfferSet& c) {
    if (const auto* answer = std::get_if<action::AnswerOffer>(&scene_.request.action)) {
      note(answer->accept ? "accept" : "decline", c.before->by.str());
    } else {
      note(c.after ? "offer" : "withdraw", (c.after ? c.after : c.before)->receiver.str());
    }
  }

  std::vector<Change> take() { return std::move(acts_); }

 private:
  void note(std::string_view act, std::string target = {}, std::string detail = {}) {
    acts_.emplace_back(
        change::Audited{{scene_.now(), scene_.actor(), std::string(act), scene_.request.node,
                         std::move(target), std::move(detail)}});
  }

  const Scene& scene_;
  bool for_others_;
  bool made_ = false;
  std::vector<Change> acts_;
};

}  // namespace

void put_on_record(const Scene& scene, Done& step) {
  if (scene.settings.of_account || std::holds_alternative<Tick>(scene.request.action)) return;
  if (const auto* import = std::get_if<action::Import>(&scene.request.action)) {
    step.changes.emplace_back(change::Audited{{scene.now(),
                                               scene.actor(),
                                               "import",
                                               scene.request.node,
                                               {},
                                               std::to_string(import->lines.size()) + " lines"}});
    return;
  }
  Record record(scene);
  for (const Change& change : step.changes) std::visit(record, change);
  auto acts = record.take();
  step.changes.insert(step.changes.end(), std::make_move_iterator(acts.begin()),
                      std::make_move_iterator(acts.end()));
}

}  // namespace stoa::pubsub
