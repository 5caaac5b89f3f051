#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/postgres/connection.hpp"

namespace stoa::store::postgres {

/// One step of the schema: schema/NNNN_name.sql, compiled in.
struct Migration {
  int version;
  std::string_view name;
  std::string_view sql;
};

/// All that this program knows, in order, from 1 on.
const std::vector<Migration>& migrations();

/// Those that the database lacks. Throws SchemaMismatch where it is newer than the last one known.
std::vector<Migration> missing_migrations(Connection& connection,
                                          const std::vector<Migration>& known = migrations());

/// Applies them, all in one transaction, under a lock. Returns how many there were.
std::size_t migrate(Connection& connection, const std::vector<Migration>& known = migrations());

/// Like migrate(), and takes everything back.
std::size_t try_migrations(Connection& connection,
                           const std::vector<Migration>& known = migrations());

}  // namespace stoa::store::postgres
