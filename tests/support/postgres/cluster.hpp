#pragma once

#include <string>

#include <sys/types.h>

namespace stoa::test {

/// A PostgreSQL of our own: a private folder, a Unix socket. One per test program; it ends with the
/// program, whatever way that goes. It is without fsync: what is written outlives processes that
/// are killed, not the machine. So it may stand in memory, where files are cheap to make.
class Cluster {
 public:
  static Cluster& instance();

  Cluster();
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// A connection string for a new, empty database.
  std::string create_database();
  /// For a new database that is like that one, on which nobody has a session.
  std::string copy_database(const std::string& url);
  /// Ends whatever sessions there are on it.
  void drop_database(const std::string& url);
  /// The same database by way of a socket in another folder.
  static std::string through(const std::string& url, const std::string& folder);
  const std::string& folder() const { return folder_; }
  std::string socket() const { return folder_ + "/.s.PGSQL.5432"; }

  void kill_hard();  ///< SIGKILL to every process of it: no shutdown of any kind
  void start();      ///< and recovers
  void freeze();     ///< stops every process where it is
  void thaw();

 private:
  void signal_all(int signal);
  std::string create(const std::string& options);
  std::string url_of(const std::string& database) const;

  std::string folder_;
  pid_t postmaster_ = -1;
  int databases_ = 0;
};

/// Runs SQL through psql; fails the test program where psql fails. Returns its plain output.
std::string psql(const std::string& url, const std::string& sql);

}  // namespace stoa::test
