#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <libpq-fe.h>

namespace bench {

/// What this machine can do at all, measured in the same run, so that figures can be compared
/// between machines: loopback, expat, PostgreSQL.
struct MachineLimits {
  double loopback_bytes_per_second = 0;  ///< one thread writes, one reads
  double expat_cpu_micros = 0;           ///< of CPU to parse a disco#info request
  double commit_p50_millis = 0;          ///< one row, one transaction, one connection
  double unnest_rows_per_second = 0;     ///< batches of 500 rows by unnest, one commit each
};

/// One connection to the database under stoa. Its members throw std::runtime_error.
class Database {
 public:
  explicit Database(const std::string& url);

  void run(const std::string& sql);
  /// Whether the one value that this selects is true.
  bool holds(const std::string& sql);
  /// Takes away everything that stoa has stored. It must not be running.
  void empty();
  /// Writes rows of 200 bytes in transactions of `rows` each, by unnest; the median of the seconds
  /// that one took. Makes and drops a table of its own.
  double batch_seconds(std::size_t rows, std::size_t batches);

 private:
  struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, Close> connection_;
  std::size_t next_id_ = 0;
};

/// Throws std::runtime_error when the database cannot be used.
MachineLimits measure_machine(Database& database);
/// The part of it that concerns the database; the rest stays as it is.
void measure_database(Database& database, MachineLimits& limits);
void print(const MachineLimits& limits);

}  // namespace bench
