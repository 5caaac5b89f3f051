#pragma once

#include <optional>
#include <string_view>

#include <stoa/jid/jid.hpp>

namespace stoa::store::postgres {

/// An address as the program has stored it: prepared already. Nothing where it cannot be one.
std::optional<Jid> stored_jid(std::string_view text);

}  // namespace stoa::store::postgres
