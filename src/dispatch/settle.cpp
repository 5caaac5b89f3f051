#include <stoa/dispatch/settle.hpp>
#include <stoa/forms/labels.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

namespace stoa::dispatch {
namespace {

/// A result up to its payload.
std::string open_result(const Stanza& request, std::size_t payload) {
  std::string out;
  out.reserve(payload + 256);
  out = "<iq type='result'";
  xml::append_attribute(out, "id", request.id);
  xml::append_attribute(out, "from", request.to.str());
  xml::append_attribute(out, "to", request.from.str());
  return out;
}

/// As it goes over the link: within the wrapping in which the request came.
Outgoing wrapped(const Delegation& by, xml::Element reply, Redelivery redelivery) {
  xml::Element outer("iq", ns::client);
  outer.set("type", "result").set("id", by.id);
  outer.set("from", by.component.str()).set("to", by.server.str());
  outer.add("delegation", by.ns).add("forwarded", ns::forward).add(std::move(reply));
  return outgoing(outer, redelivery);
}

Outgoing wrapped_result(const Stanza& request, const std::optional<xml::Element>& payload) {
  xml::Element iq("iq", ns::client);
  iq.set("type", "result").set("id", request.id);
  iq.set("from", request.to.str()).set("to", request.from.str());
  if (payload) iq.add(*payload);
  return wrapped(*request.delegation, std::move(iq), Redelivery::keep);
}

Outgoing result(const Stanza& request, const std::optional<xml::Element>& payload) {
  if (request.delegation) return wrapped_result(request, payload);
  Outgoing reply;
  reply.head = open_result(request, payload ? 512 : 0);
  if (payload) {
    reply.head += '>';
    xml::write(reply.head, *payload, ns::client);
    reply.head += "</iq>";
  } else {
    reply.head += "/>";
  }
  return reply;
}

/// With the labels of forms in the language that the request asks for.
Outgoing translated_result(const Stanza& request, const std::optional<xml::Element>& payload) {
  if (!payload || !forms::has_labels_in(request.lang)) return result(request, payload);
  std::optional<xml::Element> shown = payload;
  forms::translate_labels(*shown, request.lang);
  return result(request, shown);
}

Outgoing refusal(const Stanza& request, const StanzaError& error, const Settling& settling,
                 Metrics& metrics) {
  metrics.count_error(error.condition);
  const auto redelivery =
      request.kind == StanzaKind::presence ? Redelivery::drop : Redelivery::keep;
  xml::Element reply = error_reply(request, error, settling.by);
  if (request.delegation) return wrapped(*request.delegation, std::move(reply), redelivery);
  return outgoing(reply, redelivery);
}

}  // namespace

Outgoing ready_result(const Stanza& request, std::string_view payload) {
  Outgoing reply;
  reply.head = open_result(request, payload.size());
  reply.head += '>';
  reply.head += payload;
  reply.head += "</iq>";
  return reply;
}

std::optional<Outgoing> settle(const Stanza& request, const Outcome& outcome,
                               const Settling& settling, Metrics& metrics) {
  if (request.is_error()) return std::nullopt;
  if (request.kind == StanzaKind::iq && request.type == "result") return std::nullopt;
  if (const auto* error = std::get_if<StanzaError>(&outcome)) {
    return refusal(request, *error, settling, metrics);
  }
  if (const auto* partly = std::get_if<AcceptedPartly>(&outcome)) {
    Stanza echo = request;
    if (partly->payload) {
      echo.element.nodes().clear();
      echo.element.add(*partly->payload);
    }
    return refusal(echo, partly->error, settling, metrics);
  }
  if (request.kind != StanzaKind::iq) return std::nullopt;
  Outgoing reply = translated_result(request, std::get<Accepted>(outcome).reply);
  if (reply.largest_stanza() <= settling.stanza_bytes) return reply;
  return refusal(request,
                 StanzaError(ErrorType::wait, Condition::resource_constraint, "XEP-0045 14.6",
                             "The answer is larger than the server's limit; ask for less."),
                 settling, metrics);
}

StanzaError store_refused() {
  return {ErrorType::wait, Condition::internal_server_error, "RFC 6120 8.3.3.6",
          "It could not be stored. Nothing was changed."};
}

StanzaError store_too_slow() {
  return {ErrorType::wait, Condition::resource_constraint, "RFC 6120 8.3.3.18",
          "The store cannot be reached. Nothing was changed."};
}

StanzaError read_failed(ReadFault why) {
  if (why == ReadFault::away) {
    return {ErrorType::wait, Condition::resource_constraint, "RFC 6120 8.3.3.18",
            "The store cannot be reached."};
  }
  return {ErrorType::wait, Condition::internal_server_error, "RFC 6120 8.3.3.6",
          "What is stored there cannot be read."};
}

StanzaError too_many_waiting() {
  return {ErrorType::wait, Condition::resource_constraint, "RFC 6120 8.3.3.18",
          "Too many requests are waiting."};
}

StanzaError unknown_payload() {
  return {ErrorType::cancel, Condition::service_unavailable, "RFC 6120 8.4"};
}

}  // namespace stoa::dispatch
