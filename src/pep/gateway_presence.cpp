#include <algorithm>
#include <utility>

#include <stoa/pep/gateway.hpp>
#include <stoa/stanza/namespaces.hpp>

/// Who is there and wants what (XEP-0356, 7; XEP-0115).
namespace stoa::pep {

/// Users of a server that tells us of its users; others where it tells us of their contacts too.
bool Gateway::may_tell_presence(const Jid& who) const {
  using Presence = Privileges::Presence;
  const Server* const own = server_of(who);
  if (own != nullptr) return own->privileges && own->privileges->presence != Presence::none;
  return std::any_of(servers_.begin(), servers_.end(), [](const auto& entry) {
    const auto& privileges = entry.second.privileges;
    return privileges && privileges->presence == Presence::roster;
  });
}

Gateway::Resource* Gateway::find(const Jid& full) {
  const auto bare = present_.find(full.bare_view());
  if (bare == present_.end()) return nullptr;
  const auto resource = bare->second.find(full.resource());
  return resource == bare->second.end() ? nullptr : &resource->second;
}

void Gateway::present(const Stanza& presence) {
  const Jid& who = presence.from;
  const bool gone = presence.type == "unavailable" || presence.is_error();
  if ((!presence.type.empty() && !gone) || who.local().empty() || !may_tell_presence(who)) return;
  if (gone) {
    const auto bare = present_.find(who.bare_view());
    if (bare == present_.end()) return;
    if (who.is_full()) bare->second.erase(std::string(who.resource()));
    if (who.is_bare() || bare->second.empty()) present_.erase(bare);
    return;
  }
  if (who.is_bare()) return;
  Resources& resources = present_[std::string(who.bare_view())];
  const bool known = resources.contains(who.resource());
  if (!known && resources.size() >= settings_.resources_of_one) return;
  Resource& resource = resources[std::string(who.resource())];
  auto caps = read_caps(presence.element);
  if (!caps || (known && caps == resource.caps)) return;
  resource.caps = caps;
  if (const SharedInterests wants = caps_.find(*caps)) {
    learn(who, wants);
    return;
  }
  std::vector<Jid>& waiting = asked_caps_[caps->key()];
  waiting.push_back(who);
  if (waiting.size() > 1) return;
  xml::Element query("query", ns::disco_info);
  query.set("node", caps->node + "#" + caps->ver);
  ask(who, "get", std::move(query),
      [this, who, caps = *caps](const Stanza* answer) { caps_came(who, caps, answer); });
}

/// Verified, it is good for all who have the same capabilities; else for the one that was asked,
/// and the next has to be asked too.
void Gateway::caps_came(const Jid& full, const Caps& caps, const Stanza* answer) {
  std::vector<Jid> waiting = std::exchange(asked_caps_[caps.key()], {});
  asked_caps_.erase(caps.key());
  const bool result = answer != nullptr && !answer->is_error();
  const xml::Element* const query =
      result ? answer->element.child("query", ns::disco_info) : nullptr;
  const auto same = [&](const Jid& who) {
    const Resource* const resource = find(who);
    return resource != nullptr && resource->caps == caps;
  };
  if (query != nullptr) {
    const disco::Info info = read_info(*query);
    SharedInterests wants = interests_of(info);
    if (wants->size() > settings_.interests_of_one) wants = std::make_shared<const Interests>();
    if (verifies(caps, info)) {
      caps_.put(caps, wants);
      for (const Jid& who : waiting) {
        if (same(who)) learn(who, wants);
      }
      return;
    }
    if (same(full)) learn(full, wants);
  }
  std::erase_if(waiting, [&](const Jid& who) { return who == full || !same(who); });
  if (waiting.empty()) return;
  const Jid next = waiting.front();
  asked_caps_[caps.key()] = std::move(waiting);
  xml::Element again("query", ns::disco_info);
  again.set("node", caps.node + "#" + caps.ver);
  ask(next, "get", std::move(again),
      [this, next, caps](const Stanza* other) { caps_came(next, caps, other); });
}

/// The last items of what is new to it are owed (XEP-0163, 4.3.3).
void Gateway::learn(const Jid& full, const SharedInterests& wants) {
  Resource* const resource = find(full);
  if (resource == nullptr) return;
  const SharedInterests before = std::exchange(resource->wants, wants);
  std::vector<std::string> added;
  for (const std::string& node : *wants) {
    if (!before || !before->contains(node)) added.push_back(node);
  }
  if (!added.empty()) arrive(full, std::move(added));
}

void Gateway::arrive(const Jid& full, std::vector<std::string> nodes) {
  const Jid bare = full.bare();
  const auto tell = [this, full, bare, nodes = std::move(nodes)] {
    if (events_ && find(full)) events_->arrived(full, nodes, concerned_accounts(bare));
  };
  if (must_ask(bare)) {
    fetch_roster(bare, tell);
  } else {
    tell();
  }
}

/// Its own account, those that its roster says it hears, and those whose rosters say so.
std::vector<Jid> Gateway::concerned_accounts(const Jid& bare) const {
  std::set<std::string> names;
  if (serves(bare.domain())) names.insert(bare.str());
  if (const pubsub::Roster* const own = roster(bare)) {
    for (const auto& [contact, entry] : *own) {
      if (entry.heard) names.insert(contact);
    }
  }
  if (const auto seen = seen_by_.find(bare.str()); seen != seen_by_.end()) {
    names.insert(seen->second.begin(), seen->second.end());
  }
  std::vector<Jid> accounts;
  for (const std::string& name : names) {
    const auto jid = Jid::parse(name);
    if (jid && serves(jid->domain()) && !jid->local().empty()) accounts.push_back(*jid);
  }
  return accounts;
}

std::vector<Jid> Gateway::interested(std::string_view bare, std::string_view node) const {
  std::vector<Jid> found;
  const auto resources = present_.find(bare);
  if (resources == present_.end()) return found;
  for (const auto& [name, resource] : resources->second) {
    if (resource.wants && resource.wants->contains(node)) {
      found.push_back(Jid::parse(bare)->with_resource(name));
    }
  }
  return found;
}

void Gateway::greet_again(const Jid& account, const Jid& contact) {
  const auto resources = present_.find(contact.str());
  if (resources == present_.end() || events_ == nullptr) return;
  const Resources now = resources->second;
  for (const auto& [name, resource] : now) {
    if (!resource.wants || resource.wants->empty()) continue;
    events_->arrived(contact.with_resource(name), {resource.wants->begin(), resource.wants->end()},
                     {account});
  }
}

}  // namespace stoa::pep
