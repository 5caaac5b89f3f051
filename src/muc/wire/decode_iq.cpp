#include <array>
#include <utility>

#include <stoa/disco/disco.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "muc/wire/decode.hpp"
#include "muc/wire/decode_room.hpp"

namespace stoa::muc::wire {
namespace {

RoomClaim to_occupant(const Reading& reading) {
  auto request = asked<request::OccupantIq>(reading.stanza);
  request.type = reading.stanza.type;
  request.payload = *reading.stanza.payload();
  return to_room(reading.stanza, std::move(request));
}

RoomClaim answer(const Reading& reading) {
  auto request = asked<request::IqAnswer>(reading.stanza);
  request.type = reading.stanza.type;
  if (reading.stanza.is_error()) request.condition = condition_of(reading.stanza);
  for (const xml::Element* child : reading.stanza.element.children()) {
    request.children.push_back(*child);
  }
  return to_room(reading.stanza, std::move(request));
}

/// The protocols that a room speaks by iq.
constexpr std::array<IqReader, 3> iq_readers{disco, plain_get, administration};

}  // namespace

std::optional<RoomClaim> disco(const Reading& reading) {
  auto query = disco::decode(reading.stanza);
  if (!query) return std::nullopt;
  if (!*query) return RoomClaim(query->error());
  if ((*query)->kind == disco::Query::Kind::info) {
    auto request = asked<request::DiscoInfo>(reading.stanza);
    request.node = (*query)->node;
    return to_room(reading.stanza, std::move(request));
  }
  auto request = asked<request::DiscoItems>(reading.stanza);
  request.node = (*query)->node;
  request.page = (*query)->page;
  return to_room(reading.stanza, std::move(request));
}

std::optional<RoomClaim> plain_get(const Reading& reading) {
  const Stanza& stanza = reading.stanza;
  if (stanza.type != "get") return std::nullopt;
  if (!stanza.payload()->is("ping", ns::ping)) return std::nullopt;
  return to_room(stanza, asked<request::PingRoom>(stanza));
}

RoomClaim iq(const Reading& reading) {
  if (!reading.stanza.is_iq_request()) return answer(reading);
  if (reading.stanza.to.is_full()) return to_occupant(reading);
  for (const IqReader read : iq_readers) {
    if (auto claim = read(reading)) return *std::move(claim);
  }
  return StanzaError(ErrorType::cancel, Condition::service_unavailable, "RFC 6120 8.4");
}

}  // namespace stoa::muc::wire
