#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <stoa/jid/jid.hpp>
#include <stoa/muc/model/archive.hpp>
#include <stoa/muc/model/occupants.hpp>
#include <stoa/muc/model/tokens.hpp>
#include <stoa/stanza/outgoing.hpp>
#include <stoa/xml/element.hpp>

namespace stoa::muc {

/// An occupant as a presence shows it: everything but who hears of it. What is empty is left out.
struct Shown {
  std::string nick;
  bool available = true;
  std::string payload;  ///< children that came from the occupant, as XML
  Affiliation affiliation = Affiliation::none;
  Role role = Role::none;
  Jid jid;  ///< full JID; written for those who see it
  std::string occupant_id;
  std::string new_nick;  ///< `nick` of the item (303)
  std::string actor_nick;
  Jid actor_jid;  ///< written for those who see real JIDs
  std::string reason;
  std::string in_x;                  ///< further children of `<x/>`, as XML (destroy, mav)
  std::string hats;                  ///< `<hats/>` as XML
  std::vector<std::uint16_t> codes;  ///< status codes for everybody
};

/// Everything that is said. Written from the state after the step.
namespace say {

/// To the occupant's own sessions: with 110, their own JID, and codes for them alone.
struct OwnPresence {
  Shown shown;
  std::vector<Jid> to;
  std::vector<std::uint16_t> codes;
  std::string id;
};

/// To every session in the room after the step, except those of `except` (sorted or few): at most
/// one broadcast for those who see real JIDs and one for the rest.
struct PresenceToOthers {
  Shown shown;
  std::vector<Jid> except;
  bool seeing_only = false;  ///< only to those who see real JIDs: nothing changed for the rest
};

/// To one session which is not the occupant's own (probe, newly shown JIDs).
struct PresenceTo {
  Shown shown;
  Jid to;
  Role viewer = Role::visitor;
};

/// The presence of every occupant whose role is broadcast, except one, to a newcomer: one listing.
struct PresenceList {
  Jid to;
  Role viewer = Role::visitor;
  std::string except;         ///< key of the nick that is left out
  bool no_strangers = false;  ///< visitors without affiliation are left out
};

/// A groupchat message to everybody in the room: audience "all".
struct Live {
  RowPtr row;
};

/// The history on joining, to one session, oldest first.
struct Replay {
  std::vector<RowPtr> rows;
  Jid to;
};

/// The room's subject on joining.
struct SubjectTo {
  Jid to;
};

/// A private message to some sessions.
struct PrivateTo {
  std::string nick;  ///< of the writer
  std::string occupant_id;
  std::string type;
  std::string id;
  std::string lang;
  std::string payload;
  std::vector<Jid> to;
};

/// A groupchat message from the room to everybody: `<x><status/>…</x>`, no body, not archived.
struct Notice {
  std::vector<std::uint16_t> codes;
  std::string id;
};

/// A stanza that is complete: from, to and all.
struct One {
  xml::Element stanza;
  Redelivery redelivery = Redelivery::keep;
};

}  // namespace say

using Outbound =
    std::variant<say::OwnPresence, say::PresenceToOthers, say::PresenceTo, say::PresenceList,
                 say::Live, say::Replay, say::SubjectTo, say::PrivateTo, say::Notice, say::One>;

}  // namespace stoa::muc
