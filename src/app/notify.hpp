#pragma once

#include <string_view>

namespace stoa::app {

/// Tells systemd (sd_notify(3)): `READY=1`, `STATUS=...`, `STOPPING=1`, lines. Does nothing where
/// NOTIFY_SOCKET is not set.
void notify_systemd(std::string_view state);

}  // namespace stoa::app
