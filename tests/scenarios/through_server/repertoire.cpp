#include "scenarios/through_server/repertoire.hpp"

#include <algorithm>
#include <optional>
#include <regex>

#include <stoa/xml/write.hpp>

#include "scenarios/runner/hosted.hpp"
#include "scenarios/through_server/company.hpp"

namespace scenario {

namespace {

/// Links of one daemon.
constexpr std::size_t most_plays = 40;

/// What the clock of the scenarios says, which begins with 2026, and about when.
const std::regex clock_time("2026-[0-9-]+T[0-9:]+(?:[.][0-9]+)?(?:Z|[{]any[}])");

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

/// As long as the name that it stands for, where bytes are counted.
std::string service_of(std::size_t number) {
  std::string digits = std::to_string(number);
  return "play" + std::string(4 - digits.size(), '0') + digits +
         std::string(domain.substr(domain.find('.')));
}

std::optional<std::string> cannot(Verb verb) {
  switch (verb) {
    case Verb::time_passes:
      return "time passes";
    case Verb::store_fails:
    case Verb::store_away:
    case Verb::store_back:
    case Verb::store_waits:
    case Verb::store_goes_on:
      return "the store fails or waits";
    case Verb::link_drops:
    case Verb::link_returns:
      return "the link drops";
    default:
      return std::nullopt;
  }
}

bool is_below(const std::string& name, std::string_view parent) {
  return name == parent || name.ends_with("." + std::string(parent));
}

/// Why the scenario cannot be played through that server.
std::optional<std::string> reason_against(const Scenario& scenario, const std::string& server) {
  if (!scenario.server.empty() && scenario.server != server) {
    return scenario.server == "no" ? "the server has a say (server: no)"
                                   : "for another server (server: " + scenario.server + ")";
  }
  if (std::find(scenario.runs.begin(), scenario.runs.end(), "memory") != scenario.runs.end()) {
    return "for the memory store only";
  }
  for (const auto& [key, value] : scenario.settings) {
    if (key == "link.pep") return "users have their nodes here";
  }
  for (const Step& step : scenario.steps) {
    if (auto reason = cannot(step.verb)) return reason;
    if (step.verb != Verb::sends && step.verb != Verb::server_sends) continue;
    for (const auto& stanza : step.stanzas) {
      const std::string from = step.verb == Verb::sends && !stanza.attr("from")
                                   ? scenario.address(step.who.front())
                                   : std::string(stanza.attr_or("from", ""));
      if (is_below(domain_of(from), domain)) return "somebody speaks in the service's name";
      if (std::regex_search(stoa::xml::to_string(stanza), clock_time)) {
        return "somebody names a time of the scenario's clock";
      }
    }
  }
  return std::nullopt;
}

/// All domains that are named, but for the service's.
std::set<std::string> domains_in(const std::string& text) {
  static const std::regex pattern(
      "@([a-z0-9-]+(?:\\.[a-z0-9-]+)+)|(?:from|to|jid)='([a-z0-9-]+(?:\\.[a-z0-9-]+)+)['/]");
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    const std::string name = (*it)[1].matched ? (*it)[1].str() : (*it)[2].str();
    if (!is_below(name, domain)) found.insert(name);
  }
  return found;
}

Play adapted(const std::string& file, std::string text, std::size_t number) {
  Play play;
  play.domains = domains_in(text);
  static const std::regex english("<(?:message|presence|iq)[^>]*xml:lang='en'");
  play.english = std::regex_search(text, english);
  play.service = service_of(number);
  text = std::regex_replace(text, clock_time, "{any}");
  replace_all(text, domain, play.service);
  play.scenario = parse(file, text);
  return play;
}

}  // namespace

Repertoire::Repertoire(const std::vector<std::string>& files, const Part& part,
                       const std::string& server) {
  std::map<std::vector<std::pair<std::string, std::string>>, std::vector<Play>> by_settings;
  for (std::size_t i = part.number; i < files.size(); i += part.of) {
    const std::string text = text_of(files[i]);
    const Scenario scenario = parse(files[i], text);
    if (const auto reason = reason_against(scenario, server)) {
      ++left_out[*reason];
      continue;
    }
    auto settings = scenario.settings;
    std::sort(settings.begin(), settings.end());
    by_settings[settings].push_back(adapted(files[i], text, i));
  }
  for (auto& [settings, plays] : by_settings) {
    for (Play& play : plays) {
      if (&play == &plays.front() || troupes.back().plays.size() == most_plays) {
        troupes.emplace_back();
      }
      troupes.back().plays.push_back(std::move(play));
    }
  }
}

std::set<std::string> Repertoire::domains() const {
  std::set<std::string> all{std::string(Company::home)};
  for (const Troupe& troupe : troupes) {
    for (const Play& play : troupe.plays) all.insert(play.domains.begin(), play.domains.end());
  }
  return all;
}

std::set<std::string> Repertoire::services() const {
  std::set<std::string> all;
  for (const Troupe& troupe : troupes) {
    for (const Play& play : troupe.plays) all.insert(play.service);
  }
  return all;
}

}  // namespace scenario
