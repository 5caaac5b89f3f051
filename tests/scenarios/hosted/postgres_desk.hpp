#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <pqxx/connection>

namespace scenario {

/// The test's own session on the database that is played on. Connects again where the session was
/// lost, for as long as a PostgreSQL needs that recovers. Thread-safe.
class PostgresDesk {
 public:
  explicit PostgresDesk(std::string url) : url_(std::move(url)) {}

  /// Deletes all rows, and starts the epochs anew: every play has the same numbers.
  void empty_tables();
  /// The removal of proved rows is soft; a play must not depend on whether it was in time.
  void forget_delivered(const std::map<std::string, std::uint64_t>& delivered);

  /// A digest of each table's rows, by its name, without the journal's own.
  std::map<std::string, std::string> contents();
  /// SIGKILL to the backend of the journal's session, whereupon PostgreSQL breaks off whatever
  /// there is and recovers. Waits until it takes connections again.
  void crash();
  /// Ends stoa's sessions, or the journal's alone, and waits until they are gone.
  enum class Whose { all, journal };
  void end_sessions(Whose whose);

 private:
  static void crash_from(pqxx::connection& connection);
  void with_session(const std::function<void(pqxx::connection&)>& work);
  const std::vector<std::string>& tables(pqxx::connection& connection);
  void prepare_digests(pqxx::connection& connection);

  std::string url_;
  std::mutex mutex_;
  std::unique_ptr<pqxx::connection> connection_;
  bool prepared_ = false;  // the digests, in that session
  std::vector<std::string> tables_;
};

}  // namespace scenario
