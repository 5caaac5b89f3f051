#pragma once

#include <string>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/stanza/stanza.hpp>

#include "muc/wire/strip.hpp"

/// Stanzas to requests, by kind.
namespace stoa::muc::wire {

struct Reading {
  const Stanza& stanza;
  const Settings& settings;
  const Context& context;
};

/// The envelope of a request.
template <class R>
R asked(const Stanza& stanza) {
  R request;
  request.from = stanza.from;
  request.to = stanza.to;
  request.id = stanza.id;
  request.lang = stanza.lang;
  return request;
}

/// The claim of a request to the room that the stanza is addressed to.
template <class R>
RoomClaim to_room(const Stanza& stanza, R request) {
  return claim::ForEntity<Request>{std::string(stanza.to.local()), Request(std::move(request))};
}

/// What is passed on of a stanza, as XML.
std::string payload_of(const Reading& reading, std::string_view without = {});

/// The defined condition's element name and type of `<error type='…'/>`.
std::string error_type_of(const Stanza& error);
/// What came back to a room as an error, of whatever kind of stanza.
request::Bounce bounce_of(const Stanza& error);

RoomClaim presence(const Reading& reading);
RoomClaim message(const Reading& reading);
RoomClaim iq(const Reading& reading);

/// The part of an iq to a room that one protocol has; asked in turn. nullopt: not that protocol.
using IqReader = std::optional<RoomClaim> (*)(const Reading& reading);
std::optional<RoomClaim> disco(const Reading& reading);
std::optional<RoomClaim> plain_get(const Reading& reading);

/// The part of a typeless message to a room that one protocol has (invitations, forms). Likewise.
using MessageReader = std::optional<RoomClaim> (*)(const Reading& reading);

}  // namespace stoa::muc::wire
