#pragma once

#include <optional>

#include <stoa/base/result.hpp>
#include <stoa/stanza/stanza.hpp>

#include "muc/wire/decode.hpp"

namespace stoa::muc::wire {

using Decoded = Result<Request, StanzaError>;

/// An iq request to a room that lists, configures, registers or administers: muc#admin, muc#owner,
/// jabber:iq:register, vcard-temp, urn:xmpp:mam:2, message-moderate and commands. nullopt: none of
/// these.
std::optional<RoomClaim> administration(const Reading& reading);

/// A message to a room that invites, declines, or submits a form (voice, registration). nullopt:
/// none of these.
std::optional<RoomClaim> mediated(const Reading& reading);

/// The request of the room that the stanza is addressed to, or its refusal.
RoomClaim claimed(const Stanza& stanza, Decoded decoded);

}  // namespace stoa::muc::wire
