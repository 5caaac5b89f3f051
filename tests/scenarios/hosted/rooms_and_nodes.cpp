#include <stoa/jid/jid.hpp>
#include <stoa/store/memory/muc.hpp>
#include <stoa/store/memory/pubsub.hpp>

#include "scenarios/hosted/muc_settings.hpp"
#include "scenarios/hosted/pubsub_settings.hpp"
#include "scenarios/runner/hosted.hpp"
#include "scenarios/runner/memory_backing.hpp"
#include "scenarios/runner/modes.hpp"

namespace scenario {

std::vector<std::unique_ptr<Hosted>> hosted_services(const Scenario& scenario) {
  stoa::muc::Settings muc;
  muc.service = *stoa::Jid::parse(domain);
  stoa::pubsub::Settings pubsub;
  pubsub.service = muc.service;
  pubsub.admins = {*stoa::Jid::parse("admin@shakespeare.lit")};
  for (const auto& [key, value] : scenario.settings) {
    if (set_muc(muc, key, value) || set_pubsub(pubsub, key, value)) continue;
    throw ScriptError(scenario.file, 0, "unknown setting " + key);
  }
  std::vector<std::unique_ptr<Hosted>> services;
  services.push_back(
      std::make_unique<HostedEngine<stoa::muc::Engine>>(muc, stoa::store::memory::muc_tables()));
  services.push_back(std::make_unique<HostedEngine<stoa::pubsub::Engine>>(
      stoa::pubsub::prepare(std::move(pubsub)), stoa::store::memory::pubsub_tables()));
  return services;
}

std::unique_ptr<Backing> make_backing(const std::string& mode, const Scenario& scenario) {
  if (mode != "memory") return nullptr;
  return std::make_unique<MemoryBacking>(hosted_services(scenario));
}

}  // namespace scenario
