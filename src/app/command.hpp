#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <stoa/app/config.hpp>

namespace stoa::app {

/// One order from the command line.
struct CommandLine {
  std::string name = {};    ///< `nodes:list`, or the whole node of a command; empty: list them
  std::string domain = {};  ///< empty: the first link's
  std::vector<std::string> fields = {};  ///< `NAME=VALUE`, a name several times for several values
  bool ask = false;                      ///< show the form instead of sending one
};

struct CommandStreams {
  std::istream& in;   ///< copies to be read in
  std::ostream& out;  ///< what was found
  std::ostream& err;  ///< why not
};

/// Gives a command (XEP-0050) to the daemon that runs, through its socket. Exports are written to
/// `out` whole, line by line, imports read from `in`. 0: done, 1: refused, 2: wrong usage. Throws
/// std::runtime_error where no daemon answers.
int give_command(const Config& config, const CommandLine& line, CommandStreams streams);

}  // namespace stoa::app
