#include "muc/engine/mav.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

namespace stoa::muc {
namespace {

/// Entries in one message; a longer list is cut.
constexpr std::size_t entries_per_message = 500;

struct Listed {
  Jid jid;
  Affiliation affiliation;
  std::string nick;
};

std::optional<std::uint64_t> version_of(const std::string& text) {
  std::uint64_t version = 0;
  const auto end = text.data() + text.size();
  const auto [at, fault] = std::from_chars(text.data(), end, version);
  if (fault != std::errc() || at != end || text.empty()) return std::nullopt;
  return version;
}

/// A version that this room can have given, and from which it can tell the difference.
std::optional<std::uint64_t> known_since(const RoomState& room, const request::Join& ask) {
  const auto since = version_of(ask.affiliations_since);
  return since && *since <= room.affiliation_version ? since : std::nullopt;
}

bool may_see(const RoomState& room, const Jid& user, Role role) {
  return room.sees_jids(role) || room.affiliation_of(user) >= Affiliation::admin;
}

const fact::AffiliationLog* log_since(const RoomState& room, std::uint64_t since) {
  if (!room.lookups.get()) return nullptr;
  for (const Facts& facts : *room.lookups.get()) {
    const auto* log = std::get_if<fact::AffiliationLog>(&facts);
    if (log && log->since == since) return log;
  }
  return nullptr;
}

std::vector<Listed> whole_list(const RoomState& room) {
  std::vector<Listed> entries;
  for (const Affiliate& row : room.affiliations.rows()) {
    if (row.affiliation != Affiliation::none) {
      entries.push_back({row.jid, row.affiliation, row.nick});
    }
  }
  return entries;
}

std::string mav(const std::string& since, std::uint64_t until) {
  xml::Element element("mav", ns::mav);
  if (!since.empty()) element.set("since", since);
  element.set("until", std::to_string(until));
  return xml::to_string(element, ns::muc_user);
}

xml::Element message(const RoomState& room, const Jid& to) {
  return xml::Element("message", ns::client).set("from", room.jid.str()).set("to", to.str());
}

void tell(Draft& draft, const Jid& to, const std::vector<Listed>& entries,
          const std::string& since) {
  const std::string until = std::to_string(draft.room().affiliation_version);
  std::size_t from = 0;
  do {
    const std::size_t end = std::min(entries.size(), from + entries_per_message);
    xml::Element stanza = message(draft.room(), to);
    xml::Element& x = stanza.add("x", ns::muc_user);
    xml::Element& version = x.add("mav", ns::mav);
    if (!since.empty() || from > 0) version.set("since", from > 0 ? until : since);
    version.set("until", until);
    for (; from < end; ++from) {
      xml::Element& item = x.add("item", ns::muc_user);
      item.set("affiliation", token(entries[from].affiliation)).set("jid", entries[from].jid.str());
      if (!entries[from].nick.empty()) item.set("nick", entries[from].nick);
    }
    draft.say(say::One{std::move(stanza)});
  } while (from < entries.size());
}

void tell_forbidden(Draft& draft, const Jid& to) {
  xml::Element stanza = message(draft.room(), to).set("type", "error");
  xml::Element& error = stanza.add("error", ns::client).set("type", "auth");
  error.set("by", draft.room().jid.str());
  error.add("forbidden", ns::stanzas);
  draft.say(say::One{std::move(stanza)});
}

}  // namespace

std::optional<Need> lacks_affiliations(const Scene& scene, const request::Join& ask) {
  if (!ask.wants_affiliations) return std::nullopt;
  const auto since = known_since(scene.room, ask);
  if (!since || *since == scene.room.affiliation_version) return std::nullopt;
  if (log_since(scene.room, *since)) return std::nullopt;
  return need::AffiliationLog{*since};
}

void tell_affiliations(Draft& draft, const request::Join& ask, const Occupant& newcomer) {
  if (!ask.wants_affiliations) return;
  const RoomState& room = draft.room();
  if (!may_see(room, ask.from, newcomer.role)) return tell_forbidden(draft, ask.from);
  const auto since = known_since(room, ask);
  if (since && *since == room.affiliation_version) return;
  const fact::AffiliationLog* log = since ? log_since(room, *since) : nullptr;
  if (!log || !log->known) return tell(draft, ask.from, whole_list(room), {});
  std::vector<Listed> entries;
  for (const auto& entry : log->entries) {
    std::erase_if(entries, [&](const Listed& one) { return one.jid == entry.jid; });
    entries.push_back({entry.jid, entry.affiliation, entry.nick});
  }
  tell(draft, ask.from, entries, ask.affiliations_since);
}

std::string affiliation_version(const RoomState& room) {
  return mav({}, room.affiliation_version);
}

std::string affiliation_step(std::uint64_t since, std::uint64_t until) {
  return mav(std::to_string(since), until);
}

}  // namespace stoa::muc
