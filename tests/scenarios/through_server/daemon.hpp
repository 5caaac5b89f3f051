#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace scenario {

/// Where daemons are started: what all of them have in common.
struct Site {
  std::string program;  ///< of the daemon
  std::string folder;   ///< private, for configuration and log
  std::string database;
  std::string secret;  ///< of all components
  std::uint16_t component_port = 0;
  std::uint16_t http_port = 0;
};

/// The real program, as an administrator runs it. Throws std::runtime_error where it does not come
/// up, with the end of its log.
class Daemon {
 public:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  /// One link for each domain; the settings are keys of the configuration, as in scenarios.
  Daemon(const Site& site, const std::vector<std::string>& domains, const Settings& settings);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  void start();
  void kill();       ///< SIGKILL
  void terminate();  ///< SIGTERM; before it ends it asks the server for proofs of delivery

  /// Whether every link is up and the database writable.
  bool ready();
  /// Whether nothing is under way that will say anything by itself: nothing waits for the database.
  bool idle();
  bool running();
  /// What it ended with, where it ended by itself: 0 is well.
  int exit_code() const { return exit_code_; }
  std::string end_of_log() const;

 private:
  std::string get(const std::string& path) const;
  void ended(int status);
  void write_config(const std::vector<std::string>& domains, const Settings& settings);

  const Site& site_;
  std::string log_;
  std::string config_;
  pid_t pid_ = -1;
  int exit_code_ = 0;
};

}  // namespace scenario
