#include <algorithm>
#include <array>

#include <stoa/stanza/build.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/stanza/translate.hpp>
#include <stoa/xml/write.hpp>

namespace stoa {

namespace {

/// In the order of the enumerators.
constexpr std::array<std::string_view, 23> condition_tokens = {
    "bad-request",
    "conflict",
    "feature-not-implemented",
    "forbidden",
    "gone",
    "internal-server-error",
    "item-not-found",
    "jid-malformed",
    "not-acceptable",
    "not-allowed",
    "not-authorized",
    "payment-required",
    "policy-violation",
    "recipient-unavailable",
    "redirect",
    "registration-required",
    "remote-server-not-found",
    "remote-server-timeout",
    "resource-constraint",
    "service-unavailable",
    "subscription-required",
    "undefined-condition",
    "unexpected-request",
};
static_assert(condition_tokens[static_cast<std::size_t>(Condition::unexpected_request)] ==
              "unexpected-request");

xml::Element start_tag_only(const xml::Element& element) {
  xml::Element out;
  out.set_name(element.name(), element.shared_ns(), element.prefix());
  for (const auto& [prefix, uri] : element.declarations()) out.declare(prefix, uri);
  for (const xml::Attribute& attribute : element.attributes()) out.add_attribute(attribute);
  return out;
}

xml::Element echo(const xml::Element& child) {
  const bool small = xml::to_string(child, ns::client).size() <= max_echo_bytes;
  return small ? child : start_tag_only(child);
}

bool echoed(StanzaKind kind, const xml::Element& child) {
  if (child.is("error", ns::client)) return false;
  return kind != StanzaKind::presence || child.is("x", ns::muc);
}

xml::Element error_element(const StanzaError& error, std::string_view by, std::string_view lang) {
  xml::Element out("error", ns::client);
  if (!by.empty()) out.set("by", by);
  out.set("type", token(error.type));
  out.add(token(error.condition), ns::stanzas).text(error.uri);
  if (!error.text.empty()) {
    const Translated shown = translate(error.text, lang);
    out.add("text", ns::stanzas).text(shown.text).set_lang(shown.lang);
  }
  if (error.application) out.add(*error.application);
  return out;
}

std::string_view name_of(StanzaKind kind) {
  switch (kind) {
    case StanzaKind::iq:
      return "iq";
    case StanzaKind::message:
      return "message";
    case StanzaKind::presence:
      return "presence";
  }
  return {};
}

}  // namespace

std::string_view token(ErrorType type) {
  switch (type) {
    case ErrorType::auth:
      return "auth";
    case ErrorType::cancel:
      return "cancel";
    case ErrorType::continue_:
      return "continue";
    case ErrorType::modify:
      return "modify";
    case ErrorType::wait:
      return "wait";
  }
  return {};
}

std::string_view token(Condition condition) {
  return condition_tokens[static_cast<std::size_t>(condition)];
}

std::optional<Condition> condition_of(std::string_view token) {
  const auto found = std::find(condition_tokens.begin(), condition_tokens.end(), token);
  if (found == condition_tokens.end()) return std::nullopt;
  return static_cast<Condition>(found - condition_tokens.begin());
}

xml::Element error_reply(const Stanza& request, const StanzaError& error, std::string_view by) {
  xml::Element out =
      build::stanza(name_of(request.kind), {request.to, request.from, "error", request.id});
  for (const xml::Node& node : request.element.nodes()) {
    const xml::Element* child = node.element();
    if (child == nullptr || !echoed(request.kind, *child)) continue;
    out.add(echo(*child));
    if (request.kind == StanzaKind::iq) break;
  }
  out.add(error_element(error, by, request.lang));
  return out;
}

std::optional<Condition> condition_of(const Stanza& error) {
  const xml::Element* holder = error.element.child("error", ns::client);
  if (holder == nullptr) return std::nullopt;
  for (const xml::Node& node : holder->nodes()) {
    const xml::Element* child = node.element();
    if (child == nullptr || child->ns() != ns::stanzas) continue;
    if (const auto condition = condition_of(child->name())) return condition;
  }
  return std::nullopt;
}

}  // namespace stoa
