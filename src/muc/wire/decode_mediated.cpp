#include <string_view>
#include <utility>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

#include "muc/wire/decode_room.hpp"

namespace stoa::muc::wire {
namespace {

constexpr std::string_view request_form = "http://jabber.org/protocol/muc#request";
constexpr std::string_view register_form = "http://jabber.org/protocol/muc#register";

std::string reason_of(const xml::Element& element) {
  const xml::Element* reason = element.child("reason", ns::muc_user);
  return reason ? reason->text() : std::string();
}

Decoded decode_invite(const Reading& reading, const xml::Element& x) {
  auto request = asked<request::Invite>(reading.stanza);
  for (const xml::Element* invite : x.children("invite", ns::muc_user)) {
    const auto to = Jid::parse(invite->attr_or("to", ""));
    if (!to) {
      request.malformed = true;
      continue;
    }
    request::Invite::One one;
    one.to = *to;
    one.has_reason = invite->child("reason", ns::muc_user) != nullptr;
    one.reason = reason_of(*invite);
    if (const xml::Element* continued = invite->child("continue", ns::muc_user)) {
      one.continued = xml::to_string(*continued, ns::muc_user);
    }
    request.invites.push_back(std::move(one));
  }
  request.payload = payload_of(reading);
  return Request(std::move(request));
}

Decoded decode_decline(const Reading& reading, const xml::Element& decline) {
  auto request = asked<request::Decline>(reading.stanza);
  const auto to = Jid::parse(decline.attr_or("to", ""));
  request.malformed = !to;
  if (to) request.inviter = *to;
  request.reason = reason_of(decline);
  request.payload = payload_of(reading);
  return Request(std::move(request));
}

std::optional<Decoded> decode_voice(const Stanza& stanza, const forms::Form& form) {
  if (form.type != forms::FormType::submit && form.type != forms::FormType::cancel) {
    return std::nullopt;
  }
  auto request = asked<request::Voice>(stanza);
  request.role = form.value("muc#role").value_or("");
  request.nick_field = form.value("muc#roomnick").value_or("");
  if (const auto jid = Jid::parse(form.value("muc#jid").value_or(""))) request.jid_field = *jid;
  if (const auto allow = form.value("muc#request_allow")) {
    request.allow = forms::parse_boolean(*allow).value_or(false);
  }
  if (form.type == forms::FormType::cancel) request.allow = false;
  return Decoded(Request(std::move(request)));
}

std::optional<Decoded> decode_registration_answer(const Stanza& stanza, const forms::Form& form) {
  const auto user = Jid::parse(form.value("muc#jid").value_or(""));
  const auto allow = forms::parse_boolean(form.value("muc#register_allow").value_or(""));
  if (!user || !allow || form.type != forms::FormType::submit) return std::nullopt;
  auto request = asked<request::RegistrationAnswer>(stanza);
  request.user = *user;
  request.allow = *allow;
  return Decoded(Request(std::move(request)));
}

}  // namespace

std::optional<RoomClaim> mediated(const Reading& reading) {
  const Stanza& stanza = reading.stanza;
  for (const xml::Element* x : stanza.element.children("x", ns::muc_user)) {
    if (x->child("invite", ns::muc_user)) return claimed(stanza, decode_invite(reading, *x));
    if (const xml::Element* decline = x->child("decline", ns::muc_user)) {
      return claimed(stanza, decode_decline(reading, *decline));
    }
  }
  const xml::Element* x = stanza.element.child("x", ns::data_form);
  if (!x) return std::nullopt;
  const auto form = forms::decode_form(*x);
  if (!form) return std::nullopt;
  std::optional<Decoded> decoded;
  if (form->form_type == request_form) decoded = decode_voice(stanza, form.value());
  if (form->form_type == register_form) decoded = decode_registration_answer(stanza, form.value());
  if (!decoded) return std::nullopt;
  return claimed(stanza, *std::move(decoded));
}

}  // namespace stoa::muc::wire
