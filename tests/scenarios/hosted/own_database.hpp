#pragma once

#include <string>

namespace scenario {

/// A database of this process, with the schema, in the cluster that the URL
/// (postgresql://HOST/DATABASE?...) leads to. Made once.
const std::string& own_database(const std::string& url);

}  // namespace scenario
