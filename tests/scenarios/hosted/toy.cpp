#include "support/dispatch/toy.hpp"

#include <stoa/jid/jid.hpp>

#include "scenarios/runner/hosted.hpp"

namespace scenario {

std::vector<std::unique_ptr<Hosted>> hosted_services() {
  std::vector<std::unique_ptr<Hosted>> services;
  toy::Settings settings;
  settings.service = *stoa::Jid::parse(domain);
  services.push_back(std::make_unique<HostedEngine<toy::Engine>>(
      settings,
      [](toy::Settings& its, std::string_view key, const std::string& value) {
        if (key == "toy.name") its.name = value;
        return key == "toy.name";
      },
      std::make_unique<toy::Tables>(std::string(domain))));
  return services;
}

}  // namespace scenario
