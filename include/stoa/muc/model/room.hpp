#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/base/box.hpp>
#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/muc/model/affiliations.hpp>
#include <stoa/muc/model/archive.hpp>
#include <stoa/muc/model/config.hpp>
#include <stoa/muc/model/extras.hpp>
#include <stoa/muc/model/facts.hpp>
#include <stoa/muc/model/occupants.hpp>
#include <stoa/muc/model/sheets.hpp>
#include <stoa/stanza/outgoing.hpp>

namespace stoa::muc {

/// What is left of a destroyed room (XEP-0045, 10.9; option).
struct GoneRoom {
  Jid venue;  ///< where it went; empty for nowhere
  Timestamp until;

  friend bool operator==(const GoneRoom&, const GoneRoom&) = default;
};

/// How a room was destroyed whose rows are kept for a while.
struct Burial {
  Timestamp at;
  Timestamp until;
  Jid by;  ///< bare
  std::string reason;

  friend bool operator==(const Burial&, const Burial&) = default;
};

/// One room in memory. Default constructed it is known not to exist. Changed by apply() only,
/// except for the caches (history, lookups, audiences, sheets), which are not part of its value.
struct RoomState {
  std::uint64_t number = 0;  ///< primary key; 0: there is no such room
  Jid jid;                   ///< the room's bare JID
  Timestamp created;
  Jid locked_by;  ///< bare JID of the creator while the room is locked (XEP-0045, 10.1.1)
  std::string occupant_key;  ///< 32 hexadecimal digits; key of the occupant-ids
  ConfigPtr config;
  SubjectPtr subject;  ///< null: never set
  Affiliations affiliations;
  std::uint64_t affiliation_version = 0;  ///< XEP-0463; rises with each change of an affiliation
  Occupants occupants;
  std::uint64_t next_seq = 1;  ///< of the archive
  Box<Extras> extras;
  Box<GoneRoom> gone;  ///< only where number is 0

  /// No timer of the room is due before it; the epoch: look at once (so after loading).
  Timestamp due;

  // Caches.
  Box<History> history;  ///< untouched: unknown
  Box<std::vector<Facts>> lookups;
  /// Recipient sets, built on demand, dropped whenever a session or a role changes.
  struct Audiences {
    std::shared_ptr<const RecipientSet> all;
  };
  mutable Audiences audiences;
  /// Only in a room of many; nothing that its presences show changes without them.
  mutable Box<PresenceSheets> sheets;

  bool exists() const { return number != 0; }
  bool locked() const { return !locked_by.empty(); }
  Affiliation affiliation_of(const Jid& user) const { return affiliations.of(user.bare_view()); }
  /// Whether an occupant of that role sees real JIDs.
  bool sees_jids(Role role) const { return !config->semi_anonymous() || role == Role::moderator; }
  const Extras& extra() const;
  Jid occupant_jid(std::string_view nick) const { return jid.with_resource(nick); }
  /// base64url of HMAC-SHA256 over the bare JID, keyed with occupant_key (XEP-0421).
  std::string occupant_id_of(std::string_view bare) const;

  /// Seats a session (loading, and apply()).
  void seat(const Seat& seat);
  void unseat(const Jid& session);
  std::size_t footprint() const;
};

}  // namespace stoa::muc
