#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <stoa/app/config.hpp>

namespace stoa::app {

enum class ServerKind { prosody, ejabberd, openfire };
std::optional<ServerKind> server_kind_of(std::string_view name);

/// What to add to the server's configuration so that every link of the configuration gets through,
/// with the secrets in it; for a terminal, not for a log.
std::string attach_snippet(ServerKind server, const Config& config);

}  // namespace stoa::app
