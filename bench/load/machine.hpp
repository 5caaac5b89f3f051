#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <libpq-fe.h>

namespace bench {

/// What one connection commits of one kind of rows.
struct DatabaseLimits {
  double commit_p50_millis = 0;       ///< one row, one transaction
  double unnest_rows_per_second = 0;  ///< batches of 500 rows by unnest, one commit each
};

/// What is written to measure the database.
enum class Rows {
  plain,  ///< a key and 200 bytes, in a table with one index
  items,  ///< what a publication is stored as: the columns, checks and indexes of stoa's own table
};

/// What this machine can do at all, measured in the same run, so that figures can be compared
/// between machines: loopback, expat, PostgreSQL.
struct MachineLimits {
  double loopback_bytes_per_second = 0;  ///< one thread writes, one reads
  double expat_cpu_micros = 0;           ///< of CPU to parse a disco#info request
  DatabaseLimits plain = {};             ///< rows of a key and 200 bytes
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
  /// Commits such rows, alone and in batches. Makes and drops a table of its own. Rows::items needs
  /// stoa's schema.
  DatabaseLimits measure(Rows rows);

 private:
  struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  double batch_seconds(std::size_t rows, std::size_t batches);

  std::unique_ptr<PGconn, Close> connection_;
  std::size_t next_id_ = 0;
};

/// Throws std::runtime_error when the database cannot be used.
MachineLimits measure_machine(Database& database);
void print(const MachineLimits& limits);
/// `rows`: what was written.
void print(std::string_view rows, const DatabaseLimits& limits);

}  // namespace bench
