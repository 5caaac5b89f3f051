#pragma once

#include <string>
#include <string_view>

#include <stoa/pubsub/model/settings.hpp>

namespace scenario {

/// Sets one `pubsub.*` setting by its configuration key, `pubsub.defaults.FIELD` the option
/// `pubsub#FIELD` of new nodes. Lists are separated by commas, durations are seconds. false: no
/// such key. Throws std::invalid_argument for a value that does not fit. prepare() must be called
/// when all are set.
bool set_pubsub(stoa::pubsub::Settings& settings, std::string_view key, const std::string& value);

}  // namespace scenario
