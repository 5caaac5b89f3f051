#include <algorithm>
#include <array>
#include <utility>

#include <stoa/base/log.hpp>
#include <stoa/dispatch/dispatcher.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/depth.hpp>
#include <stoa/xml/write.hpp>

#include "dispatch/list_pages.hpp"

namespace stoa::dispatch {
namespace {

/// Whether the sender wants something; the opposite is an answer, which is never answered.
bool is_request(const Stanza& stanza) {
  if (stanza.is_error()) return false;
  return stanza.kind != StanzaKind::iq || stanza.type != "result";
}

bool is_bare_domain(const Jid& jid) {
  return jid.local().empty() && jid.is_bare();
}

/// RFC 6120, 8.2.3: an id, a type, and exactly one payload.
bool well_formed_request(const Stanza& stanza) {
  if (stanza.id.empty() || !stanza.is_iq_request()) return false;
  std::size_t payloads = 0;
  for (const xml::Node& node : stanza.element.nodes()) payloads += node.element() ? 1u : 0u;
  return payloads == 1;
}

bool is_unavailable(const Stanza& stanza) {
  return stanza.kind == StanzaKind::presence && stanza.type == "unavailable";
}

StanzaError malformed() {
  return {ErrorType::modify, Condition::bad_request, "RFC 6120 8.2.3",
          "An iq request has an id, and exactly one child element."};
}

constexpr int form_depth = 3;  ///< of a form in a stanza, below which content is not ours to read

/// Of the form in it that has most.
std::size_t most_fields(const xml::Element& element, int levels) {
  if (element.is("x", ns::data_form)) {
    return static_cast<std::size_t>(
        std::count_if(element.nodes().begin(), element.nodes().end(),
                      [](const xml::Node& node) { return node.element() != nullptr; }));
  }
  std::size_t most = 0;
  if (levels == 0) return most;
  for (const xml::Node& node : element.nodes()) {
    if (node.element()) most = std::max(most, most_fields(*node.element(), levels - 1));
  }
  return most;
}

StanzaError too_much() {
  return {ErrorType::modify, Condition::not_acceptable, "RFC 6120 8.3.3.11",
          "The stanza is nested too deeply, or a form in it has too many fields."};
}

/// A message that somebody wrote to an address behind the domain, where nobody is (RFC
/// 6121, 8.5.1). Headlines are nobody's loss.
bool says_something(const Stanza& stanza) {
  return stanza.kind == StanzaKind::message && !stanza.is_error() && stanza.type != "headline" &&
         !is_bare_domain(stanza.to);
}

StanzaError unknown_command() {
  return {ErrorType::cancel, Condition::item_not_found, "XEP-0050 2.4", "There is no such command"};
}

/// What makes others look something up is a matter of resources ([MUC-LIM-07]), all else one of
/// policy ([PS-LIM-05]).
StanzaError too_fast(const Stanza& stanza) {
  constexpr std::array look_ups{ns::disco_info, ns::disco_items, ns::iq_register, ns::mam};
  const xml::Element* payload = stanza.kind == StanzaKind::iq ? stanza.payload() : nullptr;
  const bool look_up =
      payload && std::find(look_ups.begin(), look_ups.end(), payload->ns()) != look_ups.end();
  return {ErrorType::wait, look_up ? Condition::resource_constraint : Condition::policy_violation,
          "RFC 6120 8.3.3", "Too many requests in too short a time."};
}

}  // namespace

const SenderLimit& SenderLimits::of(const Jid& sender) const {
  if (others.empty()) return all;
  for (const std::string_view name : {sender.bare_view(), sender.domain()}) {
    const auto found = others.find(name);
    if (found != others.end()) return found->second;
  }
  return all;
}

Dispatcher::Dispatcher(Common& common) : common_(common), started_(common.now()) {
  common_.senders.on_turn([this](Stanza stanza) {
    if (Domain* const domain = domain_of(stanza)) route(*domain, std::move(stanza));
  });
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::add_domain(DomainSettings settings, Outlet& outlet) {
  const auto it = domains_.find(settings.name);
  if (it != domains_.end()) {
    it->second.rate = RateLimit();
    it->second.settings = std::move(settings);
    it->second.outlet = &outlet;
    it->second.info.clear();
    return;
  }
  std::string name = settings.name;
  domains_.emplace(std::move(name), Domain{.settings = std::move(settings),
                                           .outlet = &outlet,
                                           .rate = {},
                                           .services = {},
                                           .info = {},
                                           .recovering = 0,
                                           .parked = {}});
}

void Dispatcher::add_service(std::string_view domain, std::unique_ptr<Service> service) {
  if (Domain* const it = find(domain)) {
    it->services.push_back(std::move(service));
    it->info.clear();
  }
}

void Dispatcher::add_users(std::string_view domain,
                           const std::set<std::string, std::less<>>& servers) {
  for (const std::string& server : servers) users_of_[server] = domain;
}

void Dispatcher::refresh(std::string_view domain) {
  if (Domain* const it = find(domain)) it->info.clear();
}

Dispatcher::Domain* Dispatcher::find(std::string_view name) {
  const auto it = domains_.find(name);
  return it == domains_.end() ? nullptr : &it->second;
}

Dispatcher::Domain* Dispatcher::domain_of(const Stanza& stanza) {
  if (stanza.delegation) return find(stanza.delegation->component.domain());
  Domain* const own = find(stanza.to.domain());
  if (own || stanza.kind != StanzaKind::presence || stanza.to.local().empty()) return own;
  const auto users = users_of_.find(stanza.to.domain());
  return users == users_of_.end() ? nullptr : find(users->second);
}

void Dispatcher::handle(Stanza stanza) {
  common_.metrics.count_in(stanza.kind);
  Domain* const domain = domain_of(stanza);
  if (!domain || stanza.from.empty()) {
    Metrics::add(common_.metrics.dropped);
    log::warning("stanza_dropped", {{"why", domain ? "no from" : "domain not served"},
                                    {"to", std::string(stanza.to.domain())}});
    return;
  }
  if (domain->recovering > 0) {
    domain->parked.push_back(std::move(stanza));
    return;
  }
  accept(*domain, std::move(stanza));
}

void Dispatcher::accept(Domain& domain, Stanza&& stanza) {
  if (xml::take_cut_mark(stanza.element) ||
      most_fields(stanza.element, form_depth) >
          domain.settings.senders.of(stanza.from).form_fields) {
    settle(domain, stanza, too_much());
    return;
  }
  if (!is_request(stanza)) {
    route(domain, std::move(stanza));
    return;
  }
  if (!within_rate(domain, stanza)) {
    Metrics::add(common_.metrics.rate_limited);
    settle(domain, stanza, too_fast(stanza));
    return;
  }
  if (!common_.senders.busy(stanza.from)) {
    route(domain, std::move(stanza));
  } else if (!common_.senders.queue(stanza)) {
    settle(domain, stanza, too_many_waiting());
  }
}

bool Dispatcher::within_rate(Domain& domain, const Stanza& stanza) {
  const RateSettings& rate = domain.settings.senders.of(stanza.from).rate;
  if (rate.per_second <= 0 || is_unavailable(stanza)) return true;
  const auto& free = domain.settings.unlimited;
  if (free.contains(stanza.from.bare_view()) || free.contains(stanza.from.domain())) return true;
  return domain.rate.take(stanza.from.bare_view(), rate, common_.now());
}

void Dispatcher::route(Domain& domain, Stanza&& stanza) {
  const bool iq_request = stanza.kind == StanzaKind::iq && is_request(stanza);
  if (iq_request && !well_formed_request(stanza)) {
    settle(domain, stanza, malformed());
    return;
  }
  const bool own = !stanza.delegation;
  if (own && iq_request && is_bare_domain(stanza.to) && answer_common(domain, stanza)) return;
  for (const auto& service : domain.services) {
    if (service->handle(stanza)) return;
  }
  if (!iq_request) {
    if (own && says_something(stanza)) settle(domain, stanza, unknown_payload());
    return;
  }
  const auto query = disco::decode(stanza);
  if (query && !query->ok()) {
    settle(domain, stanza, query->error());
  } else if (query && !query->value().node.empty()) {
    settle(domain, stanza, disco::unknown_node());
  } else if (stanza.payload()->is("command", ns::commands) && is_bare_domain(stanza.to)) {
    settle(domain, stanza, unknown_command());
  } else if (stanza.to.local().empty() && stanza.to.is_full()) {
    settle(domain, stanza,
           StanzaError(ErrorType::cancel, Condition::item_not_found, "XEP-0060 4.6.1"));
  } else {
    settle(domain, stanza, unknown_payload());
  }
}

bool Dispatcher::answer_common(Domain& domain, Stanza& stanza) {
  if (answer_disco(domain, stanza)) return true;
  if (stanza.type != "get") return false;
  auto answer =
      disco::answer(stanza, domain.settings.profile, {.started = started_, .now = common_.now()});
  if (!answer) return false;
  settle(domain, stanza, Accepted{std::move(*answer)});
  return true;
}

bool Dispatcher::answer_disco(Domain& domain, Stanza& stanza) {
  const xml::Element& payload = *stanza.payload();
  if (payload.ns() != ns::disco_info && payload.ns() != ns::disco_items) return false;
  const auto decoded = disco::decode(stanza);
  if (!decoded) return false;
  if (!decoded->ok()) {
    settle(domain, stanza, decoded->error());
    return true;
  }
  const disco::Query& query = decoded->value();
  const bool info = query.kind == disco::Query::Kind::info;
  if (!query.node.empty() && (info || query.node != ns::commands)) return false;
  if (info) {
    answer_info(domain, stanza);
  } else {
    answer_items(domain, std::move(stanza), query);
  }
  return true;
}

void Dispatcher::answer_info(Domain& domain, const Stanza& stanza) {
  if (domain.info.empty()) {
    disco::Info info;
    for (const auto& service : domain.services) disco::merge(info, service->info());
    disco::add_common(info, domain.settings.profile);
    domain.info = xml::to_string(disco::encode(info), ns::client);
  }
  put(domain, stanza, ready_result(stanza, domain.info));
}

void Dispatcher::answer_items(Domain& domain, Stanza stanza, const disco::Query& asked) {
  ListQuery query{.services = {},
                  .requester = stanza.from,
                  .node = asked.node,
                  .page = asked.page,
                  .cap = domain.settings.list_page};
  for (const auto& service : domain.services) query.services.push_back(service.get());
  common_.senders.begin(stanza.from);
  list_pages(std::move(query), [this, &domain, stanza = std::move(stanza)](ListAnswer answer) {
    if (auto* error = std::get_if<StanzaError>(&answer)) {
      settle(domain, stanza, std::move(*error));
    } else {
      settle(domain, stanza, Accepted{disco::encode(std::get<disco::Items>(answer))});
    }
    common_.senders.end(stanza.from);
  });
}

void Dispatcher::settle(Domain& domain, const Stanza& stanza, const Outcome& outcome) {
  const bool handed_on = !stanza.delegation && stanza.to.domain() != domain.settings.name;
  if (handed_on) return;
  const Settling settling{.by = {}, .stanza_bytes = domain.settings.stanza_bytes};
  auto reply = dispatch::settle(stanza, outcome, settling, common_.metrics);
  if (reply) put(domain, stanza, std::move(*reply));
}

void Dispatcher::put(Domain& domain, const Stanza& stanza, Outgoing reply) {
  common_.release.put(*domain.outlet, std::move(reply), common_.senders.last_after(stanza.from), 0);
}

void Dispatcher::recover(std::string_view name) {
  Domain* const domain = find(name);
  if (!domain) return;
  domain->recovering = domain->services.size();
  for (const auto& service : domain->services) {
    service->recover([this, domain] { recovered(*domain); });
  }
}

void Dispatcher::reconnected(std::string_view name) {
  Domain* const domain = find(name);
  if (!domain) return;
  for (const auto& service : domain->services) service->reconnected();
}

void Dispatcher::recovered(Domain& domain) {
  if (--domain.recovering > 0) return;
  for (Stanza& stanza : std::exchange(domain.parked, {})) accept(domain, std::move(stanza));
}

void Dispatcher::delivered(std::string_view domain, std::uint64_t mark) {
  if (mark != 0) common_.journal().delivered(std::string(domain), mark);
}

void Dispatcher::committed(std::uint64_t watermark) {
  common_.release.committed(watermark);
  common_.senders.committed(watermark);
  for (auto& [name, domain] : domains_) {
    for (const auto& service : domain.services) service->committed(watermark);
  }
}

void Dispatcher::refused(std::uint64_t seq, EntityTag entity, Refusal why) {
  for (auto& [name, domain] : domains_) {
    for (const auto& service : domain.services) service->refused(seq, entity, why);
  }
}

void Dispatcher::store_away(bool away) {
  common_.store_away = away;
  for (auto& [name, domain] : domains_) {
    for (const auto& service : domain.services) service->store_away(away);
  }
}

std::optional<Timestamp> Dispatcher::deadline() const {
  std::optional<Timestamp> first;
  for (const auto& [name, domain] : domains_) {
    for (const auto& service : domain.services) {
      const auto other = service->deadline();
      if (other && (!first || *other < *first)) first = other;
    }
  }
  return first;
}

void Dispatcher::run_due() {
  const Timestamp now = common_.now();
  for (auto& [name, domain] : domains_) {
    for (const auto& service : domain.services) service->run_due(now);
  }
}

}  // namespace stoa::dispatch
