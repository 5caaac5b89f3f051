#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "scenarios/runner/script.hpp"

namespace scenario {

/// A scenario that can be played through a server, at a domain of its own, so that one daemon is
/// enough for many.
struct Play {
  Scenario scenario;              ///< in which that domain stands for the domain of all scenarios
  std::string service;            ///< that domain
  std::set<std::string> domains;  ///< of everybody else who is named in it
  bool english = false;           ///< whether it has stanzas that say they are in English
};

/// Plays that want the same configuration.
struct Troupe {
  std::vector<Play> plays;
};

/// Which of the scenarios are played: every `of`th, beginning with the one of that number.
struct Part {
  std::size_t number = 0;
  std::size_t of = 1;
};

struct Repertoire {
  std::vector<Troupe> troupes;
  std::map<std::string, std::size_t> left_out;  ///< by the reason

  /// `server`: prosody or ejabberd. The same arguments give the same domains.
  Repertoire(const std::vector<std::string>& files, const Part& part, const std::string& server);

  std::set<std::string> domains() const;   ///< of everybody else
  std::set<std::string> services() const;  ///< of the plays
};

}  // namespace scenario
