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

/// nullptr where it has too many resources.
Gateway::Resource* Gateway::note(const Jid& full) {
  Resources& resources = present_[std::string(full.bare_view())];
  const bool known = resources.contains(full.resource());
  if (!known && resources.size() >= settings_.resources_of_one) return nullptr;
  return &resources[std::string(full.resource())];
}

void Gateway::present(const Stanza& presence) {
  const Jid& who = presence.from;
  const bool gone = presence.type == "unavailable" || presence.is_error();
  if ((!presence.type.empty() && !gone) || who.local().empty() || !may_tell_presence(who)) return;
  if (gone) {
    left(who);
    return;
  }
  Resource* const resource = who.is_bare() ? nullptr : note(who);
  if (resource == nullptr) return;
  const bool first = !std::exchange(resource->told, true);
  if (first && resource->wants && !resource->wants->empty()) {
    arrive(who, {resource->wants->begin(), resource->wants->end()}, Told::but_shared);
  }
  read_wants(who, presence.element);
}

/// What it wants is known, or asked for.
void Gateway::read_wants(const Jid& full, const xml::Element& presence) {
  Resource* const resource = find(full);
  auto caps = read_caps(presence);
  if (resource == nullptr || !caps || caps == resource->caps) return;
  resource->caps = caps;
  if (const SharedInterests wants = caps_.find(*caps)) {
    learn(full, wants);
    return;
  }
  std::vector<Jid>& waiting = asked_caps_[caps->key()];
  waiting.push_back(full);
  if (waiting.size() > 1) return;
  xml::Element query("query", ns::disco_info);
  query.set("node", caps->node + "#" + caps->ver);
  ask(full, "get", std::move(query),
      [this, full, caps = *caps](const Stanza* answer) { caps_came(full, caps, answer); });
}

/// A resource, or all of a bare JID.
void Gateway::left(const Jid& who) {
  const auto bare = present_.find(who.bare_view());
  if (bare == present_.end()) return;
  const Jid of_all = who.bare();
  const Resources resources = bare->second;
  for (const auto& [name, resource] : resources) {
    if (who.is_full() && name != who.resource()) continue;
    for (const std::string& account : resource.shared_with) {
      leave(of_all.with_resource(name), *Jid::parse(account));
    }
    const auto left_over = present_.find(who.bare_view());
    if (left_over != present_.end()) left_over->second.erase(name);
  }
  const auto left_over = present_.find(who.bare_view());
  if (left_over != present_.end() && left_over->second.empty()) present_.erase(left_over);
}

/// XEP-0060, 9.1.3: the account hears of it, and it has no need to be a contact.
void Gateway::directed(const Stanza& presence) {
  const Jid& who = presence.from;
  const Jid account = presence.to.bare();
  const bool gone = presence.type == "unavailable" || presence.is_error();
  const bool usable = who.is_full() && !who.local().empty() && who.bare() != account;
  if (!usable || !serves(account.domain()) || (!presence.type.empty() && !gone)) return;
  if (gone) {
    leave(who, account);
    return;
  }
  const auto known = sharers_.find(account.str());
  const bool room = known == sharers_.end() ? sharers_.size() < settings_.most_shared
                                            : known->second.size() < settings_.sharers_of_one;
  Resource* const resource = room || shares_presence(account, who) ? note(who) : nullptr;
  if (resource == nullptr) return;
  sharers_[account.str()].insert(who);
  if (resource->shared_with.insert(account.str()).second && resource->wants) shared(who, account);
  read_wants(who, presence.element);
}

/// To whom it has just begun to send presence. A contact hears of the account's nodes anyway.
void Gateway::shared(const Jid& full, const Jid& account) {
  const auto tell = [this, full, account] {
    const Resource* const resource = find(full);
    if (resource == nullptr || !resource->wants || !resource->shared_with.contains(account.str())) {
      return;
    }
    const auto owners = seen_by_.find(full.bare_view());
    const bool contact = owners != seen_by_.end() && owners->second.contains(account.str());
    if ((contact && resource->told) || events_ == nullptr || resource->wants->empty()) return;
    events_->arrived(full, {resource->wants->begin(), resource->wants->end()}, {account});
  };
  if (must_ask(account)) {
    fetch_roster(account, tell);
  } else {
    tell();
  }
}

void Gateway::leave(const Jid& full, const Jid& account) {
  const auto sharers = sharers_.find(account.str());
  if (sharers != sharers_.end()) {
    sharers->second.erase(full);
    if (sharers->second.empty()) sharers_.erase(sharers);
  }
  Resource* const resource = find(full);
  if (resource == nullptr) return;
  resource->shared_with.erase(account.str());
  if (resource->told || !resource->shared_with.empty()) return;
  const auto bare = present_.find(full.bare_view());
  bare->second.erase(std::string(full.resource()));
  if (bare->second.empty()) present_.erase(bare);
}

bool Gateway::shares_presence(const Jid& account, const Jid& full) const {
  const auto found = sharers_.find(account.str());
  return found != sharers_.end() && found->second.contains(full);
}

std::vector<Jid> Gateway::sharers(const Jid& account, std::string_view node) const {
  std::vector<Jid> wanting;
  const auto found = sharers_.find(account.str());
  if (found == sharers_.end()) return wanting;
  for (const Jid& full : found->second) {
    const auto bare = present_.find(full.bare_view());
    if (bare == present_.end()) continue;
    const auto resource = bare->second.find(full.resource());
    if (resource == bare->second.end() || !resource->second.wants) continue;
    if (resource->second.wants->contains(node)) wanting.push_back(full);
  }
  return wanting;
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

void Gateway::arrive(const Jid& full, std::vector<std::string> nodes, Told told) {
  const Jid bare = full.bare();
  const auto tell = [this, full, told, nodes = std::move(nodes)] {
    const Resource* const resource = find(full);
    if (events_ == nullptr || resource == nullptr) return;
    std::vector<Jid> accounts = concerned_accounts(full);
    if (told == Told::but_shared) {
      std::erase_if(accounts,
                    [&](const Jid& jid) { return resource->shared_with.contains(jid.str()); });
    }
    events_->arrived(full, nodes, accounts);
  };
  if (must_ask(bare)) {
    fetch_roster(bare, tell);
  } else {
    tell();
  }
}

/// Those that it sends its presence to; and where its server tells of it, its own account, those
/// that its roster says it hears, and those whose rosters say so.
std::vector<Jid> Gateway::concerned_accounts(const Jid& full) const {
  const Jid bare = full.bare();
  const Resource& resource = present_.find(bare.str())->second.find(full.resource())->second;
  std::set<std::string> names(resource.shared_with.begin(), resource.shared_with.end());
  if (!resource.told) return accounts_of(names);
  if (serves(bare.domain())) names.insert(bare.str());
  if (const pubsub::Roster* const own = roster(bare)) {
    for (const auto& [contact, entry] : *own) {
      if (entry.heard) names.insert(contact);
    }
  }
  if (const auto seen = seen_by_.find(bare.str()); seen != seen_by_.end()) {
    names.insert(seen->second.begin(), seen->second.end());
  }
  return accounts_of(names);
}

std::vector<Jid> Gateway::accounts_of(const std::set<std::string>& names) const {
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
    if (resource.told && resource.wants && resource.wants->contains(node)) {
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
    if (!resource.told || !resource.wants || resource.wants->empty()) continue;
    events_->arrived(contact.with_resource(name), {resource.wants->begin(), resource.wants->end()},
                     {account});
  }
}

}  // namespace stoa::pep
