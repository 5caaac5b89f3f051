#include <algorithm>
#include <array>
#include <utility>

#include <stoa/pep/gateway.hpp>
#include <stoa/stanza/namespaces.hpp>

/// Requests in the names of users (XEP-0356, 6).
namespace stoa::pep {

namespace {

StanzaError not_granted() {
  return {ErrorType::auth, Condition::forbidden, "XEP-0356 6.3",
          "The server does not let this service act for its users."};
}
StanzaError no_answer() {
  return {ErrorType::wait, Condition::remote_server_timeout, "RFC 6120 8.3.3.16",
          "No answer came in time."};
}
StanzaError no_iq() {
  return {ErrorType::cancel, Condition::internal_server_error, "XEP-0356 6.3",
          "The server's answer holds no iq."};
}

/// What stands in an iq of type error.
NotDone refusal_in(const xml::Element& iq) {
  constexpr std::array types = {ErrorType::auth, ErrorType::cancel, ErrorType::continue_,
                                ErrorType::modify, ErrorType::wait};
  NotDone why{StanzaError(ErrorType::cancel, Condition::undefined_condition, "RFC 6120 8.3")};
  const xml::Element* const error = iq.child("error", ns::client);
  if (error == nullptr) return why;
  why.by = error->attr_or("by", {});
  for (const ErrorType type : types) {
    if (token(type) == error->attr_or("type", {})) why.error.type = type;
  }
  for (const xml::Element* child : error->children()) {
    if (child->ns() != ns::stanzas) {
      why.error.application = *child;
    } else if (child->name() == "text") {
      why.error.text = child->text();
    } else if (const auto condition = condition_of(child->name())) {
      why.error.condition = *condition;
      why.error.uri = child->text();
    }
  }
  return why;
}

}  // namespace

bool Gateway::may_send_as(const Jid& account, std::string_view type, std::string_view ns) const {
  const Server* const server = server_of(account);
  if (server == nullptr || !server->privileges || account.local().empty()) return false;
  const Privileges& held = *server->privileges;
  return (type == "get" ? held.iq_get : held.iq_set).contains(ns);
}

bool Gateway::knows_privileges(const Jid& server) const {
  const Server* const known = server_of(server);
  return known != nullptr && known->privileges.has_value();
}

void Gateway::send_as(RequestAs request, std::function<void(DoneAs)> then) {
  if (!may_send_as(request.account, request.type, request.payload.ns())) {
    common_.post([then = std::move(then)] { then(NotDone{not_granted()}); });
    return;
  }
  const std::string version = server_of(request.account)->privileges->ns;
  const std::string id = common_.ids().token();
  xml::Element inner("iq", ns::client);
  inner.set("type", request.type).set("id", id);
  inner.set("from", request.account.str()).set("to", request.to.str());
  inner.add(std::move(request.payload));
  xml::Element wrapper("privileged_iq", version);
  wrapper.add(std::move(inner));
  ask(request.account, request.type, std::move(wrapper),
      [version, id, to = request.to, then = std::move(then)](const Stanza* answer) {
        if (answer == nullptr) return then(NotDone{no_answer()});
        if (answer->is_error()) return then(NotDone{refusal_in(answer->element).error});
        const xml::Element* const privilege = answer->element.child("privilege", version);
        const xml::Element* const forwarded =
            privilege ? privilege->child("forwarded", ns::forward) : nullptr;
        const xml::Element* const iq = forwarded ? forwarded->child("iq", ns::client) : nullptr;
        if (iq == nullptr || iq->attr_or("id", {}) != id) return then(NotDone{no_iq()});
        if (iq->attr_or("type", {}) == "result") return then(*iq);
        NotDone why = refusal_in(*iq);
        if (why.by.empty()) why.by = to.str();
        then(std::move(why));
      });
}

}  // namespace stoa::pep
