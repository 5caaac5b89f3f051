#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <stoa/jid/jid.hpp>
#include <stoa/mam/mam.hpp>
#include <stoa/muc/model/archive.hpp>
#include <stoa/muc/model/room.hpp>

namespace stoa::muc {

/// Look-ups that the rules have authorised and the store executes.
namespace read {

/// A page of the rooms of the service that are public and unlocked, by localpart in byte order.
struct Rooms {
  std::string after;                   ///< only localparts behind it; empty: from the first
  std::optional<std::string> before;   ///< the page just before it; empty string: the last page
  std::optional<std::uint64_t> index;  ///< the page from this position
  std::size_t max = 0;                 ///< at most so many; 0: the count alone
  Jid affiliated;                      ///< also hidden rooms where this bare JID is member or above
  bool none = false;                   ///< the requester gets nothing: no look-up, count 0
  bool hidden_too = false;             ///< every room: for service administrators
};

/// Channel search (XEP-0433, XEP-0055): public, unlocked rooms.
struct Search {
  std::string words;  ///< all must occur, without regard to case and accents; empty: every room
  bool in_name = true;
  bool in_description = true;
  bool in_address = true;
  std::uint64_t min_users = 0;
  bool by_users = false;  ///< most users first, else by localpart
  Rooms page;             ///< after, before, index, max; `after` of by_users is `count localpart`
};

/// A page of a room's archive (XEP-0313).
struct Archive {
  std::uint64_t room = 0;
  Jid room_jid;
  mam::Query query;
  std::optional<std::string> nick;  ///< only messages of that nick (`with` an occupant JID)
  std::optional<Jid> author;        ///< only messages of that bare JID (`with` a real JID)
  bool real_jids = false;           ///< the asker sees real JIDs of non-anonymous times
  bool all_jids = false;            ///< and of all times
  std::size_t max = 0;              ///< 0: the count alone
};

/// First and last row of a room's archive.
struct ArchiveEnds {
  std::uint64_t room = 0;
};

struct Vcard {
  std::uint64_t room = 0;
  bool of_service = false;  ///< where none is set, that of the settings is shown
};

/// Rooms where a user is affiliated or sits.
struct RoomsOf {
  Jid user;  ///< bare
};

/// Rooms that exist, of those named.
struct Named {
  std::vector<std::string> localparts;
};

/// Rooms where somebody sits; of `users` (bare JIDs or domains) where there are any.
struct Seated {
  std::vector<Jid> users;
};

/// Persistent rooms in which nobody sits and nothing was said since then, by localpart.
struct Unused {
  Timestamp since;
  std::size_t max = 0;
};

/// Destroyed rooms whose rows are kept.
struct Buried {
  Timestamp now;
  std::size_t max = 0;
};

/// What service administrators did, newest first.
struct Audit {
  std::string about;  ///< only acts of it, or on it; empty: all
  std::size_t max = 0;
};

/// A look-up for a service administrator's command (XEP-0050), with what the answer, and the
/// errands that it leads to, must know.
struct ForCommand {
  std::string node;
  std::string session;
  Jid by;
  std::vector<Jid> users;  ///< to be banned, or removed
  std::string reason;
  std::string text;
  Jid venue;
  std::optional<Timestamp> when;
  std::variant<Search, RoomsOf, Named, Seated, Unused, Buried, Audit, Vcard, Archive> what;
};

}  // namespace read

using Read = std::variant<read::Rooms, read::Search, read::Archive, read::ArchiveEnds, read::Vcard,
                          read::RoomsOf, read::ForCommand>;

namespace found {

struct Room {
  std::string localpart;
  std::string name;
  std::string description;
  std::string lang;
  std::uint64_t users = 0;  ///< nicks
  bool open = true;         ///< neither password nor members-only
  bool semi_anonymous = true;
};

struct Rooms {
  std::vector<Room> rooms;
  std::optional<std::uint64_t> first_index = 0;  ///< none in the midst of a long list
  std::uint64_t count = 0;
  bool unknown_uid = false;  ///< `after` or `before` names no room of the list
};

struct Archive {
  std::vector<RowPtr> rows;  ///< in the order of the archive, oldest first
  std::uint64_t first_index = 0;
  std::uint64_t count = 0;   ///< of all rows that meet the query's conditions
  bool complete = false;     ///< the page reaches the end in the direction asked
  bool unknown_uid = false;  ///< a stanza-id of the query is not in the archive
};

struct ArchiveEnds {
  RowPtr first;  ///< null: the archive is empty
  RowPtr last;
};

struct Vcard {
  std::string vcard;  ///< as XML; empty: none
};

struct RoomsOf {
  struct Entry {
    Jid room;
    Affiliation affiliation = Affiliation::none;
    std::vector<std::string> nicks;  ///< under which the user sits there now
  };
  std::vector<Entry> entries;
};

struct Buried {
  struct Entry {
    std::string localpart;
    Burial burial;
  };
  std::vector<Entry> entries;
};

struct Audit {
  std::vector<Act> acts;
};

}  // namespace found

using ReadResult = std::variant<found::Rooms, found::Archive, found::ArchiveEnds, found::Vcard,
                                found::RoomsOf, found::Buried, found::Audit>;

}  // namespace stoa::muc
