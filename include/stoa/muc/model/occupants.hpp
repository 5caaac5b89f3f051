#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/muc/model/tokens.hpp>

namespace stoa::muc {

/// One session in a room as it is stored and as changes speak of it: one row of the occupants
/// table. Role and nick are those of the occupant and the same in all rows of one nick.
struct Seat {
  Jid session;       ///< full JID (any JID may sit in a room)
  std::string nick;  ///< as typed, prepared
  Role role = Role::none;
  std::int8_t priority = 0;
  Timestamp since;      ///< of the last presence: among equal priorities the newest is shown
  std::string payload;  ///< children of the last presence, stripped, as XML in jabber:client

  friend bool operator==(const Seat&, const Seat&) = default;
};

/// One session of an occupant, in memory.
struct Session {
  Jid jid;
  std::string payload;
  Timestamp since;
  Timestamp heard;   ///< last sign of life; the epoch: restored and not yet verified
  Timestamp pinged;  ///< of the unanswered ping; the epoch: none is under way
  std::int8_t priority = 0;
  std::uint8_t unanswered = 0;  ///< pings in a row without an answer
};

/// Everything behind one nick.
struct Occupant {
  std::string nick;
  std::string key;  ///< folded nick: two nicks conflict if and only if their keys are equal
  std::string id;   ///< occupant-id (XEP-0421)
  Role role = Role::none;
  std::vector<Session> sessions;  ///< never empty

  std::string_view bare() const { return sessions.front().jid.bare_view(); }
  /// The session whose presence is shown: highest priority, then most recent.
  const Session& shown() const;
  const Session* session(const Jid& jid) const;
};

/// The occupants of one room, ordered by the key of their nicks; found by nick or by session.
/// Copies are deep. Pointers are valid until the next change.
class Occupants {
 public:
  Occupants() = default;
  Occupants(const Occupants& other);
  Occupants(Occupants&&) noexcept = default;
  Occupants& operator=(const Occupants& other);
  Occupants& operator=(Occupants&&) noexcept = default;
  ~Occupants() = default;

  bool empty() const { return by_key_.empty(); }
  std::size_t size() const { return by_key_.size(); }  ///< nicks
  std::size_t sessions() const { return sessions_; }

  /// nullptr where nobody has the nick (`key` is folded) or the session is not in the room.
  const Occupant* by_key(std::string_view key) const;
  const Occupant* by_session(const Jid& session) const;
  Session* session(const Jid& jid);

  /// Seats a session; `key` is the folded nick. The occupant is made with `id` if the nick is new.
  /// The role counts for the whole nick. Replaces what was stored for the same session and nick.
  void put(const Seat& seat, std::string_view key, std::string_view id);
  /// Takes the session away; the occupant goes with its last one. Nothing happens if it is absent.
  void remove(const Jid& session);

  /// In the order of their keys: how many come before that (folded) key, and the i-th.
  std::size_t rank(std::string_view key) const;
  const Occupant& at(std::size_t i) const { return *by_key_[i]; }

  template <class Visit>
  void each(Visit visit) const {
    each(0, size(), visit);
  }
  /// From the one at `first` up to, but without, the one at `last`.
  template <class Visit>
  void each(std::size_t first, std::size_t last, Visit visit) const {
    for (std::size_t i = first; i < last; ++i) {
      prefetch(i);
      visit(static_cast<const Occupant&>(*by_key_[i]));
    }
  }
  template <class Visit>
  void each_session(Visit visit) {
    for (const auto& occupant : by_key_) {
      for (Session& session : occupant->sessions)
        visit(static_cast<const Occupant&>(*occupant), session);
    }
  }
  std::size_t footprint() const;

 private:
  struct Ref {
    std::size_t hash;
    Occupant* occupant;
  };
  /// From so many sessions on the index by session is kept; below, looking at each is faster.
  static constexpr std::size_t indexed_from = 24;

  using Place = std::vector<std::unique_ptr<Occupant>>::const_iterator;

  /// Asks for what each() comes to next, one step of the way from the occupant to the texts
  /// of its JID and id at a time. In a large room nothing of that is in the cache, and waiting for
  /// it would take most of the time.
  void prefetch(std::size_t i) const {
    constexpr std::size_t ahead = 24;
    if (i + ahead >= by_key_.size()) return;
    const auto lines = [](const void* begin, std::size_t bytes) {
      constexpr std::size_t line = 64;
      for (std::size_t at = 0; at < bytes; at += line) {
        __builtin_prefetch(static_cast<const char*>(begin) + at);
      }
    };
    lines(by_key_[i + ahead].get(), sizeof(Occupant));
    const Occupant& near = *by_key_[i + ahead / 3 * 2];
    lines(near.sessions.data(), sizeof(Session));
    const Occupant& next = *by_key_[i + ahead / 3];
    __builtin_prefetch(next.sessions.front().jid.str().data());
    __builtin_prefetch(next.id.data());
  }
  Place position(std::string_view key) const;
  void index(const Jid& session, Occupant* occupant);
  void unindex(const Jid& session);
  void build_index();

  std::vector<std::unique_ptr<Occupant>> by_key_;  // sorted by key
  std::vector<Ref> by_session_;                    // sorted by hash; empty below indexed_from
  std::size_t sessions_ = 0;
};

/// The session of `occupant` as a row.
Seat seat_of(const Occupant& occupant, const Session& session);

}  // namespace stoa::muc
