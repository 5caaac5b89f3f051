// Part of entity_service.hpp: who is on line, for services that are told (RFC 6121).
#pragma once

#include <set>

namespace stoa::dispatch {

template <Engine E>
struct EntityService<E>::Attendance {
  Presences book;
  std::set<Jid> watched;         // bare JIDs whose presence entities of this service need
  std::set<Jid> expected;        // of these: probed after a start, so their presence is no news
  std::optional<Timestamp> due;  // who has said nothing by then is taken for gone
  std::optional<Timestamp> retry;
};

template <Engine E>
bool EntityService<E>::take_presence(const Stanza& stanza) {
  const bool ours =
      stanza.kind == StanzaKind::presence && stanza.to.local().empty() && stanza.to.is_bare();
  if (!ours) return false;
  const Jid& from = stanza.from;
  if (stanza.type.empty()) {
    const bool news = attendance_->book.came(from, show_of(stanza));
    if (news && !attendance_->expected.contains(from.bare())) turned(from, Turn::arrived);
  } else if (stanza.type == "unavailable" || stanza.type == "error") {
    gone(from);
  } else if (stanza.type == "unsubscribed") {
    const bool lost = attendance_->expected.erase(from.bare()) > 0;
    if (lost) say_presence(from.bare(), "subscribe");  // an earlier run never got to it
    gone(from.bare());
  } else if (stanza.type == "subscribe") {
    say_presence(from.bare(), "subscribed");
    say_presence(from.bare(), {});
  } else if (stanza.type == "unsubscribe") {
    say_presence(from.bare(), "unavailable");
  } else if (stanza.type == "probe") {
    say_presence(from, {});
  }
  return true;
}

template <Engine E>
void EntityService<E>::gone(const Jid& who) {
  const bool was_there = attendance_->book.went(who);
  if (was_there || attendance_->watched.contains(who.bare())) turned(who, Turn::left);
}

template <Engine E>
void EntityService<E>::say_presence(const Jid& to, std::string_view type) {
  auto stanza = build::presence({.from = settings_.service, .to = to, .type = type});
  common_.release.put(outlet_, outgoing(stanza, Redelivery::drop), 0, 0);
}

/// All entities that have to do with the one that came or went decide what that means.
template <Engine E>
void EntityService<E>::turned(const Jid& who, Turn turn) {
  const std::uint64_t after = std::max(common_.senders.last_after(who), last_watched_);
  loader_.read(E::read_concerned(who.bare(), turn), after,
               alive([this, who, turn](Found<typename E::ReadResult> found) {
                 const auto* result = std::get_if<typename E::ReadResult>(&found);
                 if (!result) return;
                 for (const std::uint64_t number : E::concerned_in(*result)) {
                   for_number(number, std::nullopt, E::presence_request(who, turn));
                 }
               }));
}

/// A unit says whose presence is needed from now on, or no longer.
template <Engine E>
void EntityService<E>::watch(const Change& change, std::uint64_t seq) {
  const std::vector<Jid>* const jids = E::watched(change);
  if (!jids || jids->empty()) return;
  last_watched_ = seq;
  loader_.read(E::read_watched(*jids), seq,
               alive([this, jids = *jids](Found<typename E::ReadResult> found) {
                 const auto* result = std::get_if<typename E::ReadResult>(&found);
                 if (!result) return;
                 const std::vector<Jid> wanted = E::watched_in(*result);
                 for (const Jid& jid : jids) {
                   const bool now = std::find(wanted.begin(), wanted.end(), jid) != wanted.end();
                   if (now && attendance_->watched.insert(jid).second) {
                     say_presence(jid, "subscribe");
                   }
                   if (!now && attendance_->watched.erase(jid) > 0) {
                     say_presence(jid, "unsubscribe");
                   }
                 }
               }));
}

/// After a start: everybody whose presence is needed is asked for it.
template <Engine E>
void EntityService<E>::probe_all() {
  loader_.read(E::read_watched({}), 0, alive([this](Found<typename E::ReadResult> found) {
                 const auto* result = std::get_if<typename E::ReadResult>(&found);
                 if (!result) {
                   attendance_->retry = common_.now() + std::chrono::seconds(5);
                   return;
                 }
                 for (const Jid& jid : E::watched_in(*result)) {
                   if (!attendance_->watched.insert(jid).second) continue;
                   attendance_->expected.insert(jid);
                   say_presence(jid, "probe");
                 }
                 if (attendance_->expected.empty()) return;
                 attendance_->due = common_.now() + E::presence_grace(settings_);
               }));
}

template <Engine E>
void EntityService<E>::reconnected() {
  if constexpr (PresenceAware<E>) {
    if (attendance_->watched.empty()) return;
    attendance_->book.recount();
    for (const Jid& jid : attendance_->watched) say_presence(jid, "probe");
    attendance_->due = common_.now() + E::presence_grace(settings_);
  }
}

template <Engine E>
void EntityService<E>::attend(Timestamp now) {
  if (attendance_->retry && *attendance_->retry <= now) {
    attendance_->retry.reset();
    probe_all();
  }
  if (!attendance_->due || *attendance_->due > now) return;
  attendance_->due.reset();
  for (const Jid& jid : attendance_->watched) {
    for (const Jid& silent : attendance_->book.take_silent(jid)) turned(silent, Turn::left);
  }
  for (const Jid& jid : std::exchange(attendance_->expected, {})) turned(jid, Turn::left);
}

}  // namespace stoa::dispatch
