#pragma once

#include <stoa/app/config.hpp>
#include <stoa/disco/services.hpp>

namespace stoa::app {

/// What the service says of itself: version, vCard, contact addresses.
disco::ServiceProfile profile_of(const ServiceConfig& config);

}  // namespace stoa::app
