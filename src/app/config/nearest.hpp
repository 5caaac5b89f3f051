#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stoa::app {

/// The name that a misspelt one most likely means; empty where none is close.
std::string nearest_of(std::string_view name, const std::vector<std::string>& known);

}  // namespace stoa::app
