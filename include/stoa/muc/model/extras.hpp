#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/muc/model/archive.hpp>

/// What most rooms never have.
namespace stoa::muc {

/// A hat (XEP-0317) that the room can give.
struct Hat {
  std::string uri;
  std::string title;
  std::string hue;   ///< empty for none
  std::string lang;  ///< of the title

  friend bool operator==(const Hat&, const Hat&) = default;
};

/// A registration that waits for an admin (XEP-0045, 9.9).
struct PendingRegistration {
  Jid jid;           ///< bare
  std::string nick;  ///< asked for, prepared
  std::string form;  ///< the submitted form, as XML
  Timestamp at;

  friend bool operator==(const PendingRegistration&, const PendingRegistration&) = default;
};

/// A mediated invitation that was sent: what a decline, or a bounce, must answer.
struct Invitation {
  std::string id;    ///< of the message that carried it
  Jid invitee;       ///< as addressed
  Jid inviter;       ///< full JID
  std::string nick;  ///< of the inviter, where present
  Timestamp at;

  friend bool operator==(const Invitation&, const Invitation&) = default;
};

/// An IQ that was passed on to an occupant and waits for its answer (XEP-0045, 17.4).
struct PendingIq {
  std::string id;   ///< chosen by the room
  Jid asked;        ///< whom it went to: a session, or its bare JID
  Jid asker;        ///< session that gets the answer
  Jid answer_from;  ///< occupant JID that was asked
  std::string original_id;
  Timestamp until;

  friend bool operator==(const PendingIq&, const PendingIq&) = default;
};

/// A private message that was passed on: where a bounce of it must go.
struct SentPrivate {
  std::string id;
  Jid writer;     ///< session
  Jid recipient;  ///< session
  std::string to_nick;

  friend bool operator==(const SentPrivate&, const SentPrivate&) = default;
};

/// Counts what one user does (messages, presence, invitations ...) against a rate.
struct Meter {
  enum class Of : std::uint8_t {
    messages,
    presence,
    joins,
    invitations,
    voice,
    slow_mode,
    deserted,
    held,
    active
  } of;
  Jid user;  ///< bare; empty for the room as a whole
  double level = 0;
  Timestamp at;  ///< of the last use

  friend bool operator==(const Meter&, const Meter&) = default;
};

/// An accepted message that waits for the room's rate, without id and time yet.
struct WaitingMessage {
  RowPtr row;
  std::string body;
  bool stored = true;

  friend bool operator==(const WaitingMessage&, const WaitingMessage&) = default;
};

/// What a service administrator did: no passwords, no texts of messages.
struct Act {
  Timestamp at;
  Jid actor;           ///< bare
  std::string what;    ///< the command's node, or the request's namespace
  std::string target;  ///< a room, a user, a domain
  std::string reason;

  friend bool operator==(const Act&, const Act&) = default;
};

/// The program ends at that time; for good: then nobody is in any room any more.
struct Ending {
  Timestamp at;
  bool for_good = false;

  friend bool operator==(const Ending&, const Ending&) = default;
};

struct Extras {
  std::vector<Hat> hats;
  std::vector<PendingRegistration> registrations;
  std::vector<Invitation> invitations;     ///< newest last
  std::vector<std::string> avatar_hashes;  ///< SHA-1, hexadecimal, one per photo of the vCard
  std::vector<PendingIq> iqs;
  std::vector<SentPrivate> privates;  ///< newest last, the last few only
  std::vector<Meter> meters;
  std::vector<WaitingMessage> waiting;  ///< oldest first
  std::optional<Ending> ending;         ///< of the service's own state
};

}  // namespace stoa::muc
