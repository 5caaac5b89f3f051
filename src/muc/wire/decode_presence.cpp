#include <algorithm>
#include <charconv>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/wire/decode.hpp"

namespace stoa::muc::wire {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [at, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc() || at != end || text.empty()) return std::nullopt;
  return value;
}

std::int8_t priority_of(const xml::Element& presence) {
  const xml::Element* child = presence.child("priority", ns::client);
  if (!child) return 0;
  const std::string text = child->text();
  return number<std::int8_t>(trimmed(text)).value_or(0);
}

request::HistoryWish history_of(const xml::Element& x) {
  request::HistoryWish wish;
  const xml::Element* history = x.child("history", ns::muc);
  if (!history) return wish;
  wish.maxstanzas = number<std::uint64_t>(history->attr_or("maxstanzas", ""));
  wish.maxchars = number<std::uint64_t>(history->attr_or("maxchars", ""));
  wish.seconds = number<std::uint64_t>(history->attr_or("seconds", ""));
  wish.since = parse_xep0082(history->attr_or("since", ""));
  return wish;
}

RoomClaim join(const Reading& reading, const xml::Element& x) {
  auto request = asked<request::Join>(reading.stanza);
  request.payload = payload_of(reading);
  request.payload_without_status = payload_of(reading, "status");
  request.priority = priority_of(reading.stanza.element);
  if (const xml::Element* password = x.child("password", ns::muc)) {
    request.password = password->text();
  }
  request.history = history_of(x);
  if (const xml::Element* mav = x.child("mav", ns::mav)) {
    request.wants_affiliations = true;
    request.affiliations_since = mav->attr_or("since", "");
  }
  return to_room(reading.stanza, std::move(request));
}

RoomClaim available(const Reading& reading) {
  const xml::Element* x = reading.stanza.element.child("x", ns::muc);
  if (x) return join(reading, *x);
  auto request = asked<request::Available>(reading.stanza);
  request.payload = payload_of(reading);
  request.payload_without_status = payload_of(reading, "status");
  request.priority = priority_of(reading.stanza.element);
  return to_room(reading.stanza, std::move(request));
}

RoomClaim unavailable(const Reading& reading) {
  auto request = asked<request::Leave>(reading.stanza);
  request.payload = payload_of(reading);
  return to_room(reading.stanza, std::move(request));
}

RoomClaim bounced_presence(const Reading& reading) {
  auto request = bounce_of(reading.stanza);
  request.of = request::Bounce::Of::presence;
  return to_room(reading.stanza, std::move(request));
}

}  // namespace

RoomClaim presence(const Reading& reading) {
  const std::string& type = reading.stanza.type;
  if (type.empty()) return available(reading);
  if (type == "unavailable") return unavailable(reading);
  if (type == "error") return bounced_presence(reading);
  if (type == "probe") return to_room(reading.stanza, asked<request::Probe>(reading.stanza));
  if (type == "subscribe") {
    return to_room(reading.stanza, asked<request::Subscribe>(reading.stanza));
  }
  if (type == "subscribed" || type == "unsubscribe" || type == "unsubscribed") {
    return claim::Silence{};
  }
  return StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0045 17.3");
}

}  // namespace stoa::muc::wire
