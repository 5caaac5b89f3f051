#include <stoa/jid/jid.hpp>
#include <stoa/store/memory/muc.hpp>

#include "scenarios/hosted/muc_settings.hpp"
#include "scenarios/runner/hosted.hpp"

namespace scenario {

std::vector<std::unique_ptr<Hosted>> hosted_services(const Scenario& scenario) {
  stoa::muc::Settings muc;
  muc.service = *stoa::Jid::parse(domain);
  for (const auto& [key, value] : scenario.settings) {
    if (!set_muc(muc, key, value)) throw ScriptError(scenario.file, 0, "unknown setting " + key);
  }
  std::vector<std::unique_ptr<Hosted>> services;
  services.push_back(
      std::make_unique<HostedEngine<stoa::muc::Engine>>(muc, stoa::store::memory::muc_tables()));
  return services;
}

}  // namespace scenario
