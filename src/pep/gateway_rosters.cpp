#include <utility>

#include <stoa/dispatch/settle.hpp>
#include <stoa/pep/gateway.hpp>
#include <stoa/stanza/namespaces.hpp>

/// The rosters of the servers' users (XEP-0356, 4).
namespace stoa::pep {

namespace {

/// One `<item/>`; nullopt where it names nobody.
std::optional<std::pair<std::string, pubsub::Contact>> contact_in(const xml::Element& item) {
  const auto jid = Jid::parse(item.attr_or("jid", {}));
  if (!jid) return std::nullopt;
  pubsub::Contact contact;
  const std::string_view subscription = item.attr_or("subscription", "none");
  contact.hears = subscription == "from" || subscription == "both";
  contact.heard = subscription == "to" || subscription == "both";
  for (const xml::Element* group : item.children("group", ns::roster)) {
    contact.groups.insert(group->text());
  }
  return std::pair(jid->bare().str(), std::move(contact));
}

}  // namespace

bool Gateway::may_read_roster(const Jid& owner) const {
  const Server* const server = server_of(owner);
  return server != nullptr && server->privileges && server->privileges->roster &&
         !owner.local().empty();
}

bool Gateway::may_read_blocks(const Jid& owner) const {
  return may_send_as(owner, "get", blocking);
}

/// A JID is blocked by itself, its bare JID, or its domain with or without the resource (XEP-0191,
/// 3.1). A resource that an account's messages came back from counts as blocked by it.
bool Gateway::blocks(const Jid& owner, const Jid& jid) const {
  if (const auto known = present_.find(jid.bare_view()); known != present_.end()) {
    const auto resource = known->second.find(jid.resource());
    if (resource != known->second.end() && resource->second.refused_from.contains(owner.str())) {
      return true;
    }
  }
  const auto found = rosters_.find(owner.str());
  if (found == rosters_.end() || found->second.blocked.empty()) return false;
  const auto& blocked = found->second.blocked;
  const std::string domain(jid.domain());
  const std::string resource(jid.resource());
  return blocked.contains(jid.str()) || blocked.contains(jid.bare_view()) ||
         blocked.contains(domain) ||
         (!resource.empty() && blocked.contains(domain + "/" + resource));
}

bool Gateway::must_ask(const Jid& owner) const {
  if (!may_read_roster(owner)) return false;
  const auto found = rosters_.find(owner.str());
  return found == rosters_.end() || found->second.good_until <= common_.now();
}

const pubsub::Roster* Gateway::roster(const Jid& owner) const {
  const auto found = rosters_.find(owner.str());
  return found == rosters_.end() ? nullptr : &found->second.entries;
}

void Gateway::fetch_roster(const Jid& owner, std::function<void()> then) {
  if (!must_ask(owner)) {
    common_.post(std::move(then));
    return;
  }
  KnownRoster& known = rosters_[owner.str()];
  known.waiting.push_back(std::move(then));
  if (known.waiting.size() > 1) return;
  ask(owner, "get", xml::Element("query", ns::roster),
      [this, owner](const Stanza* answer) { roster_came(owner, answer); });
}

void Gateway::roster_came(const Jid& owner, const Stanza* answer) {
  KnownRoster& known = rosters_[owner.str()];
  const bool result = answer != nullptr && !answer->is_error();
  const xml::Element* const query = result ? answer->element.child("query", ns::roster) : nullptr;
  pubsub::Roster now;
  if (query != nullptr) {
    for (const xml::Element* item : query->children("item", ns::roster)) {
      if (auto contact = contact_in(*item)) now.insert(std::move(*contact));
    }
  }
  const bool first = !std::exchange(known.read, true);
  known.answered = query != nullptr;
  const pubsub::Roster before = std::exchange(known.entries, std::move(now));
  for (const auto& [bare, contact] : before) note_hearing(bare, owner, nullptr);
  for (const auto& [bare, contact] : known.entries) note_hearing(bare, owner, &contact);
  if (!first) compare(owner, before, known.entries);
  if (!may_read_blocks(owner)) {
    known.blocked.clear();
    roster_complete(owner);
  } else {
    send_as({owner, owner, "get", xml::Element("blocklist", blocking)},
            [this, owner](const DoneAs& list) { blocks_came(owner, list); });
  }
}

/// What cannot be read stays as it was.
void Gateway::blocks_came(const Jid& owner, const DoneAs& answer) {
  const xml::Element* const list =
      answer.ok() ? answer.value().child("blocklist", blocking) : nullptr;
  if (list != nullptr) {
    KnownRoster& known = rosters_[owner.str()];
    known.blocked.clear();
    for (const xml::Element* item : list->children("item", blocking)) {
      const auto jid = Jid::parse(item->attr_or("jid", {}));
      if (jid) known.blocked.insert(jid->str());
    }
  }
  roster_complete(owner);
}

void Gateway::roster_complete(const Jid& owner) {
  KnownRoster& known = rosters_[owner.str()];
  known.good_until =
      common_.now() + (known.answered ? settings_.roster_age : settings_.refused_roster_age);
  const auto waiting = std::exchange(known.waiting, {});
  for (const auto& then : waiting) then();
}

void Gateway::note_hearing(const std::string& bare, const Jid& owner,
                           const pubsub::Contact* contact) {
  const auto found = seen_by_.find(bare);
  if (contact != nullptr && contact->hears) {
    seen_by_[bare].insert(owner.str());
  } else if (found != seen_by_.end()) {
    found->second.erase(owner.str());
    if (found->second.empty()) seen_by_.erase(found);
  }
}

/// Tells of contacts that are not what they were. `now` is known already.
void Gateway::compare(const Jid& owner, const pubsub::Roster& before, const pubsub::Roster& now) {
  std::set<std::string> changed;
  for (const auto& [bare, contact] : before) {
    const auto found = now.find(bare);
    if (found == now.end() || found->second != contact) changed.insert(bare);
  }
  for (const auto& [bare, contact] : now) {
    if (!before.contains(bare)) changed.insert(bare);
  }
  for (const std::string& bare : changed) {
    const auto contact = Jid::parse(bare);
    if (contact && events_) events_->contact_changed(owner, *contact);
  }
}

/// RFC 6121, 2.1.6: each push is answered.
bool Gateway::pushed(const Stanza& iq) {
  const xml::Element* const query = iq.element.child("query", ns::roster);
  const bool push = query != nullptr && iq.type == "set" && iq.from.is_bare() &&
                    !iq.from.local().empty() && may_read_roster(iq.from) &&
                    iq.to == settings_.component;
  if (!push) return false;
  KnownRoster& known = rosters_[iq.from.str()];
  const pubsub::Roster before = known.entries;
  for (const xml::Element* item : query->children("item", ns::roster)) {
    auto contact = contact_in(*item);
    if (!contact) continue;
    const bool removed = item->attr_or("subscription", {}) == "remove";
    if (removed) {
      known.entries.erase(contact->first);
    } else {
      known.entries[contact->first] = contact->second;
    }
    note_hearing(contact->first, iq.from, removed ? nullptr : &contact->second);
  }
  auto reply = dispatch::settle(iq, dispatch::Accepted{}, {.by = {}, .stanza_bytes = 65536},
                                common_.metrics);
  if (reply) common_.release.put(outlet_, std::move(*reply), 0, 0);
  if (known.read) compare(iq.from, before, rosters_[iq.from.str()].entries);
  return true;
}

}  // namespace stoa::pep
