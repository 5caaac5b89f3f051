#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <stoa/dispatch/metrics.hpp>
#include <stoa/dispatch/ports.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/stanza/outgoing.hpp>
#include <stoa/stanza/stanza.hpp>

namespace stoa::dispatch {

/// A request was accepted; `reply` is the payload of the iq result, nullopt for an empty one.
struct Accepted {
  std::optional<xml::Element> reply;
};

/// A request was carried out in part: `payload` stands in the error in place of the request's own.
struct AcceptedPartly {
  StanzaError error;
  std::optional<xml::Element> payload;
};

using Outcome = std::variant<Accepted, AcceptedPartly, StanzaError>;

/// What a reply depends on besides the request and its outcome.
struct Settling {
  std::string by;            ///< of an error; empty for none
  std::size_t stanza_bytes;  ///< the largest stanza that the link may carry
};

/// The one place that turns the outcome of a request into its reply: the result or error of an iq
/// request, the error of a message or presence. nullopt where nothing is to be said: accepted
/// messages and presence, iq results, and whatever is of type error itself (RFC 6120, 8.3.1). A
/// result too large for the link becomes wait/resource-constraint. What a server handed over goes
/// back to it in an iq result, whatever is inside (XEP-0355, 4.3: an error outside would hide it).
std::optional<Outgoing> settle(const Stanza& request, const Outcome& outcome,
                               const Settling& settling, Metrics& metrics);

/// The result of an iq request whose payload is XML already.
Outgoing ready_result(const Stanza& request, std::string_view payload);

/// The refusals that dispatch itself makes.
StanzaError store_refused();             ///< the store did not take it: wait/internal-server-error
StanzaError store_too_slow();            ///< the store is away: wait/resource-constraint
StanzaError read_failed(ReadFault why);  ///< what was looked up is damaged, or the store is away
StanzaError too_many_waiting();          ///< a queue is full: wait/resource-constraint
StanzaError unknown_payload();  ///< nobody knows it: cancel/service-unavailable (RFC 6120, 8.4)

}  // namespace stoa::dispatch
