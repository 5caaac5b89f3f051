#include "scenarios/hosted/accounts.hpp"

namespace scenario {

using namespace stoa;

NodesOfRun::NodesOfRun(const Place& place, pubsub::Settings settings, PortsOf ports)
    : settings_(std::move(settings)) {
  const std::string server(domain.substr(domain.find('.') + 1));
  gateway_ = std::make_unique<pep::Gateway>(
      pep::GatewaySettings{.component = settings_.service, .servers = {server}}, place.common,
      place.outlet);
  settings_.people = gateway_.get();
  settings_.account_domains = {server};
  place.dispatcher.add_users(domain, {server});
  settings_ = pubsub::prepare(std::move(settings_));
  pep::AccountsPlace accounts{.service = {.common = place.common,
                                          .outlet = place.outlet,
                                          .admins = {std::string(admin)},
                                          .limits = {}},
                              .gateway = *gateway_,
                              .ports = std::move(ports),
                              .hand_in = [&dispatcher = place.dispatcher](Stanza stanza) {
                                dispatcher.handle(std::move(stanza));
                              }};
  auto service =
      std::make_unique<pep::Accounts>(std::move(accounts), pubsub::account_settings(settings_));
  accounts_ = service.get();
  place.dispatcher.add_service(domain, std::move(service));
}

void NodesOfRun::add_service(const Place& place, pep::NodeJournal& journal,
                             pep::NodeLoader& loader) {
  loader_ = std::make_unique<pep::RosterLoader>(loader, *gateway_);
  accounts_->serve(scenario::add_service<pubsub::Engine>(
      place.common, place.dispatcher, place.outlet, settings_, journal, *loader_));
}

}  // namespace scenario
