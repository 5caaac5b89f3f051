#include "muc/wire/decode.hpp"

#include <algorithm>
#include <cctype>

#include <stoa/disco/disco.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/commands.hpp"
#include "muc/engine/join.hpp"
#include "muc/wire/decode_room.hpp"

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

/// A node of a command, or of their list, for those who may run them (XEP-0050, 2.2).
RoomClaim command_node(const wire::Reading& reading, const std::string& node) {
  const Settings& settings = reading.settings;
  const bool admin = reading.context.service_admin || settings.administered_by(reading.stanza.from);
  if (!admin || !is_service_command(node)) return claim::NotMine{};
  disco::Info info;
  info.node = node;
  info.identities.push_back({"automation", "command-node", "", ""});
  info.features = {std::string(ns::commands), std::string(ns::data_form)};
  return claim::Answer{disco::encode(info)};
}

RoomClaim at_service(const wire::Reading& reading) {
  const Stanza& stanza = reading.stanza;
  const xml::Element* payload = stanza.payload();
  if (!stanza.is_iq_request() || !payload || stanza.to.is_full()) return claim::NotMine{};
  if (stanza.type == "get" && payload->is("unique", ns::muc_unique)) return unique_name(reading);
  if (payload->is("query", ns::disco_info)) {
    return command_node(reading, std::string(payload->attr_or("node", "")));
  }
  const bool registers =
      reading.settings.service_registration && payload->is("query", ns::iq_register);
  const bool commands =
      payload->is("command", ns::commands) && is_service_command(payload->attr_or("node", ""));
  if (registers || commands || payload->is("vCard", ns::vcard)) {
    if (auto claim = wire::administration(reading)) return *std::move(claim);
  }
  return claim::NotMine{};
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
