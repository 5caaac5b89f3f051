#include <algorithm>

#include <stoa/pubsub/model/options.hpp>

#include "pubsub/engine/resend.hpp"
#include "pubsub/engine/scene.hpp"

/// The access models that rest on an owner's roster (XEP-0060, 4.5), and what XEP-0163 makes of
/// rosters.
namespace stoa::pubsub {

namespace {

bool in_allowed_group(const NodeConfig& config, const Contact& contact) {
  const auto& allowed = config.roster_groups_allowed;
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const std::string& group) { return contact.groups.contains(group); });
}

const Contact* contact_of(const Settings& settings, const Jid& owner, std::string_view bare) {
  const Roster* roster = settings.people ? settings.people->roster(owner) : nullptr;
  if (roster == nullptr) return nullptr;
  const auto found = roster->find(bare);
  return found == roster->end() ? nullptr : &found->second;
}

bool admitted_by(const Jid& owner, const NodeConfig& config, const Settings& settings,
                 const Jid& bare) {
  if (owner == bare) return true;
  const Contact* contact = contact_of(settings, owner, bare.str());
  if (contact == nullptr) return false;
  return config.access_model == AccessModel::presence ? contact->hears
                                                      : in_allowed_group(config, *contact);
}

std::optional<Verdict> lacks_roster_of(const Scene& scene, const Jid& owner) {
  if (!scene.settings.people->must_ask(owner)) return std::nullopt;
  return Verdict(Lacks<Need>{need::Roster{owner}});
}

std::optional<Verdict> lacks_rosters_of_owners(const Scene& scene, const NodeState& node) {
  for (const auto& [jid, affiliation] : node.affiliations) {
    if (affiliation != Affiliation::owner) continue;
    if (auto verdict = lacks_roster_of(scene, jid)) return verdict;
  }
  return std::nullopt;
}

/// Who hears of an account's node, and under which tag.
using Hearers = std::vector<std::pair<Jid, std::string>>;

bool sees_presence(const Settings& settings, const Jid& bare) {
  const Contact* contact = contact_of(settings, settings.service, bare.str());
  return bare == settings.service || (contact && contact->hears);
}

/// One recipient once, however many ways lead to it; nobody whom the account has blocked.
class Gathering {
 public:
  Gathering(const Settings& settings, Part part) : settings_(settings), part_(part) {}

  void add(const Jid& jid, std::string_view tag) {
    const bool meant = part_ == Part::all ||
                       (part_ == Part::seeing_presence) == sees_presence(settings_, jid.bare());
    if (!meant || settings_.people->blocks(settings_.service, jid)) return;
    if (seen_.insert(jid.str()).second) all_.emplace_back(jid, tag);
  }
  Hearers done() { return std::move(all_); }

 private:
  const Settings& settings_;
  Part part_;
  std::set<std::string> seen_;
  Hearers all_;
};

constexpr std::string_view implicit_tag = "pep";

/// 4.3.2 of XEP-0163: of a bare JID whose resources are known, those that want the events.
void add_subscribers(const NodeState& state, const Settings& settings, Gathering& all) {
  for (const Subscription& held : state.subscriptions) {
    if (!held.listens() || !may_read(state, settings, held.jid.bare())) continue;
    const auto resources = held.jid.is_full()
                               ? std::vector<Jid>()
                               : settings.people->interested(held.jid.str(), state.node);
    for (const Jid& full : resources) all.add(full, held.subid);
    if (resources.empty()) all.add(held.jid, held.subid);
  }
}

Hearers hearers(const NodeState& state, const Settings& settings, Part part) {
  Gathering all(settings, part);
  const People& people = *settings.people;
  add_subscribers(state, settings, all);
  const auto add_resources = [&](const std::string& bare) {
    for (const Jid& full : people.interested(bare, state.node)) all.add(full, implicit_tag);
  };
  add_resources(settings.service.str());
  if (state.config->access_model == AccessModel::open) {
    for (const Jid& full : people.sharers(settings.service, state.node)) {
      if (may_read(state, settings, full.bare())) all.add(full, implicit_tag);
    }
  }
  const Roster* roster = people.roster(settings.service);
  if (roster == nullptr) return all.done();
  for (const auto& [bare, contact] : *roster) {
    const auto jid = contact.hears ? Jid::parse(bare) : std::nullopt;
    if (jid && may_read(state, settings, *jid)) add_resources(bare);
  }
  return all.done();
}

/// Whether somebody may read the node after the step who might not before.
bool opens(const Done& step) {
  return std::any_of(step.changes.begin(), step.changes.end(), [](const Change& change) {
    const auto* configured = std::get_if<change::NodeConfigured>(&change);
    if (configured == nullptr) return std::holds_alternative<change::AffiliationSet>(change);
    return configured->before->access_model != configured->after->access_model ||
           configured->before->payment_required != configured->after->payment_required ||
           configured->before->roster_groups_allowed != configured->after->roster_groups_allowed;
  });
}

}  // namespace

