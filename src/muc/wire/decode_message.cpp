#include <algorithm>
#include <array>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/wire/decode.hpp"
#include "muc/wire/decode_room.hpp"

namespace stoa::muc::wire {
namespace {

constexpr std::string_view receipts = "urn:xmpp:receipts";
constexpr std::string_view correction = "urn:xmpp:message-correct:0";
constexpr std::string_view reactions = "urn:xmpp:reactions:0";
constexpr std::string_view references = "urn:xmpp:reference:0";

StanzaError bad_request(std::string_view section) {
  return {ErrorType::modify, Condition::bad_request, section};
}

bool hints(const xml::Element& message, std::string_view name) {
  return message.child(name, ns::hints) != nullptr;
}

/// Children that alone are not worth keeping.
bool is_passing(const xml::Element& child) {
  constexpr std::array<std::string_view, 4> passing{ns::chat_states, ns::hints, ns::sid, receipts};
  if (child.is("thread", ns::client) || child.is("body", ns::client)) return true;
  return std::find(passing.begin(), passing.end(), child.ns()) != passing.end();
}

/// What goes into archive and history: XEP-0334, and what is worth it ([MUC-HIST-11],
/// [MUC-MAM-20]).
bool is_stored(const xml::Element& message, const std::string& body) {
  if (hints(message, "no-store") || hints(message, "no-permanent-store")) return false;
  if (!body.empty() || hints(message, "store")) return true;
  for (const xml::Element* child : message.children()) {
    if (!is_passing(*child)) return true;
  }
  return false;
}

void read_references(request::Groupchat& request, const xml::Element& message) {
  if (const xml::Element* retract = message.child("retract", ns::retract)) {
    request.retracts = retract->attr_or("id", "");
  }
  if (const xml::Element* replace = message.child("replace", correction)) {
    request.corrects = replace->attr_or("id", "");
  }
  if (const xml::Element* list = message.child("reactions", reactions)) {
    for (const xml::Element* one : list->children("reaction", reactions)) {
      request.reactions.push_back(one->text());
    }
  }
  for (const xml::Element* one : message.children("reference", references)) {
    const std::string_view uri = one->attr_or("uri", "");
    if (one->attr_or("type", "") != "mention" || uri.substr(0, 5) != "xmpp:") continue;
    if (auto jid = Jid::parse(uri.substr(5))) request.mentions.push_back(*std::move(jid));
  }
}

RoomClaim subject(const Reading& reading) {
  auto request = asked<request::SetSubject>(reading.stanza);
  for (const xml::Element* one : reading.stanza.element.children("subject", ns::client)) {
    request.texts.emplace_back(std::string(one->lang().value_or("")), one->text());
  }
  request.payload = payload_of(reading);
  return to_room(reading.stanza, std::move(request));
}

RoomClaim groupchat(const Reading& reading) {
  const Stanza& stanza = reading.stanza;
  const xml::Element* body = stanza.element.child("body", ns::client);
  const bool thread = stanza.element.child("thread", ns::client) != nullptr;
  if (stanza.element.child("subject", ns::client) && !body && !thread) return subject(reading);
  auto request = asked<request::Groupchat>(stanza);
  request.payload = payload_of(reading);
  request.has_body = body != nullptr;
  if (body) request.body = body->text();
  request.stored = is_stored(stanza.element, request.body);
  read_references(request, stanza.element);
  return to_room(stanza, std::move(request));
}

RoomClaim bounced(const Reading& reading) {
  auto request = bounce_of(reading.stanza);
  const xml::Element* x = reading.stanza.element.child("x", ns::muc_user);
  request.of_private = x && !x->first_child();
  return to_room(reading.stanza, std::move(request));
}

RoomClaim private_message(const Reading& reading) {
  auto request = asked<request::Private>(reading.stanza);
  request.type = reading.stanza.type;
  request.payload = payload_of(reading);
  return to_room(reading.stanza, std::move(request));
}

/// Messages to the room itself that are no groupchat: each protocol has its reader.
constexpr std::array<MessageReader, 1> message_readers{mediated};

}  // namespace

RoomClaim message(const Reading& reading) {
  const Stanza& stanza = reading.stanza;
  if (stanza.is_error()) return bounced(reading);
  if (stanza.type == "groupchat") {
    if (stanza.to.is_full()) return bad_request("XEP-0045 7.5");
    return groupchat(reading);
  }
  if (stanza.to.is_full()) return private_message(reading);
  for (const MessageReader read : message_readers) {
    if (auto claim = read(reading)) return *std::move(claim);
  }
  if (stanza.element.child("body", ns::client)) return bad_request("XEP-0045 17.2");
  return claim::Silence{};
}

}  // namespace stoa::muc::wire
