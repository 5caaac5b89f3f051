#include "app/services.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/pep/accounts.hpp>
#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

#include "app/profile.hpp"

namespace stoa::app {

namespace {

template <class E>
struct Ports {
  std::unique_ptr<dispatch::JournalPort<typename E::Change>> journal;
  std::unique_ptr<dispatch::LoaderPort<E>> loader;
};

dispatch::ServiceLimits limits_of(const LinkConfig& link, const Config& config) {
  dispatch::ServiceLimits limits;
  limits.memory_bytes = config.limits.memory;
  limits.queue = config.limits.queue;
  limits.stanza_bytes = link.link.stanza_bytes;
  return limits;
}

template <class E>
std::shared_ptr<Ports<E>> ports_of(const LinkConfig& link, const Place& place) {
  const std::string& domain = link.link.domain;
  return std::make_shared<Ports<E>>(
      Ports<E>{place.store.journal<E>(domain), place.store.loader<E>(domain)});
}

/// To every room in which somebody sits.
template <class E>
void dismiss_all(dispatch::EntityService<E>& service, dispatch::LoaderPort<E>& loader,
                 std::function<void()> then) {
  muc::read::ForCommand seated;
  seated.what = muc::read::Seated{};
  loader.read(seated, 0,
              [&service, then = std::move(then)](dispatch::Found<muc::ReadResult> found) {
                const auto* result = std::get_if<muc::ReadResult>(&found);
                const auto* rooms = result ? std::get_if<muc::found::Rooms>(result) : nullptr;
                for (std::size_t i = 0; rooms && i < rooms->rooms.size(); ++i) {
                  service.ask(rooms->rooms[i].localpart, muc::request::Shutdown{});
                }
                then();
              });
}

template <class Service>
void take_limits(Service&, const Config&) {}

pubsub::Settings with_limits(pubsub::Settings settings, const Config& read) {
  settings.limits = read.pubsub.limits;
  settings.limits_for = read.pubsub.limits_for;
  return settings;
}

void take_limits(dispatch::EntityService<pubsub::Engine>& service, const Config& read) {
  pubsub::Settings settings = with_limits(service.settings(), read);
  settings.defaults = read.pubsub.defaults;
  service.set_settings(pubsub::prepare(std::move(settings)));
}

void take_limits(pep::Accounts& service, const Config& read) {
  pubsub::Settings settings = with_limits(service.settings(), read);
  settings.defaults.max_payload_size = pubsub::NodeConfig().max_payload_size;
  service.set_settings(pubsub::prepare(std::move(settings)));
}

template <class E>
using Made = std::function<void(dispatch::EntityService<E>&)>;

template <class E>
Hosted host(
    typename E::Settings settings, const LinkConfig& link, const Config& config, const Place& place,
    std::shared_ptr<Ports<E>> ports, const Made<E>& tell = [](auto&) {}) {
  const std::string& domain = link.link.domain;
  auto service = std::make_unique<dispatch::EntityService<E>>(
      dispatch::ServicePlace{.common = place.common,
                             .outlet = place.outlet,
                             .admins = admins_at(config, domain),
                             .limits = limits_of(link, config)},
      std::move(settings), *ports->journal, *ports->loader);
  dispatch::EntityService<E>* const made = service.get();  // the dispatcher keeps it
  place.dispatcher.add_service(domain, std::move(service));
  tell(*made);
  Hosted hosted{.domain = domain,
                .name = std::is_same_v<E, muc::Engine> ? "muc" : "pubsub",
                .loaded = [made] { return made->existing(); },
                .set_admins = [made](Admins admins) { made->set_admins(std::move(admins)); },
                .set_limits = [made](const Config& read) { take_limits(*made, read); },
                .ports = ports};
  hosted.busy = [made] { return made->busy(); };
  if constexpr (std::is_same_v<E, muc::Engine>) {
    hosted.ending = [made] { return made->settings().ending; };
    hosted.dismiss = [made, &loader = *ports->loader](std::function<void()> then) {
      dismiss_all(*made, loader, std::move(then));
    };
  }
  return hosted;
}

constexpr std::size_t account_memory = 16u << 20;  // of one account's nodes

/// The nodes of users come before the services that would not know what a server tells.
pep::Accounts& host_accounts(const pubsub::Settings& settings, const LinkConfig& link,
                             const Config& config, const Place& place, pep::Gateway& gateway) {
  dispatch::ServiceLimits limits = limits_of(link, config);
  limits.memory_bytes = std::min(limits.memory_bytes, account_memory);
  pep::AccountsPlace accounts{
      .service = {.common = place.common,
                  .outlet = place.outlet,
                  .admins = admins_at(config, link.link.domain),
                  .limits = limits},
      .gateway = gateway,
      .ports =
          [&store = place.store](const std::string& account) {
            return pep::Ports{store.journal<pubsub::Engine>(account),
                              store.loader<pubsub::Engine>(account)};
          },
      .hand_in = [&dispatcher =
                      place.dispatcher](Stanza stanza) { dispatcher.handle(std::move(stanza)); }};
  auto service =
      std::make_unique<pep::Accounts>(std::move(accounts), pubsub::account_settings(settings));
  pep::Accounts* const made = service.get();
  place.dispatcher.add_service(link.link.domain, std::move(service));
  return *made;
}

/// A service of nodes that reads the rosters of owners.
std::vector<Hosted> host_nodes_with_accounts(pubsub::Settings settings, const LinkConfig& link,
                                             const Config& config, const Place& place) {
  struct Kept {
    pep::Gateway gateway;
    std::unique_ptr<dispatch::LoaderPort<pubsub::Engine>> stored;
  };
  pep::GatewaySettings servers{.component = settings.service, .servers = link.pep_servers()};
  servers.roster_age = link.pep_roster_age;
  servers.refused_roster_age = link.pep_roster_age;
  const auto kept = std::make_shared<Kept>(
      Kept{pep::Gateway(std::move(servers), place.common, place.outlet), nullptr});
  pep::Gateway& gateway = kept->gateway;
  settings.people = &gateway;
  const auto domains = link.pep_servers();
  settings.account_domains.assign(domains.begin(), domains.end());
  place.dispatcher.add_users(link.link.domain, domains);
  settings = pubsub::prepare(std::move(settings));
  std::vector<Hosted> hosted;
  pep::Accounts& accounts = host_accounts(settings, link, config, place, gateway);
  hosted.push_back(
      {.domain = link.link.domain,
       .name = "pep",
       .loaded = [&accounts] { return accounts.existing(); },
       .set_admins = [&accounts](Admins admins) { accounts.set_admins(std::move(admins)); },
       .set_limits = [&accounts](const Config& read) { take_limits(accounts, read); },
       .ports = kept});
  auto ports = ports_of<pubsub::Engine>(link, place);
  kept->stored = std::exchange(ports->loader, nullptr);
  ports->loader = std::make_unique<pep::RosterLoader>(*kept->stored, gateway);
  hosted.push_back(
      host<pubsub::Engine>(std::move(settings), link, config, place, std::move(ports),
                           [&accounts](pep::NodeService& nodes) { accounts.serve(nodes); }));
  return hosted;
}

}  // namespace

bool offers(const LinkConfig& link, std::string_view service) {
  return std::find(link.services.begin(), link.services.end(), service) != link.services.end();
}

dispatch::SenderLimits sender_limits(const pubsub::Settings& settings) {
  const auto in_dispatch = [](const pubsub::Limits& limits) {
    return dispatch::SenderLimit{
        .form_fields = limits.form_fields,
        .rate = {.per_second = limits.requests_per_second, .burst = limits.requests_burst}};
  };
  dispatch::SenderLimits limits{.all = in_dispatch(settings.limits)};
  for (const auto& [name, own] : pubsub::LimitBook(settings.limits, settings.limits_for).by_name) {
    if (!name.empty()) limits.others.emplace(name, in_dispatch(own));
  }
  return limits;
}

Admins admins_at(const Config& config, const std::string& domain) {
  Admins admins;
  if (!config.admin_socket.empty()) admins.insert(domain);
  for (const Jid& jid : config.admins) admins.insert(jid.str());
  return admins;
}

std::vector<Hosted> host_services(const LinkConfig& link, const Config& config,
                                  const Place& place) {
  std::vector<Hosted> hosted;
  const Jid domain = Jid::from_prepared("", link.link.domain);
  if (link.pep) {
    pubsub::Settings settings = config.pubsub;
    settings.service = domain;
    hosted = host_nodes_with_accounts(std::move(settings), link, config, place);
  }
  if (offers(link, "muc")) {
    muc::Settings settings = config.muc;
    settings.service = domain;
    settings.vcard = xml::to_string(profile_of(config.service).vcard.value(), ns::client);
    hosted.push_back(host<muc::Engine>(std::move(settings), link, config, place,
                                       ports_of<muc::Engine>(link, place)));
  }
  if (offers(link, "pubsub") && !link.pep) {
    pubsub::Settings settings = config.pubsub;
    settings.service = domain;
    hosted.push_back(host<pubsub::Engine>(pubsub::prepare(std::move(settings)), link, config, place,
                                          ports_of<pubsub::Engine>(link, place)));
  }
  return hosted;
}

}  // namespace stoa::app
