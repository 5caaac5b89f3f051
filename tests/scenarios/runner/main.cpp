#include <cstdlib>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "scenarios/runner/faults.hpp"
#include "scenarios/runner/hosted.hpp"
#include "scenarios/runner/in_process.hpp"
#include "scenarios/runner/modes.hpp"
#include "scenarios/runner/player.hpp"

namespace {

void play(const std::string& mode, const std::string& file) {
  const scenario::Scenario scenario = scenario::read_file(file);
  if (mode == "faults") {
    if (scenario.faults) scenario::play_with_faults(scenario);
    return;
  }
  if (mode == "forgetful" && !scenario.forgetful) return;
  if (mode == "forgetful") scenario::memory_of_services = 0;
  const auto backing = scenario::make_backing(mode == "forgetful" ? "memory" : mode, scenario);
  if (!backing) return;
  scenario::InProcess stage(*backing);
  scenario::Player(scenario, stage).play();
}

int run(const std::string& mode, const std::vector<std::string>& paths,
        scenario::Deaths* deaths = nullptr) {
  std::size_t failed = 0;
  const std::vector<std::string> files = scenario::files_of(paths);
  for (const std::string& file : files) {
    try {
      if (deaths) {
        deaths->play(scenario::read_file(file));
      } else {
        play(mode, file);
      }
    } catch (const std::exception& failure) {
      ++failed;
      std::cout << failure.what() << "\n\n";
    }
  }
  std::cout << files.size() << " scenarios (" << mode << "), " << failed << " failed\n";
  if (deaths) std::cout << deaths->report();
  return failed == 0 ? 0 : 1;
}

/// [all | offset=N] PATH...
int run_deaths(std::vector<std::string> words) {
  scenario::Walk walk;
  walk.all = words.front() == "all";
  const bool offset = words.front().starts_with("offset=");
  if (offset) walk.offset = std::stoul(words.front().substr(7));
  if (walk.all || offset) words.erase(words.begin());
  const auto deaths = scenario::make_deaths(walk);
  if (!deaths) throw std::runtime_error("no real store here");
  return run("faults-postgres", words, deaths.get());
}

}  // namespace

/// scenarios MODE PATH...   MODE: memory, forgetful, faults, postgres; faults-postgres, which may
/// be followed by `all` or `offset=N`; server, which through_server/play.py calls. A path is a
/// file, or a folder with all in it.
int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  const std::set<std::string> modes{"memory",   "forgetful",       "faults",
                                    "postgres", "faults-postgres", "server"};
  if (words.size() < 2 || !modes.contains(words[0])) {
    std::cerr << "usage: scenarios memory|forgetful|faults|postgres|faults-postgres|server "
                 "FILE|FOLDER...\n";
    return 2;
  }
  if (words[0] == "postgres" && !std::getenv("STOA_TEST_DATABASE")) {
    std::cout << "skipped: STOA_TEST_DATABASE is not set (tools/lib/with-postgres)\n";
    return 77;
  }
  if (words[0] == "server") return scenario::play_through_server({words.begin() + 1, words.end()});
  if (words[0] == "faults-postgres") return run_deaths({words.begin() + 1, words.end()});
  return run(words[0], {words.begin() + 1, words.end()});
}
