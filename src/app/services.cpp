#include "app/services.hpp"

#include <algorithm>
#include <utility>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/pubsub/engine/engine.hpp>

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
Hosted host(std::string name, typename E::Settings settings, const LinkConfig& link,
            const Config& config, const Place& place) {
  const std::string& domain = link.link.domain;
  const auto ports = std::make_shared<Ports<E>>(
      Ports<E>{place.store.journal<E>(domain), place.store.loader<E>(domain)});
  auto service = std::make_unique<dispatch::EntityService<E>>(
      dispatch::ServicePlace{.common = place.common,
                             .outlet = place.outlet,
                             .admins = admins_of(config),
                             .limits = limits_of(link, config)},
      std::move(settings), *ports->journal, *ports->loader);
  dispatch::EntityService<E>* const made = service.get();  // the dispatcher keeps it
  place.dispatcher.add_service(domain, std::move(service));
  return {.domain = domain,
          .name = std::move(name),
          .loaded = [made] { return made->entities(); },
          .set_admins = [made](Admins admins) { made->set_admins(std::move(admins)); },
          .ports = ports};
}

bool offers(const LinkConfig& link, const char* service) {
  return std::find(link.services.begin(), link.services.end(), service) != link.services.end();
}

}  // namespace

Admins admins_of(const Config& config) {
  Admins admins;
  for (const Jid& jid : config.admins) admins.insert(jid.str());
  return admins;
}

std::vector<Hosted> host_services(const LinkConfig& link, const Config& config,
                                  const Place& place) {
  std::vector<Hosted> hosted;
  const Jid domain = Jid::from_prepared("", link.link.domain);
  if (offers(link, "muc")) {
    muc::Settings settings = config.muc;
    settings.service = domain;
    hosted.push_back(host<muc::Engine>("muc", std::move(settings), link, config, place));
  }
  if (offers(link, "pubsub")) {
    pubsub::Settings settings = config.pubsub;
    settings.service = domain;
    hosted.push_back(
        host<pubsub::Engine>("pubsub", pubsub::prepare(std::move(settings)), link, config, place));
  }
  return hosted;
}

}  // namespace stoa::app
