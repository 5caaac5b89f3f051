#include "support/dispatch/toy.hpp"

#include <stoa/jid/jid.hpp>

#include "scenarios/runner/hosted.hpp"
#include "scenarios/runner/memory_backing.hpp"
#include "scenarios/runner/modes.hpp"

namespace scenario {

std::vector<std::unique_ptr<Hosted>> hosted_services(const Scenario& scenario) {
  toy::Settings settings;
  settings.service = *stoa::Jid::parse(domain);
  for (const auto& [key, value] : scenario.settings) {
    if (key != "toy.name") throw ScriptError(scenario.file, 0, "unknown setting " + key);
    settings.name = value;
  }
  std::vector<std::unique_ptr<Hosted>> services;
  services.push_back(std::make_unique<HostedEngine<toy::Engine>>(
      settings, std::make_unique<toy::Tables>(std::string(domain))));
  return services;
}

std::unique_ptr<Backing> make_backing(const std::string& mode, const Scenario& scenario) {
  if (mode != "memory") return nullptr;
  return std::make_unique<MemoryBacking>(hosted_services(scenario));
}

std::unique_ptr<Deaths> make_deaths(const Walk&) {
  return nullptr;
}

int play_through_server(const std::vector<std::string>&) {
  return 2;
}

}  // namespace scenario
