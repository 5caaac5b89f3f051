#pragma once

#include <string>

#include "muc/engine/draft.hpp"

namespace stoa::muc {

/// What a mediated invitation brings along (XEP-0045, 7.8.2).
struct InvitationText {
  std::string reason;
  bool has_reason = false;
  std::string continued;  ///< `<continue/>` as XML, empty for none
  std::string payload;    ///< other children of the inviter's message, as XML
};

/// Sends the room's invitation to `invitee` and remembers it for the decline.
void send_invitation(Draft& draft, const Jid& inviter, const Jid& invitee,
                     const InvitationText& text);

/// The invitation to somebody who was made a member by an admin ([MUC-INV-08]).
void invite_member(Draft& draft, const Jid& admin, const Jid& member);

}  // namespace stoa::muc
