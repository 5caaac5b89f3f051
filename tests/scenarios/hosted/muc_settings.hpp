#pragma once

#include <string>
#include <string_view>

#include <stoa/muc/model/settings.hpp>

namespace scenario {

/// Sets a setting of the rooms service by its configuration key (`muc.lock_new_rooms`), or a
/// default of new rooms by the name of its form field (`muc.defaults.whois`; several values between
/// blanks). Times are in seconds. False where there is no such key here; throws
/// std::invalid_argument where the value does not fit.
bool set_muc(stoa::muc::Settings& settings, std::string_view key, const std::string& value);

}  // namespace scenario
