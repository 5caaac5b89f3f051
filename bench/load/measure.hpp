#pragma once

#include <functional>
#include <string>
#include <vector>

#include "machine.hpp"
#include "server_end.hpp"
#include "stoa_process.hpp"
#include "targets.hpp"

namespace bench {

/// One line of the report.
struct Row {
  std::string name;
  std::size_t operations = 0;
  double per_second = 0;  ///< operations (or deliveries) per second
  double cpu_micros = 0;  ///< stoa's own CPU per operation, user and system
  double seconds = 0;     ///< from the first byte sent to the last one read
  double p50_millis = 0;  ///< 0 where latency was not measured
  double p99_millis = 0;
  std::size_t rss_bytes = 0;   ///< resident at the end of the scene
  std::size_t peak_bytes = 0;  ///< resident at most during the scene
  std::string note;
};

void print_heading();
void print(const Row& row);

/// Seconds of a monotonic clock.
double now();

/// What a scene needs at hand.
struct Bench {
  ServerEnd& server;
  StoaProcess& stoa;
  Database& database;
  MachineLimits limits;
  Targets targets = {};
};

/// A stream of iq requests: `make(i, id)` writes the i-th request with that id; its reply is
/// recognised by the id.
struct Requests {
  std::string name;
  std::size_t count = 0;
  std::size_t in_flight = 128;
  std::function<std::string(std::size_t i, const std::string& id)> make;
  bool errors_are_fine = false;
};

/// Sends all requests with at most `in_flight` unanswered and measures them. Throws
/// std::runtime_error when a reply is an error, or when one does not come.
Row run(Bench& bench, const Requests& requests);

/// Sends `count` stanzas made by `make`, and waits until `recipients` stanzas matching `counts`
/// have come back for each. `window` bounds the stanzas whose deliveries are under way. Latency is
/// the time from sending one to reading the last of its deliveries.
struct Fanout {
  std::string name;
  std::size_t count = 0;
  std::size_t recipients = 1;
  std::size_t window = 8;
  std::function<std::string(std::size_t i)> make;
  std::function<bool(std::string_view)> counts;
};
Row run(Bench& bench, const Fanout& fanout);

}  // namespace bench
