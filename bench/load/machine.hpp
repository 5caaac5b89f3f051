#pragma once

#include <string>

namespace bench {

/// What this machine can do at all, measured in the same run, so that figures can be compared
/// between machines: loopback, expat, PostgreSQL.
struct MachineLimits {
  double loopback_bytes_per_second = 0;  ///< one thread writes, one reads
  double expat_stanzas_per_second = 0;   ///< a disco#info request, events thrown away
  double commit_p50_millis = 0;          ///< one row, one transaction, one connection
  double unnest_rows_per_second = 0;     ///< batches of 500 rows by unnest, one commit each
};

/// Throws std::runtime_error when the database cannot be used. Makes and drops a table of its own.
MachineLimits measure_machine(const std::string& database);
void print(const MachineLimits& limits);

}  // namespace bench