std::optional<Verdict> lacks_roster(const Scene& scene) {
  const auto digest = scene.state.subscriptions.next_digest();
  const bool sends = (digest && *digest <= scene.now()) || may_resend(scene);
  const bool idle =
      std::holds_alternative<Tick>(scene.request.action) && !sends;  // nobody's rights are asked
  if (scene.settings.people == nullptr || idle) return std::nullopt;
  if (scene.settings.of_account) return lacks_roster_of(scene, scene.settings.service);
  const auto* configure = std::get_if<action::Configure>(&scene.request.action);
  const bool rests = scene.state.exists() && by_roster(scene.config().access_model);
  if (!rests && !(configure && scene.state.exists() && scene.owner())) return std::nullopt;
  return lacks_rosters_of_owners(scene, scene.state);
}

std::optional<Verdict> lacks_rosters_at(const Scene& scene, const NodeState& node) {
  if (scene.settings.people == nullptr || !by_roster(node.config->access_model)) {
    return std::nullopt;
  }
  return lacks_rosters_of_owners(scene, node);
}

bool reads_rosters(const Scene& scene) {
  const Settings& settings = scene.settings;
  if (settings.people == nullptr) return false;
  if (settings.of_account) return true;  // its nodes are for contacts, whoever reads the roster
  if (!scene.state.exists()) return settings.people->may_read_roster(scene.bare);
  return std::any_of(
      scene.state.affiliations.begin(), scene.state.affiliations.end(), [&](const auto& row) {
        return row.second == Affiliation::owner && settings.people->may_read_roster(row.first);
      });
}

bool admits(const NodeState& state, const NodeConfig& config, const Settings& settings,
            const Jid& bare) {
  if (config.access_model == AccessModel::open) return true;
  if (!by_roster(config.access_model)) return false;
  for (const auto& [jid, affiliation] : state.affiliations) {
    if (affiliation == Affiliation::owner && admitted_by(jid, config, settings, bare)) return true;
  }
  return false;
}

std::optional<Fault> refusal_of(AccessModel model) {
  switch (model) {
    case AccessModel::presence:
      return Fault::no_presence_subscription;
    case AccessModel::roster:
      return Fault::not_in_roster_group;
    case AccessModel::whitelist:
      return Fault::closed_node;
    case AccessModel::open:
    case AccessModel::authorize:
      break;
  }
  return std::nullopt;
}

std::shared_ptr<const RecipientSet> account_audience(const NodeState& state,
                                                     const Settings& settings, Part part) {
  auto set = std::make_shared<RecipientSet>();
  for (const auto& [jid, tag] : hearers(state, settings, part)) set->add(jid, tag);
  return set;
}

std::optional<Verdict> greet_newcomers(const Scene& scene, Done& step) {
  const bool concerned = scene.settings.of_account && scene.state.exists() && opens(step);
  if (!concerned || scene.state.item_count == 0) return std::nullopt;
  NodeState later = scene.state;
  for (const Change& change : step.changes) apply(later, change);
  const Scene then = scene.at(later);
  const bool sends = later.exists() && wants_last_item(then) &&
                     then.config().send_last_published_item == SendLast::on_sub_and_presence;
  if (!sends) return std::nullopt;
  std::set<Jid> known;
  for (const auto& [jid, tag] : hearers(scene.state, scene.settings, Part::all)) known.insert(jid);
  for (const Outbound& said : step.outbound) {
    if (const auto* last = std::get_if<say::LastItem>(&said)) known.insert(last->to);
  }
  for (const auto& [jid, tag] : hearers(later, scene.settings, Part::all)) {
    if (known.contains(jid)) continue;
    const LastItem last = last_item(then);
    if (last.unknown) return Verdict(Lacks<Need>{need::Last{}});
    if (last.item == nullptr) break;
    step.outbound.push_back(say::LastItem{scene.token(), jid, tag, *last.item});
  }
  return std::nullopt;
}

/// XEP-0163, 4.3.3
Verdict decide_greet(const Scene& scene) {
  Done step;
  const bool sends = scene.state.exists() && wants_last_item(scene) &&
                     scene.config().send_last_published_item == SendLast::on_sub_and_presence;
  if (!sends || !may_read(scene.state, scene.settings, scene.bare)) return step;
  const Jid& account = scene.settings.service;
  const bool concerned = sees_presence(scene.settings, scene.bare) ||
                         is_subscribed(scene.state, scene.bare) ||
                         (scene.config().access_model == AccessModel::open &&
                          scene.settings.people->shares_presence(account, scene.request.from));
  if (!concerned || scene.settings.people->blocks(account, scene.request.from)) return step;
  const LastItem last = last_item(scene);
  if (last.unknown) return Lacks<Need>{need::Last{}};
  if (last.item == nullptr) return step;
  step.outbound.push_back(
      say::LastItem{scene.token(), scene.request.from, std::string(implicit_tag), *last.item});
  return step;
}

Verdict decide_review(const Scene& scene, const action::Review& review) {
  Done step;
  if (!scene.state.exists() || !by_roster(scene.config().access_model)) return step;
  if (may_read(scene.state, scene.settings, review.bare)) return step;
  for (const Subscription* held : scene.state.subscriptions.of_entity(review.bare)) {
    end_subscription(scene, step, *held);
  }
  return step;
}

}  // namespace stoa::pubsub
