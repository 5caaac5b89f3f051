#pragma once

#include <ostream>

#include <stoa/app/config.hpp>

namespace stoa::app {

/// `stoa check`: tests the database, its schema and each link's handshake; one line each, with what
/// to do where it fails. Returns whether all is well.
bool check(const Config& config, std::ostream& out);

}  // namespace stoa::app
