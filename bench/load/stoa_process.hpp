#pragma once

#include <cstddef>
#include <string>

#include <sys/types.h>

namespace bench {

/// What a process has used so far.
struct Usage {
  double cpu_seconds = 0;      ///< user and system, all threads
  std::size_t rss_bytes = 0;   ///< resident now
  std::size_t peak_bytes = 0;  ///< resident at most
};

/// A stoa that this program started with a configuration of its own, and ends with it.
class StoaProcess {
 public:
  struct Settings {
    std::string program;   ///< path of the stoa binary
    std::string folder;    ///< private folder for its configuration and log
    std::string database;  ///< libpq URI
    int port = 0;          ///< of the bench's ServerEnd
  };

  explicit StoaProcess(Settings settings);
  ~StoaProcess();
  StoaProcess(const StoaProcess&) = delete;
  StoaProcess& operator=(const StoaProcess&) = delete;

  void start();
  void kill();  ///< SIGKILL, and waits for its end
  Usage usage() const;
  void forget_peak() const;  ///< peak_bytes counts from now on

  static constexpr const char* domain = "services.bench.example";

 private:
  Settings settings_;
  pid_t pid_ = -1;
};

}  // namespace bench
