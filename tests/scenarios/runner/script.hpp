#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/xml/element.hpp>

/// Scenario files as values. docs/scenarios.md describes the language.
namespace scenario {

enum class Verb {
  sends,             ///< `who` (one of the cast) sends the stanzas, all before anything happens
  server_sends,      ///< the server sends them as they are
  receives,          ///< each of `who` receives the stanzas, in this order
  receives_nothing,  ///< said for the reader; strictness sees to it anyway
  time_passes,
  store_fails,  ///< `count` units are refused for their content (a great many without "once")
  store_away,
  store_back,
  store_waits,
  store_goes_on,
  link_drops,
  link_returns,
  restart,
  crash,
};

/// Whether a step makes something happen, as opposed to saying what is heard.
bool is_action(Verb verb);

struct Step {
  int line = 0;
  Verb verb = Verb::sends;
  bool matched = true;           ///< false in `given`: what else is heard does not matter
  std::vector<std::string> who;  ///< names of the cast, or JIDs
  std::vector<stoa::xml::Element> stanzas;
  stoa::Duration time{};
  std::uint64_t count = 0;
};

struct Scenario {
  std::string file;
  std::string title;
  std::map<std::string, std::string> cast;                    ///< name to full JID
  std::vector<std::pair<std::string, std::string>> settings;  ///< key and value, in order
  std::vector<std::string> runs;  ///< modes besides memory and postgres, or `memory` alone
  bool faults = true;             ///< whether it is also run with a fault at each commit
  std::string server;     ///< the only server through which it is played, or `no`; empty: any
  bool forgetful = true;  ///< whether it is also run with nothing left in memory
  std::vector<Step> steps;

  /// The full JID of a name of the cast; a JID is itself.
  std::string address(const std::string& who) const;
};

/// What is wrong with a file, and where.
struct ScriptError : std::runtime_error {
  ScriptError(const std::string& file, int line, const std::string& what)
      : std::runtime_error(file + ":" + std::to_string(line) + ": " + what) {}
};

/// The scenario files that the paths name: files, and folders with all in them. Sorted.
std::vector<std::string> files_of(const std::vector<std::string>& paths);

std::string text_of(const std::string& path);
Scenario read_file(const std::string& path);
Scenario parse(const std::string& file, const std::string& text);

}  // namespace scenario
