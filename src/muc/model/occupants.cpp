#include <algorithm>
#include <functional>
#include <utility>

#include <stoa/muc/model/occupants.hpp>

namespace stoa::muc {

const Session& Occupant::shown() const {
  if (sessions.size() == 1) return sessions.front();
  const Session* best = &sessions.front();
  for (const Session& session : sessions) {
    if (std::pair(session.priority, session.since) >= std::pair(best->priority, best->since)) {
      best = &session;
    }
  }
  return *best;
}

const Session* Occupant::session(const Jid& jid) const {
  for (const Session& session : sessions) {
    if (session.jid == jid) return &session;
  }
  return nullptr;
}

Seat seat_of(const Occupant& occupant, const Session& session) {
  return Seat{session.jid,      occupant.nick, occupant.role,
              session.priority, session.since, session.payload};
}

Occupants::Occupants(const Occupants& other) : sessions_(other.sessions_) {
  by_key_.reserve(other.by_key_.size());
  for (const auto& occupant : other.by_key_) {
    by_key_.push_back(std::make_unique<Occupant>(*occupant));
  }
  if (!other.by_session_.empty()) build_index();
}

Occupants& Occupants::operator=(const Occupants& other) {
  if (this != &other) *this = Occupants(other);
  return *this;
}

Occupants::Place Occupants::position(std::string_view key) const {
  return std::lower_bound(
      by_key_.begin(), by_key_.end(), key,
      [](const auto& occupant, std::string_view k) { return occupant->key < k; });
}

std::size_t Occupants::rank(std::string_view key) const {
  return static_cast<std::size_t>(position(key) - by_key_.begin());
}

const Occupant* Occupants::by_key(std::string_view key) const {
  const auto at = position(key);
  return at != by_key_.end() && (*at)->key == key ? at->get() : nullptr;
}

const Occupant* Occupants::by_session(const Jid& session) const {
  if (by_session_.empty()) {
    for (const auto& occupant : by_key_) {
      if (occupant->session(session)) return occupant.get();
    }
    return nullptr;
  }
  const std::size_t hash = std::hash<Jid>{}(session);
  auto at = std::lower_bound(by_session_.begin(), by_session_.end(), hash,
                             [](const Ref& ref, std::size_t h) { return ref.hash < h; });
  for (; at != by_session_.end() && at->hash == hash; ++at) {
    if (at->occupant->session(session)) return at->occupant;
  }
  return nullptr;
}

Session* Occupants::session(const Jid& jid) {
  const Occupant* occupant = by_session(jid);
  return occupant ? const_cast<Session*>(occupant->session(jid)) : nullptr;
}

void Occupants::put(const Seat& seat, std::string_view key, std::string_view id) {
  const auto at = position(key);
  Occupant* occupant = nullptr;
  if (at != by_key_.end() && (*at)->key == key) {
    occupant = at->get();
  } else {
    auto made = std::make_unique<Occupant>();
    made->key = key;
    made->id = id;
    occupant = by_key_.insert(at, std::move(made))->get();
  }
  occupant->nick = seat.nick;
  occupant->role = seat.role;
  if (Session* known = const_cast<Session*>(occupant->session(seat.session))) {
    known->payload = seat.payload;
    known->since = seat.since;
    known->priority = seat.priority;
    return;
  }
  Session session;
  session.jid = seat.session;
  session.payload = seat.payload;
  session.since = seat.since;
  session.priority = seat.priority;
  occupant->sessions.push_back(std::move(session));
  ++sessions_;
  index(seat.session, occupant);
}

void Occupants::remove(const Jid& session) {
  const Occupant* found = by_session(session);
  if (!found) return;
  const auto at = position(found->key);
  unindex(session);
  std::erase_if((*at)->sessions, [&](const Session& one) { return one.jid == session; });
  --sessions_;
  if ((*at)->sessions.empty()) by_key_.erase(at);
}

void Occupants::index(const Jid& session, Occupant* occupant) {
  if (by_session_.empty()) {
    if (sessions_ >= indexed_from) build_index();
    return;
  }
  const Ref ref{std::hash<Jid>{}(session), occupant};
  by_session_.insert(
      std::upper_bound(by_session_.begin(), by_session_.end(), ref.hash,
                       [](std::size_t hash, const Ref& other) { return hash < other.hash; }),
      ref);
}

void Occupants::unindex(const Jid& session) {
  if (by_session_.empty()) return;
  const Occupant* occupant = by_session(session);
  const std::size_t hash = std::hash<Jid>{}(session);
  const auto at = std::find_if(by_session_.begin(), by_session_.end(), [&](const Ref& ref) {
    return ref.hash == hash && ref.occupant == occupant;
  });
  if (at != by_session_.end()) by_session_.erase(at);
}

void Occupants::build_index() {
  by_session_.reserve(sessions_ + sessions_ / 2);
  for (const auto& occupant : by_key_) {
    for (const Session& session : occupant->sessions) {
      by_session_.push_back(Ref{std::hash<Jid>{}(session.jid), occupant.get()});
    }
  }
  std::sort(by_session_.begin(), by_session_.end(),
            [](const Ref& a, const Ref& b) { return a.hash < b.hash; });
}

std::size_t Occupants::footprint() const {
  std::size_t bytes = by_key_.capacity() * sizeof(void*) + by_session_.capacity() * sizeof(Ref);
  for (const auto& occupant : by_key_) {
    bytes += sizeof(Occupant) + 64 + occupant->sessions.capacity() * sizeof(Session);
    for (const Session& session : occupant->sessions) {
      bytes += session.jid.str().capacity() + session.payload.capacity() + 32;
    }
  }
  return bytes;
}

}  // namespace stoa::muc
