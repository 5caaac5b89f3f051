#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>

#include "store/postgres/fault.hpp"

namespace stoa::store::postgres {

/// How PostgreSQL plans a statement. Planning costs several times what finding some rows by their
/// keys does, so it is done once for whatever values, unless a value can be NULL and then bounds
/// nothing.
enum class Plan {
  once,        ///< for whatever values
  by_keys,     ///< likewise, and no table is read whole: all rows are found by keys
  for_values,  ///< for the values of each execution
};

/// A statement with parameters. Both texts are string literals: a statement is known by its
/// address.
struct Statement {
  const char* name;
  const char* sql;
  Plan plan = Plan::once;
};

/// Lets another thread cut a connection whose owner waits in it for an answer that does not come.
/// The owner then gets Fault(connection).
class Line {
 public:
  void cut();

 private:
  friend class Connection;
  void hold(int socket);
  std::mutex mutex_;
  int socket_ = -1;
};

/// One session. Every failure is a Fault; it never reconnects by itself. Not thread-safe.
class Connection {
 public:
  /// Connects, with what all our sessions have in common set. `line` may be null.
  Connection(const std::string& url, const std::string& application, Line* line);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Executes text that holds no foreign value: one or several statements in one round trip.
  pqxx::result run(const std::string& fixed);

  /// Executes a prepared statement; it is prepared when it is first used.
  template <class... Parameters>
  pqxx::result exec(const Statement& statement, Parameters&&... parameters) {
    try {
      prepare(statement);
      plan(statement);
      if (ready_) std::exchange(ready_, nullptr)();
      return session_->exec_prepared(statement.name, std::forward<Parameters>(parameters)...);
    } catch (...) {
      fail();
    }
  }

  /// Called once, when the next prepared statement is about to be sent: whatever fails before, it
  /// was not.
  void when_ready(std::function<void()> ready) { ready_ = std::move(ready); }
  /// Whether nothing came since the last answer. A session that PostgreSQL has ended is not silent.
  bool silent() const;

  int backend() const { return backend_; }

 private:
  friend class Snapshot;
  bool begin_snapshot();  // false where one has begun already
  void end_snapshot() noexcept;
  void prepare(const Statement& statement);
  void plan(const Statement& statement);
  [[noreturn]] void fail();  // throws the exception that is being handled as a Fault

  Line* line_;
  std::unique_ptr<pqxx::connection> connection_;
  std::unique_ptr<pqxx::nontransaction> session_;
  std::unordered_set<const Statement*> prepared_;
  std::function<void()> ready_;
  int backend_ = 0;
  bool snapshot_ = false;
  Plan planning_ = Plan::once;
  std::chrono::milliseconds plans_last_;  // how long plans are kept
  std::chrono::steady_clock::time_point replan_at_;
};

/// While it lives, everything that is read is as of one moment: for look-ups of more than one
/// statement. One within another does nothing.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection)
      : connection_(connection.begin_snapshot() ? &connection : nullptr) {}
  ~Snapshot() {
    if (connection_ != nullptr) connection_->end_snapshot();
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Connection* connection_;
};

}  // namespace stoa::store::postgres
