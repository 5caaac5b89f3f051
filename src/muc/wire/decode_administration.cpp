#include <string_view>
#include <utility>
#include <vector>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

#include "muc/engine/archive.hpp"
#include "muc/engine/commands.hpp"
#include "muc/engine/lobby.hpp"
#include "muc/engine/vcard_photos.hpp"
#include "muc/wire/decode_room.hpp"

namespace stoa::muc::wire {
namespace {

StanzaError bad(std::string_view section, std::string_view text = {}) {
  return {ErrorType::modify, Condition::bad_request, section, text};
}

using Item = request::SetList::Item;

/// Reads one `<item/>` of a muc#admin set; the first fault is told ([MUC-ADM-01], [MUC-ADM-02]).
Result<Item, StanzaError> decode_item(const xml::Element& element, std::string_view own_domain) {
  constexpr std::string_view section = "XEP-0045 17.4";
  Item item;
  const auto affiliation = element.attr("affiliation");
  const auto role = element.attr("role");
  if (affiliation.has_value() == role.has_value()) return bad(section);
  if (affiliation) item.affiliation = affiliation_of(*affiliation);
  if (role) item.role = role_of(*role);
  if (!item.affiliation && !item.role) return bad(section, "No such role or affiliation");
  if (const auto nick = element.attr("nick")) {
    const auto prepared = nick->empty() ? std::optional<std::string>("") : resourceprep(*nick);
    if (!prepared) return StanzaError(ErrorType::modify, Condition::jid_malformed, section);
    item.nick = *prepared;
  }
  const auto address = element.attr("jid");
  if (item.role && (!item.nick || item.nick->empty())) return bad(section, "A nick is needed");
  if (item.affiliation && !address && !item.nick) return bad(section, "A jid is needed");
  if (item.affiliation && address) {
    const auto jid = Jid::parse(*address);
    if (!jid || jid->domain() == own_domain) {  // rooms are nobody's members
      return StanzaError(ErrorType::modify, Condition::jid_malformed, section);
    }
    item.jid = jid->bare();
  }
  if (const xml::Element* reason = element.child("reason", ns::muc_admin)) {
    item.reason = reason->text();
  }
  return item;
}

Decoded decode_admin_get(const Stanza& stanza, const xml::Element& query) {
  auto request = asked<request::GetList>(stanza);
  const auto items = query.children("item", ns::muc_admin);
  if (items.size() != 1) return bad("XEP-0045 17.4");
  const auto affiliation = items.front()->attr("affiliation");
  const auto role = items.front()->attr("role");
  if (affiliation.has_value() == role.has_value()) return bad("XEP-0045 17.4");
  if (affiliation) request.affiliation = affiliation_of(*affiliation);
  if (role) request.role = role_of(*role);
  if (!request.affiliation && !request.role) return bad("XEP-0045 17.4");
  auto page = rsm::decode(query);
  if (!page) return std::move(page).error();
  request.page = std::move(page).value();
  return Request(std::move(request));
}

Decoded decode_admin(const Stanza& stanza, const xml::Element& query) {
  if (stanza.type == "get") return decode_admin_get(stanza, query);
  auto request = asked<request::SetList>(stanza);
  for (const xml::Element* element : query.children("item", ns::muc_admin)) {
    auto item = decode_item(*element, stanza.to.domain());
    if (!item) return std::move(item).error();
    request.items.push_back(std::move(item).value());
  }
  if (request.items.empty()) return bad("XEP-0045 17.4", "Nothing to change");
  return Request(std::move(request));
}

Decoded decode_destroy(const Stanza& stanza, const xml::Element& destroy) {
  auto request = asked<request::Destroy>(stanza);
  xml::Element clean("destroy", ns::muc_user);
  if (const auto venue = destroy.attr("jid"); venue && !venue->empty()) {
    const auto jid = Jid::parse(*venue);
    if (!jid) return StanzaError(ErrorType::modify, Condition::jid_malformed, "XEP-0045 10.9");
    request.venue = *jid;
    clean.set("jid", jid->str());
  }
  for (const char* name : {"password", "reason"}) {
    const xml::Element* part = destroy.child(name, ns::muc_owner);
    if (part) clean.add(name, ns::muc_user).text(part->text());
  }
  request.content = xml::to_string(clean, ns::muc_user);
  return Request(std::move(request));
}

Decoded decode_owner(const Stanza& stanza, const xml::Element& query) {
  if (stanza.type == "get") return Request(asked<request::GetConfig>(stanza));
  if (const xml::Element* destroy = query.child("destroy", ns::muc_owner)) {
    return decode_destroy(stanza, *destroy);
  }
  const xml::Element* x = query.child("x", ns::data_form);
  if (!x) return bad("XEP-0068 3", "A form is needed");
  auto form = forms::decode_form(*x);
  if (!form) return bad("XEP-0004 3.2", form.error());
  const bool usable =
      form->type == forms::FormType::submit || form->type == forms::FormType::cancel;
  if (!usable) return bad("XEP-0068 3", "The form must be submitted or cancelled");
  auto request = asked<request::SetConfig>(stanza);
  request.form = std::move(form).value();
  return Request(std::move(request));
}

Decoded decode_register(const Stanza& stanza, const xml::Element& query) {
  constexpr std::string_view section = "XEP-0045 7.10";
  if (stanza.type == "get") return Request(asked<request::GetRegistration>(stanza));
  if (query.child("remove", ns::iq_register)) return Request(asked<request::Unregister>(stanza));
  const xml::Element* x = query.child("x", ns::data_form);
  if (!x) return bad(section, "A form is needed");
  auto form = forms::decode_form(*x);
  if (!form) return bad(section, form.error());
  const auto fault = forms::fault_in_submit(form.value(), "http://jabber.org/protocol/muc#register",
                                            forms::MissingFormType::refused);
  if (fault) return bad(section, *fault);
  const auto nick = resourceprep(form->value("muc#register_roomnick").value_or(""));
  if (!nick) return bad(section, "muc#register_roomnick is needed");
  auto request = asked<request::Register>(stanza);
  request.nick = *nick;
  request.form = std::move(form).value();
  return Request(std::move(request));
}

Decoded decode_vcard(const Stanza& stanza, const xml::Element& vcard) {
  if (stanza.type == "get") return Request(asked<request::GetVcard>(stanza));
  auto request = asked<request::SetVcard>(stanza);
  if (!vcard.first_child()) return Request(std::move(request));
  auto hashes = photo_hashes(vcard);
  if (!hashes) {
    return StanzaError(ErrorType::modify, Condition::not_acceptable, "XEP-0486 4",
                       "The photo is no valid base64");
  }
  request.hashes = *std::move(hashes);
  request.vcard = xml::to_string(vcard, ns::client);
  return Request(std::move(request));
}

Decoded decode_archive(const Stanza& stanza) {
  auto ask = mam::decode(stanza, archive_offer);
  if (!ask) return std::move(ask).error();
  auto request = asked<request::AskArchive>(stanza);
  request.ask = std::move(ask).value();
  return Request(std::move(request));
}

Decoded decode_moderate(const Stanza& stanza, const xml::Element& moderate) {
  auto request = asked<request::Moderate>(stanza);
  request.target = moderate.attr_or("id", "");
  const bool whole = stanza.type == "set" && !request.target.empty() &&
                     moderate.child("retract", ns::retract) != nullptr;
  if (!whole) return bad("XEP-0425 3.2");
  if (const xml::Element* reason = moderate.child("reason", ns::moderate)) {
    request.reason = reason->text();
  }
  return Request(std::move(request));
}

/// A submitted command at the service is about the room that its form names.
Decoded about_room(request::Command request) {
  const bool submitted = request.form && request.form->type == forms::FormType::submit;
  if (!submitted || !names_room(request.node) || request.action == "cancel") {
    return Request(std::move(request));
  }
  const auto room = Jid::parse(request.form->value("room").value_or(""));
  if (!room || room->local().empty() || room->domain() != request.to.domain()) {
    return bad("XEP-0050 4.6", "room is no room of this service");
  }
  request.to = room->bare();
  return Request(std::move(request));
}

Decoded decode_command(const Stanza& stanza, const xml::Element& command) {
  auto request = asked<request::Command>(stanza);
  request.node = command.attr_or("node", "");
  request.action = command.attr_or("action", "");
  request.session = command.attr_or("sessionid", "");
  if (stanza.type != "set" || request.node.empty()) return bad("XEP-0050 3.4");
  if (const xml::Element* x = command.child("x", ns::data_form)) {
    auto form = forms::decode_form(*x);
    if (!form) return bad("XEP-0050 3.4", form.error());
    request.form = std::move(form).value();
  }
  request.at_service = stanza.to.local().empty();
  if (request.at_service) return about_room(std::move(request));
  return Request(std::move(request));
}

/// Which room's business a request is; at the service that of the service's own state, but for
/// commands about a room.
std::string key_of(const Stanza& stanza, const Request& request) {
  if (!stanza.to.local().empty()) return std::string(stanza.to.local());
  const auto* command = std::get_if<request::Command>(&request);
  const bool about = command && !command->to.local().empty();
  return std::string(about ? command->to.local() : lobby_key);
}

}  // namespace

RoomClaim claimed(const Stanza& stanza, Decoded decoded) {
  if (!decoded) return std::move(decoded).error();
  std::string key = key_of(stanza, decoded.value());
  return claim::ForEntity<Request>{std::move(key), std::move(decoded).value()};
}

std::optional<RoomClaim> administration(const Reading& reading) {
  const Stanza& stanza = reading.stanza;
  const xml::Element* payload = stanza.payload();
  const auto decoded = [&]() -> std::optional<Decoded> {
    if (payload->is("query", ns::muc_admin)) return decode_admin(stanza, *payload);
    if (payload->is("query", ns::muc_owner)) return decode_owner(stanza, *payload);
    if (payload->is("query", ns::iq_register)) return decode_register(stanza, *payload);
    if (payload->is("vCard", ns::vcard)) return decode_vcard(stanza, *payload);
    if (payload->ns() == ns::mam) return decode_archive(stanza);
    if (payload->is("moderate", ns::moderate)) return decode_moderate(stanza, *payload);
    if (payload->is("command", ns::commands)) return decode_command(stanza, *payload);
    return std::nullopt;
  }();
  if (!decoded) return std::nullopt;
  return claimed(stanza, *decoded);
}

}  // namespace stoa::muc::wire
