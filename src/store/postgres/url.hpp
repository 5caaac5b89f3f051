#pragma once

#include <map>
#include <optional>
#include <string>

namespace stoa::store::postgres {

/// By libpq's keywords.
using ConnectionSettings = std::map<std::string, std::string>;

/// What a connection URI or string of libpq sets; nullopt where libpq could not connect with it,
/// whatever the server. It says nothing of why: libpq's words quote the text, and with it a
/// password.
std::optional<ConnectionSettings> settings_of(const std::string& url);

/// The settings as a connection string.
std::string connection_string(const ConnectionSettings& settings);

}  // namespace stoa::store::postgres
