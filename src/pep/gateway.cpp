#include <utility>

#include <stoa/base/log.hpp>
#include <stoa/dispatch/settle.hpp>
#include <stoa/pep/gateway.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

namespace stoa::pep {

namespace {

/// Whether it comes from the server itself, not from one of its users.
bool is_server(const Jid& jid) {
  return jid.local().empty() && jid.is_bare();
}

}  // namespace

Gateway::Gateway(GatewaySettings settings, dispatch::Common& common, dispatch::Outlet& outlet)
    : settings_(std::move(settings)), common_(common), outlet_(outlet) {}

bool Gateway::handle(const Stanza& stanza) {
  switch (stanza.kind) {
    case StanzaKind::iq:
      return stanza.is_iq_request() ? pushed(stanza) : answered(stanza);
    case StanzaKind::message:
      return told(stanza);
    case StanzaKind::presence:
      break;
  }
  present(stanza);
  return false;  // the nodes service may have its own use for it
}

const Gateway::Server* Gateway::server_of(const Jid& user) const {
  const auto found = servers_.find(user.domain());
  return found == servers_.end() ? nullptr : &found->second;
}

/// XEP-0355, 4.2; XEP-0356, 4.2. A new announcement replaces the one before.
bool Gateway::told(const Stanza& message) {
  if (message.is_error()) {
    bounced(message);
    return false;
  }
  auto delegated = read_delegation(message.element);
  auto privileges = read_privileges(message.element);
  if (!delegated && !privileges) return false;
  if (!is_server(message.from) || !serves(message.from.domain())) {
    log::warning("pep.grant_ignored", {{"from", message.from.str()}});
    return true;
  }
  const std::string domain(message.from.domain());
  Server& server = servers_[domain];
  if (delegated) server.delegated = std::move(delegated);
  if (privileges) server.privileges = std::move(privileges);
  granted(domain, server);
  return true;
}

void Gateway::granted(const std::string& domain, const Server& server) const {
  const Privileges none;
  const Privileges& held = server.privileges ? *server.privileges : none;
  log::info(
      "pep.granted",
      {{"server", domain},
       {"delegated",
        server.delegated && server.delegated->namespaces.contains(std::string(ns::pubsub)) ? "yes"
                                                                                           : "no"},
       {"roster", held.roster ? "yes" : "no"},
       {"message", held.messages ? "yes" : "no"},
       {"presence", held.presence == Privileges::Presence::none ? "no" : "yes"}});
  const bool mute = server.delegated && server.privileges && !held.messages;
  if (mute) log::warning("pep.events_held_back", {{"server", domain}});
}

std::optional<pubsub::Envelope> Gateway::envelope(const Jid& account) const {
  const Server* const server = server_of(account);
  if (server == nullptr || !server->privileges || !server->privileges->messages) {
    return std::nullopt;
  }
  pubsub::Envelope envelope;
  envelope.before = "<message";
  xml::append_attribute(envelope.before, "from", settings_.component.str());
  xml::append_attribute(envelope.before, "to", account.domain());
  envelope.before += "><privilege";
  xml::append_attribute(envelope.before, "xmlns", server->privileges->ns);
  envelope.before += "><forwarded";
  xml::append_attribute(envelope.before, "xmlns", ns::forward);
  envelope.before += '>';
  envelope.behind = "</forwarded></privilege></message>";
  return envelope;
}

/// A server would not deliver for us: the addressee gets nothing more of that account in this
/// session (XEP-0163, 4.3.3).
void Gateway::bounced(const Stanza& message) {
  if (!is_server(message.from) || !serves(message.from.domain())) return;
  for (const xml::Element* privilege : message.element.children()) {
    if (privilege->name() != "privilege") continue;
    const xml::Element* const forwarded = privilege->child("forwarded", ns::forward);
    const xml::Element* const inner = forwarded ? forwarded->child("message", ns::client) : nullptr;
    const auto to = inner ? Jid::parse(inner->attr_or("to", {})) : std::nullopt;
    Resource* const resource = to ? find(*to) : nullptr;
    const auto account = inner ? Jid::parse(inner->attr_or("from", {})) : std::nullopt;
    if (resource && account) resource->refused_from.insert(account->bare().str());
  }
}

void Gateway::ask(const Jid& whom, std::string_view type, xml::Element payload,
                  std::function<void(const Stanza*)> then) {
  xml::Element iq("iq", ns::client);
  const std::string id = common_.ids().token();
  iq.set("type", type).set("id", id);
  iq.set("from", settings_.component.str()).set("to", whom.str());
  iq.add(std::move(payload));
  asked_[id] = {whom, common_.now() + settings_.answer_time, std::move(then)};
  common_.release.put(outlet_, outgoing(iq, Redelivery::drop), 0, 0);
}

/// By id and by whom was asked.
bool Gateway::answered(const Stanza& stanza) {
  const auto found = asked_.find(stanza.id);
  if (found == asked_.end() || found->second.whom != stanza.from) return false;
  const auto then = std::move(found->second.then);
  asked_.erase(found);
  then(&stanza);
  return true;
}

std::optional<Timestamp> Gateway::deadline() const {
  std::optional<Timestamp> first;
  for (const auto& [id, asked] : asked_) {
    if (!first || asked.until < *first) first = asked.until;
  }
  return first;
}

void Gateway::run_due(Timestamp now) {
  std::vector<std::function<void(const Stanza*)>> late;
  for (auto it = asked_.begin(); it != asked_.end();) {
    if (it->second.until > now) {
      ++it;
      continue;
    }
    late.push_back(std::move(it->second.then));
    it = asked_.erase(it);
  }
  for (const auto& then : late) then(nullptr);
}

}  // namespace stoa::pep
