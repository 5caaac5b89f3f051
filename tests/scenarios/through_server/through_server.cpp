#include <algorithm>
#include <iostream>
#include <map>
#include <stdexcept>

#include <pqxx/connection>
#include <pqxx/nontransaction>

#include "scenarios/runner/modes.hpp"
#include "scenarios/runner/player.hpp"
#include "scenarios/runner/show.hpp"
#include "scenarios/through_server/repertoire.hpp"
#include "scenarios/through_server/stage.hpp"

namespace scenario {

namespace {

/// `name=value` words in front of the paths.
struct Arguments {
  std::map<std::string, std::string> named;
  std::vector<std::string> paths;

  explicit Arguments(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      const std::size_t equals = word.find('=');
      if (paths.empty() && equals != std::string::npos) {
        named[word.substr(0, equals)] = word.substr(equals + 1);
      } else {
        paths.push_back(word);
      }
    }
  }
  const std::string& operator[](const std::string& name) const {
    const auto found = named.find(name);
    if (found == named.end()) throw std::runtime_error("server mode wants " + name + "=...");
    return found->second;
  }
  std::uint16_t port(const std::string& name) const {
    return static_cast<std::uint16_t>(std::stoul((*this)[name]));
  }
  /// `part=K/N`
  Part part() const {
    const auto found = named.find("part");
    if (found == named.end()) return {};
    const std::size_t slash = found->second.find('/');
    if (slash == std::string::npos) throw std::runtime_error("part=NUMBER/OF, from 0");
    const Part part{std::stoul(found->second), std::stoul(found->second.substr(slash + 1))};
    if (part.number >= part.of) throw std::runtime_error("part=NUMBER/OF, from 0");
    return part;
  }
};

bool restarts(const Scenario& scenario) {
  return std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const Step& step) {
    return step.verb == Verb::restart || step.verb == Verb::crash;
  });
}

/// Plays troupe by troupe, each with a daemon of its own.
class Season {
 public:
  Season(std::string server, Site site, const Repertoire& repertoire)
      : server_(std::move(server)),
        site_(std::move(site)),
        repertoire_(repertoire),
        company_(site_.component_port, site_.secret, repertoire.domains()),
        database_(site_.database) {}

  /// Returns how many failed.
  std::size_t play() {
    std::size_t failed = 0;
    for (const Troupe& troupe : repertoire_.troupes) {
      try {
        failed += play(troupe);
      } catch (const std::exception& failure) {
        std::cout << failure.what() << "\n\n";
        ++failed;
      }
    }
    return failed;
  }

 private:
  std::size_t play(const Troupe& troupe) {
    std::vector<std::string> services;
    for (const Play& play : troupe.plays) services.push_back(play.service);
    Daemon daemon(site_, services, troupe.plays.front().scenario.settings);
    ThroughServer::await(company_, daemon);
    std::size_t failed = 0;
    std::vector<const Play*> ended;
    for (const Play& play : troupe.plays) {
      if (!daemon.running()) {
        std::cout << "the daemon ended:\n" << daemon.end_of_log() << "\n";
        daemon.start();
        ThroughServer::await(company_, daemon);
        ++failed;
      }
      if (!succeeds(play, daemon)) ++failed;
      if (restarts(play.scenario)) ended.clear();
      failed += static_cast<std::size_t>(std::count_if(
          ended.begin(), ended.end(), [this](const Play* one) { return !is_silent(*one); }));
      if (!restarts(play.scenario)) ended.push_back(&play);
    }
    ThroughServer::stop(company_, daemon);
    return failed;
  }

  bool succeeds(const Play& play, Daemon& daemon) {
    try {
      ThroughServer stage({.company = company_,
                           .daemon = daemon,
                           .server = server_,
                           .service = play.service,
                           .domains = play.domains,
                           .english = play.english,
                           .proved = [this](const std::string& at) { return proved(at); }});
      Player(play.scenario, stage).play();
      return true;
    } catch (const std::exception& failure) {
      std::cout << failure.what() << "\n  (" << play.scenario.file << " at " << play.service
                << ")\n\n";
      return false;
    }
  }

  /// Whether nothing came behind the end. After a start of the daemon something may: it looks who
  /// is there.
  bool is_silent(const Play& play) {
    bool silent = true;
    for (const stoa::xml::Element& stanza : company_.take(play.service)) {
      std::cout << play.scenario.file << ": heard behind the end\n" << shown(stanza) << "\n";
      silent = false;
    }
    return silent;
  }

  bool proved(const std::string& service) {
    return pqxx::nontransaction(database_)
        .exec_params("SELECT 1 FROM outbox WHERE domain = $1 LIMIT 1", service)
        .empty();
  }

  std::string server_;
  Site site_;
  const Repertoire& repertoire_;
  Company company_;
  pqxx::connection database_;
};

}  // namespace

int play_through_server(const std::vector<std::string>& words) {
  const Arguments arguments(words);
  const Repertoire repertoire(files_of(arguments.paths), arguments.part(), arguments["server"]);
  if (arguments.named.contains("domains")) {
    for (const auto& domains : {repertoire.domains(), repertoire.services()}) {
      for (const std::string& name : domains) std::cout << name << "\n";
    }
    return 0;
  }
  const Site site{.program = arguments["program"],
                  .folder = arguments["folder"],
                  .database = arguments["database"],
                  .secret = arguments["secret"],
                  .component_port = arguments.port("components"),
                  .http_port = arguments.port("http")};
  const std::size_t failed = Season(arguments["server"], site, repertoire).play();
  std::cout << repertoire.services().size() << " scenarios (through " << arguments["server"]
            << "), " << failed << " failed\n";
  for (const auto& [reason, count] : repertoire.left_out) {
    std::cout << "left out, " << count << ": " << reason << "\n";
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace scenario
