#include "scenarios/runner/faults.hpp"

#include <map>
#include <string>
#include <vector>

#include <stoa/xml/write.hpp>

#include "scenarios/runner/acts.hpp"
#include "scenarios/runner/in_process.hpp"
#include "scenarios/runner/memory_backing.hpp"
#include "scenarios/runner/player.hpp"
#include "scenarios/runner/show.hpp"

namespace scenario {
namespace {

/// A scenario whose store or program has faults of its own is not disturbed further.
bool disturbed(const Scenario& scenario) {
  for (const Step& step : scenario.steps) {
    if (step.verb != Verb::sends && step.verb != Verb::server_sends &&
        step.verb != Verb::time_passes && is_action(step.verb)) {
      return true;
    }
  }
  return false;
}

std::string sender_of(const Scenario& scenario, const Step& step) {
  if (!says_something(step)) return {};
  const std::string cast =
      step.verb == Verb::sends ? scenario.address(step.who.front()) : std::string();
  return std::string(step.stanzas.front().attr_or("from", cast));
}

/// Errors themselves are never answered.
bool is_answered(const Step& step) {
  return says_something(step) && !is_error(step.stanzas.front());
}

/// The store refuses the only unit of the act: its sender gets an error, nobody else hears
/// anything. Where several stanzas came at once the later ones may then succeed in its place.
void refuse(const Scenario& scenario, const std::vector<Act>& acts, std::size_t i,
            std::uint64_t unit) {
  const Step& step = scenario.steps[acts[i].step];
  if (step.stanzas.size() > 1) return;
  MemoryBacking backing(hosted_services(scenario));
  InProcess stage(backing);
  Player player(scenario, stage);
  player.play(0, acts[i].step);
  player.forget();
  backing.journal().fail_unit(unit);
  const std::vector<Heard> heard = player.act(step);
  if (backing.journal().last_refused() == stoa::Durability::soft) return;
  const std::string sender = sender_of(scenario, step);
  std::size_t errors = 0;
  for (const Heard& it : heard) {
    if (it.to != sender || !is_error(it.stanza)) {
      fail_at(scenario, acts[i], unit,
              "the store refused it, and " + it.to + " hears of it:\n" + shown(it.stanza));
    }
    ++errors;
  }
  if (is_answered(step) && errors != 1) {
    fail_at(scenario, acts[i], unit, "the store refused it, and its sender is not told");
  }
}

/// The program dies when the unit is stored, before anybody heard of it; after the restart the rest
/// of the scenario goes on as if the act had ended.
void kill(const Scenario& scenario, const std::vector<Act>& acts, std::size_t i,
          std::uint64_t unit) {
  MemoryBacking backing(hosted_services(scenario));
  InProcess stage(backing);
  Player player(scenario, stage);
  player.play(0, acts[i].step);
  player.forget();
  backing.journal().stop_after(unit);
  const Step& step = scenario.steps[acts[i].step];
  std::map<std::string, int> allowed;
  for (const Heard& it : acts[i].heard) ++allowed[stoa::xml::to_string(it.stanza)];
  for (const Heard& it : player.act(step)) {
    if (--allowed[stoa::xml::to_string(it.stanza)] < 0) {
      fail_at(scenario, acts[i], unit,
              "killed before anybody heard, yet " + it.to + " hears:\n" + shown(it.stanza));
    }
  }
  Step crash;
  crash.line = step.line;
  crash.verb = Verb::crash;
  for (const Heard& it : player.act(crash)) {
    if (--allowed[stoa::xml::to_string(it.stanza)] < 0) {
      fail_at(scenario, acts[i], unit,
              "after the kill " + it.to + " hears what it should not:\n" + shown(it.stanza));
    }
  }
  if (i + 1 == acts.size()) return;
  player.learn(acts[i].step, acts[i + 1].step, acts[i].heard);
  player.play(acts[i + 1].step, scenario.steps.size());
}

}  // namespace

void play_with_faults(const Scenario& scenario) {
  if (disturbed(scenario)) return;
  const std::vector<Act> acts = undisturbed(scenario);
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < acts.size(); ++i) {
    // With several units in one act the later ones rest on the earlier: only single ones are clear.
    if (acts[i].units == before + 1) {
      refuse(scenario, acts, i, acts[i].units);
      try {
        kill(scenario, acts, i, acts[i].units);
      } catch (const Failed& failed) {
        throw Failed(std::string("killed at commit ") + std::to_string(acts[i].units) + " (line " +
                     std::to_string(scenario.steps[acts[i].step].line) + "): " + failed.what());
      }
    }
    before = acts[i].units;
  }
}

}  // namespace scenario
