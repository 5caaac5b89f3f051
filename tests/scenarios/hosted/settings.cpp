#include "scenarios/hosted/settings.hpp"

#include <stdexcept>

#include "scenarios/hosted/muc_settings.hpp"
#include "scenarios/hosted/pubsub_settings.hpp"
#include "scenarios/runner/hosted.hpp"

namespace scenario {

using namespace stoa;

BothSettings settings_of(const Scenario& scenario) {
  BothSettings settings;
  settings.muc.service = *Jid::parse(domain);
  settings.pubsub.service = *Jid::parse(domain);
  for (const auto& [key, value] : scenario.settings) {
    if (key == "link.pep") {
      settings.pep = value == "true";
      continue;
    }
    try {
      if (set_muc(settings.muc, key, value) || set_pubsub(settings.pubsub, key, value)) continue;
    } catch (const std::invalid_argument& fault) {
      throw ScriptError(scenario.file, 0, key + ": expected was " + fault.what());
    }
    throw ScriptError(scenario.file, 0, "unknown setting " + key);
  }
  settings.pubsub = pubsub::prepare(std::move(settings.pubsub));
  return settings;
}

}  // namespace scenario
