#include "scenarios/runner/acts.hpp"

#include <utility>

#include "scenarios/runner/in_process.hpp"
#include "scenarios/runner/memory_backing.hpp"

namespace scenario {

std::vector<Act> undisturbed(const Scenario& scenario) {
  std::vector<Act> acts;
  MemoryBacking backing(hosted_services(scenario));
  InProcess stage(backing);
  std::uint64_t units = 0;
  std::vector<std::size_t> said_before;
  backing.watch_commits([&] {
    ++units;
    said_before.push_back(stage.said());
  });
  Player player(scenario, stage);
  player.watch([&](const Step& step, const std::vector<Heard>& heard) {
    const auto at = static_cast<std::size_t>(&step - scenario.steps.data());
    acts.push_back({at, units, heard, std::exchange(said_before, {})});
  });
  player.play();
  return acts;
}

bool says_something(const Step& step) {
  return step.verb == Verb::sends || step.verb == Verb::server_sends;
}

bool is_error(const stoa::xml::Element& stanza) {
  return stanza.attr("type") == "error";
}

void fail_at(const Scenario& scenario, const Act& act, std::uint64_t unit,
             const std::string& what) {
  throw Failed(scenario.file + ":" + std::to_string(scenario.steps[act.step].line) + ": " + what +
               "\n  " + scenario.title + "\n  at commit " + std::to_string(unit));
}

}  // namespace scenario
