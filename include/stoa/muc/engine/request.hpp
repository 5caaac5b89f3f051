#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/forms/form.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/mam/mam.hpp>
#include <stoa/muc/model/tokens.hpp>
#include <stoa/rsm/rsm.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/xml/element.hpp>

namespace stoa::muc {

/// Who asks whom: the envelope of every request that is a stanza.
struct Asked {
  Jid from;
  Jid to;  ///< the room, or an occupant JID
  std::string id;
  std::string lang;

  Jid room() const { return to.bare(); }
  std::string_view nick() const { return to.resource(); }
};

/// Everything that a room can be asked, as the wire decodes it.
namespace request {

/// `<history/>` of a join; malformed values are absent ([MUC-HIST-08]).
struct HistoryWish {
  std::optional<std::uint64_t> maxstanzas;
  std::optional<std::uint64_t> maxchars;
  std::optional<std::uint64_t> seconds;
  std::optional<Timestamp> since;
};

/// Available presence with `<x xmlns='…/muc'/>` (XEP-0045, 7.2).
struct Join : Asked {
  std::string payload;                 ///< what is shown to the others, stripped, as XML
  std::string payload_without_status;  ///< the same for a visitor who may not set a status
  std::int8_t priority = 0;
  std::optional<std::string> password;
  HistoryWish history;
  bool wants_affiliations = false;  ///< `<mav/>` (XEP-0463)
  std::string affiliations_since;   ///< version; empty for none
};

/// Available presence without it: an update, a change of nick, or from somebody who is not here.
struct Available : Asked {
  std::string payload;
  std::string payload_without_status;
  std::int8_t priority = 0;
};

/// Unavailable presence (7.14).
struct Leave : Asked {
  std::string payload;
};

/// Presence of type probe (17.3).
struct Probe : Asked {};

/// Presence of type subscribe (18.2.2).
struct Subscribe : Asked {};

/// A message of type groupchat (7.4).
struct Groupchat : Asked {
  std::string payload;
  std::string body;                    ///< text, empty for none
  bool has_body = false;               ///< a `<body/>` is there, even an empty one
  bool stored = true;                  ///< goes to archive and history (XEP-0334, [MUC-HIST-11])
  std::string retracts;                ///< stanza-id of a `<retract/>`, empty for none
  std::string corrects;                ///< id of a `<replace/>` (XEP-0308), empty for none
  std::vector<Jid> mentions;           ///< XEP-0452: mentioned users, or occupant JIDs
  std::vector<std::string> reactions;  ///< XEP-0444
};

/// A message of type groupchat that holds a subject and neither body nor thread (8.1).
struct SetSubject : Asked {
  std::vector<std::pair<std::string, std::string>> texts;
  std::string payload;
};

/// A message to an occupant JID (7.5); `type` as written.
struct Private : Asked {
  std::string type;
  std::string payload;  ///< without any muc#user child
};

/// One `<invite/>` of a message (7.8.2).
struct Invite : Asked {
  struct One {
    Jid to;
    std::string reason;
    bool has_reason = false;
    std::string continued;  ///< `<continue/>` as XML, empty for none
  };
  std::vector<One> invites;
  bool malformed = false;  ///< one of the addresses is none
  std::string payload;     ///< what else is in the message, stripped
};

struct Decline : Asked {
  Jid inviter;
  bool malformed = false;
  std::string reason;
  std::string payload;
};

/// A submitted form of muc#request (7.13, 8.6): without `allow` a request, else a moderator's
/// answer.
struct Voice : Asked {
  std::string role;
  std::string nick_field;
  Jid jid_field;
  std::optional<bool> allow;
};

/// A submitted form of muc#register at the room by message: an admin's answer (9.9).
struct RegistrationAnswer : Asked {
  Jid user;
  bool allow = false;
};

/// muc#admin get: one list (8, 9).
struct GetList : Asked {
  std::optional<Affiliation> affiliation;
  std::optional<Role> role;
  std::optional<rsm::Request> page;
};

/// muc#admin set: several items. What is malformed is refused by decode.
struct SetList : Asked {
  struct Item {
    std::optional<Affiliation> affiliation;
    std::optional<Role> role;
    Jid jid;                          ///< bare, or empty
    std::optional<std::string> nick;  ///< prepared; empty string: free the reserved nick
    std::string reason;
    std::optional<Timestamp> until;  ///< end of a ban
  };
  std::vector<Item> items;
};

struct GetConfig : Asked {};
struct SetConfig : Asked {
  forms::Form form;  ///< of type submit or cancel
};
struct Destroy : Asked {
  std::string content;  ///< `<destroy/>` as XML, cleaned
  Jid venue;
};

struct GetRegistration : Asked {};
struct Register : Asked {
  std::string nick;
  forms::Form form;
};
struct Unregister : Asked {};

struct DiscoInfo : Asked {
  std::string node;
};
struct DiscoItems : Asked {
  std::string node;
  std::optional<rsm::Request> page;
};

/// An iq get or set to an occupant JID (17.4), self-ping included.
struct OccupantIq : Asked {
  std::string type;
  xml::Element payload;
};

/// Ping, and what else asks only whether the room can be seen.
struct PingRoom : Asked {};

struct GetVcard : Asked {};
struct SetVcard : Asked {
  std::string vcard;                ///< as XML; empty: remove it
  std::vector<std::string> hashes;  ///< SHA-1 of each photo
};

struct AskArchive : Asked {
  mam::Request ask;
};

/// XEP-0425, 3.
struct Moderate : Asked {
  std::string target;  ///< stanza-id
  std::string reason;
};

/// An ad-hoc command at the room (XEP-0050): hats and the owner's tools.
struct Command : Asked {
  std::string node;
  std::string action;
  std::string session;
  std::optional<forms::Form> form;
  bool at_service = false;  ///< sent to the service; `to` is the room that it is about, if any
};

/// A message or presence of type error: something that the room sent came back.
struct Bounce : Asked {
  enum class Of : std::uint8_t { message, presence } of = Of::message;
  std::optional<Condition> condition;
  std::string error_type;   ///< as written; empty for none
  bool of_private = false;  ///< the echo has the mark of a private message
};

/// An iq of type result or error.
struct IqAnswer : Asked {
  std::string type;
  std::optional<Condition> condition;
  std::vector<xml::Element> children;
};

/// Time has passed: a deadline of the room is due.
struct Tick {};

/// The service goes away for good: everybody is told (XEP-0045, 11.2).
struct Shutdown {};

/// A service administrator's errand to one of several rooms: it ends, kept for a while.
struct End {
  Jid by;
  std::string reason;
  Jid venue;
  std::optional<Timestamp> unused_since;  ///< only if nobody was there since
};

/// Likewise: those users (bare JIDs or domains) have to go.
struct Expel {
  Jid by;
  std::vector<Jid> users;
  std::string reason;
  bool banned = false;  ///< from the service, else they are kicked
};

/// Likewise: a notice to everybody who is there.
struct Announce {
  Jid by;
  std::string text;
};

/// To the service's own state: those users (bare JIDs or domains) are banned from it.
struct Ban {
  Jid by;
  std::vector<Jid> users;
  std::string reason;
  std::optional<Timestamp> until;
};

/// To the service's own state: the program is to end.
struct Stop {
  Jid by;
  Timestamp at;
  bool for_good = false;
};

}  // namespace request

using Request =
    std::variant<request::Join, request::Available, request::Leave, request::Probe,
                 request::Subscribe, request::Groupchat, request::SetSubject, request::Private,
                 request::Invite, request::Decline, request::Voice, request::RegistrationAnswer,
                 request::GetList, request::SetList, request::GetConfig, request::SetConfig,
                 request::Destroy, request::GetRegistration, request::Register, request::Unregister,
                 request::DiscoInfo, request::DiscoItems, request::OccupantIq, request::PingRoom,
                 request::GetVcard, request::SetVcard, request::AskArchive, request::Moderate,
                 request::Command, request::Bounce, request::IqAnswer, request::Tick,
                 request::Shutdown, request::End, request::Expel, request::Announce, request::Ban,
                 request::Stop>;

}  // namespace stoa::muc
