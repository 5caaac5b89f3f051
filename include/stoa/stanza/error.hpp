#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <stoa/stanza/stanza.hpp>
#include <stoa/xml/element.hpp>

namespace stoa {

/// RFC 6120, 8.3.2. `continue_` is written `continue`.
enum class ErrorType { auth, cancel, continue_, modify, wait };

/// The defined conditions of RFC 6120, 8.3.3, and `payment-required` of RFC 3920, which XEP-0060
/// still uses; the enumerator is the element name with `-` as `_`.
enum class Condition {
  bad_request,
  conflict,
  feature_not_implemented,
  forbidden,
  gone,
  internal_server_error,
  item_not_found,
  jid_malformed,
  not_acceptable,
  not_allowed,
  not_authorized,
  payment_required,
  policy_violation,
  recipient_unavailable,
  redirect,
  registration_required,
  remote_server_not_found,
  remote_server_timeout,
  resource_constraint,
  service_unavailable,
  subscription_required,
  undefined_condition,
  unexpected_request,
};

std::string_view token(ErrorType type);
std::string_view token(Condition condition);
/// The condition of an element name, nullopt where there is none of that name.
std::optional<Condition> condition_of(std::string_view token);

/// A refusal: what the requester gets instead of what was asked. A value.
struct StanzaError {
  ErrorType type = ErrorType::cancel;
  Condition condition = Condition::undefined_condition;
  std::optional<xml::Element>
      application;      ///< application-specific condition, after the defined one
  std::string text;     ///< English, for humans; empty for none; never reveals what is hidden
  std::string uri;      ///< character data of `<gone/>` or `<redirect/>`
  std::string section;  ///< what demands it, e.g. "XEP-0060 6.1.3.4"; for readers, tests and logs

  StanzaError(ErrorType t, Condition c, std::string_view sect, std::string_view txt = {})
      : type(t), condition(c), text(txt), section(sect) {}

  StanzaError&& with(xml::Element app) && {
    application = std::move(app);
    return std::move(*this);
  }
};

/// The largest child of a request that an error repeats whole; above it only the child's start tag
/// with its attributes is repeated ([PS-GEN-15]).
inline constexpr std::size_t max_echo_bytes = 8 * 1024;

/// The error reply to a request: same kind and id, from and to swapped, the request's payload
/// repeated, then `<error type by?>`. `by` is left out where empty; the text is in the request's
/// language where there is a translation (translate.hpp). Presence errors repeat `<x
/// muc/>` only, message errors all children, iq errors the one child. Never call it for a stanza of
/// type error (RFC 6120, 8.3.1).
xml::Element error_reply(const Stanza& request, const StanzaError& error, std::string_view by = {});

/// Reads the defined condition of a stanza of type error, nullopt where it has none.
std::optional<Condition> condition_of(const Stanza& error);

}  // namespace stoa
