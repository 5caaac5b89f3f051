#pragma once

#include <string>
#include <string_view>

namespace stoa::store::postgres {

/// A configuration's stored text (lines of `field=value`, a field of several values on several
/// lines, one without any as `field`; `\n` and `\\` escaped) as a JSON object of field to array of
/// values. The way back is the SQL function stoa_config_text().
std::string config_json(std::string_view stored_text);

}  // namespace stoa::store::postgres
