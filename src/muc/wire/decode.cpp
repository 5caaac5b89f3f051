#include "muc/wire/decode.hpp"

#include <algorithm>
#include <cctype>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/join.hpp"

namespace stoa::muc {
namespace {

/// A localpart that nobody has: XEP-0307. Capitals would not survive preparation.
RoomClaim unique_name(const wire::Reading& reading) {
  const RoomState none;
  const Scene scene{none, reading.settings, reading.context};
  if (!may_create(scene, reading.stanza.from)) {
    return StanzaError(ErrorType::cancel, Condition::not_allowed, "XEP-0307 2");
  }
  return claim::Answer{xml::Element("unique", ns::muc_unique).text(reading.context.ids.key())};
}

RoomClaim at_service(const wire::Reading& reading) {
  const Stanza& stanza = reading.stanza;
  const xml::Element* payload = stanza.payload();
  const bool unique = stanza.is_iq_request() && stanza.type == "get" && payload &&
                      payload->is("unique", ns::muc_unique);
  return unique ? unique_name(reading) : RoomClaim(claim::NotMine{});
}

}  // namespace

namespace wire {

std::string payload_of(const Reading& reading, std::string_view without) {
  const Jid room = reading.stanza.to.bare();
  return stripped(reading.stanza, Strip{room, reading.settings.service}, without);
}

std::string error_type_of(const Stanza& error) {
  const xml::Element* child = error.element.child("error", ns::client);
  return child ? std::string(child->attr_or("type", "")) : std::string();
}

request::Bounce bounce_of(const Stanza& error) {
  auto request = asked<request::Bounce>(error);
  request.condition = condition_of(error);
  request.error_type = error_type_of(error);
  return request;
}

}  // namespace wire

RoomClaim Engine::decode(const Stanza& stanza, const Settings& settings, const Context& context) {
  const wire::Reading reading{stanza, settings, context};
  if (stanza.to.local().empty()) return at_service(reading);
  // No room talks to another, nor to itself ([MUC-COMP-05]).
  if (stanza.from.domain() == settings.service.domain()) {
    if (stanza.is_error() || stanza.type == "result") return claim::Silence{};
    return StanzaError(ErrorType::cancel, Condition::not_allowed, "XEP-0045 7.2");
  }
  switch (stanza.kind) {
    case StanzaKind::presence:
      return wire::presence(reading);
    case StanzaKind::message:
      return wire::message(reading);
    case StanzaKind::iq:
      return wire::iq(reading);
  }
  return claim::NotMine{};
}

std::string Engine::error_by(const Stanza& request) {
  return request.to.local().empty() ? std::string() : std::string(request.to.bare_view());
}

}  // namespace stoa::muc
