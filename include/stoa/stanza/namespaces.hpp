#pragma once

#include <string_view>

/// Namespace names, spelled once.
namespace stoa::ns {

inline constexpr std::string_view client = "jabber:client";
inline constexpr std::string_view component = "jabber:component:accept";
inline constexpr std::string_view stanzas = "urn:ietf:params:xml:ns:xmpp-stanzas";
inline constexpr std::string_view streams = "urn:ietf:params:xml:ns:xmpp-streams";
inline constexpr std::string_view stream = "http://etherx.jabber.org/streams";
inline constexpr std::string_view disco_info = "http://jabber.org/protocol/disco#info";
inline constexpr std::string_view disco_items = "http://jabber.org/protocol/disco#items";
inline constexpr std::string_view data_form = "jabber:x:data";
inline constexpr std::string_view validate = "http://jabber.org/protocol/xdata-validate";
inline constexpr std::string_view rsm = "http://jabber.org/protocol/rsm";
inline constexpr std::string_view commands = "http://jabber.org/protocol/commands";
inline constexpr std::string_view pubsub = "http://jabber.org/protocol/pubsub";
inline constexpr std::string_view pubsub_owner = "http://jabber.org/protocol/pubsub#owner";
inline constexpr std::string_view pubsub_event = "http://jabber.org/protocol/pubsub#event";
inline constexpr std::string_view pubsub_errors = "http://jabber.org/protocol/pubsub#errors";
inline constexpr std::string_view shim = "http://jabber.org/protocol/shim";
inline constexpr std::string_view muc = "http://jabber.org/protocol/muc";
inline constexpr std::string_view muc_user = "http://jabber.org/protocol/muc#user";
inline constexpr std::string_view muc_admin = "http://jabber.org/protocol/muc#admin";
inline constexpr std::string_view muc_owner = "http://jabber.org/protocol/muc#owner";
inline constexpr std::string_view muc_unique = "http://jabber.org/protocol/muc#unique";
inline constexpr std::string_view iq_register = "jabber:iq:register";
inline constexpr std::string_view version = "jabber:iq:version";
inline constexpr std::string_view last = "jabber:iq:last";
inline constexpr std::string_view time = "urn:xmpp:time";
inline constexpr std::string_view ping = "urn:xmpp:ping";
inline constexpr std::string_view vcard = "vcard-temp";
inline constexpr std::string_view vcard_update = "vcard-temp:x:update";
inline constexpr std::string_view delay = "urn:xmpp:delay";
inline constexpr std::string_view legacy_delay = "jabber:x:delay";
inline constexpr std::string_view sid = "urn:xmpp:sid:0";
inline constexpr std::string_view occupant_id = "urn:xmpp:occupant-id:0";
inline constexpr std::string_view mam = "urn:xmpp:mam:2";
inline constexpr std::string_view forward = "urn:xmpp:forward:0";
inline constexpr std::string_view hints = "urn:xmpp:hints";
inline constexpr std::string_view retract = "urn:xmpp:message-retract:1";
inline constexpr std::string_view moderate = "urn:xmpp:message-moderate:1";
inline constexpr std::string_view hats = "urn:xmpp:hats:0";
inline constexpr std::string_view mav = "urn:xmpp:muc:affiliations:1";
inline constexpr std::string_view order_by = "urn:xmpp:order-by:1";
inline constexpr std::string_view addresses = "http://jabber.org/protocol/address";
inline constexpr std::string_view conference = "jabber:x:conference";
inline constexpr std::string_view chat_states = "http://jabber.org/protocol/chatstates";
inline constexpr std::string_view caps = "http://jabber.org/protocol/caps";
inline constexpr std::string_view roster = "jabber:iq:roster";
inline constexpr std::string_view serverinfo = "http://jabber.org/network/serverinfo";

}  // namespace stoa::ns
