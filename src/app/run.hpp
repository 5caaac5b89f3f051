#pragma once

#include <filesystem>

#include <stoa/app/config.hpp>

namespace stoa::app {

/// `stoa run`: serves until SIGTERM or SIGINT (drains, then ends; a second one ends at once).
/// SIGHUP reads `file` again. Returns the exit code; ordered to restart by an administrator
/// (XEP-0133) it does not return, but becomes a new process in place.
int run(const Config& config, const std::filesystem::path& file);

}  // namespace stoa::app
