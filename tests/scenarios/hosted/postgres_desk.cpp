#include "scenarios/hosted/postgres_desk.hpp"

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <pqxx/transaction>

namespace scenario {

using namespace std::chrono_literals;

namespace {

constexpr auto recovery_patience = 30s;
constexpr auto pause_between = 10ms;

constexpr const char* tables_of_units =
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relkind = 'r' "
    "AND c.relname NOT IN ('journal', 'schema_version') ORDER BY c.relname";

/// A name of a prepared statement: the digests of all tables.
constexpr const char* digests_of_all = "digests";

/// `place` is counted by the database, whatever becomes of the row.
std::string digest_of(const std::string& table, const std::string& quoted) {
  return "SELECT '" + table + "', coalesce(md5(string_agg(r::text, ' ' ORDER BY r::text)), '') " +
         "FROM (SELECT to_jsonb(t) - 'place' AS r FROM " + quoted + " t) rows";
}

}  // namespace

void PostgresDesk::with_session(const std::function<void(pqxx::connection&)>& work) {
  const std::lock_guard lock(mutex_);
  const auto until = std::chrono::steady_clock::now() + recovery_patience;
  for (;;) {
    try {
      if (!connection_) connection_ = std::make_unique<pqxx::connection>(url_);
      work(*connection_);
      return;
    } catch (const std::exception&) {
      const bool lost = !connection_ || !connection_->is_open();
      connection_.reset();
      prepared_ = false;
      if (!lost || std::chrono::steady_clock::now() > until) throw;
    }
    std::this_thread::sleep_for(pause_between);
  }
}

const std::vector<std::string>& PostgresDesk::tables(pqxx::connection& connection) {
  if (tables_.empty()) {
    const auto found = pqxx::nontransaction(connection).exec(tables_of_units);
    for (const auto& row : found) tables_.emplace_back(row[0].c_str());
  }
  return tables_;
}

void PostgresDesk::empty_tables() {
  with_session([this](pqxx::connection& connection) {
    // Referenced rows go with those that refer to them, whatever the order.
    std::string sql = "SET LOCAL session_replication_role = replica;";
    for (const std::string& table : tables(connection)) {
      sql += "DELETE FROM " + connection.quote_name(table) + ";";
    }
    pqxx::work work(connection);
    work.exec0(sql + "UPDATE journal SET epoch = 0, batch = 0");
    work.commit();
  });
}

void PostgresDesk::forget_delivered(const std::map<std::string, std::uint64_t>& delivered) {
  if (delivered.empty()) return;
  with_session([&](pqxx::connection& connection) {
    pqxx::work work(connection);
    for (const auto& [name, seq] : delivered) {
      work.exec_params0("DELETE FROM outbox WHERE domain = $1 AND seq <= $2", name, seq);
    }
    work.commit();
  });
}

std::map<std::string, std::string> PostgresDesk::contents() {
  std::map<std::string, std::string> digests;
  with_session([&](pqxx::connection& connection) {
    prepare_digests(connection);
    for (const auto& row : pqxx::nontransaction(connection).exec_prepared(digests_of_all)) {
      digests[row[0].c_str()] = row[1].c_str();
    }
  });
  return digests;
}

/// It takes PostgreSQL longer to plan them than to find them.
void PostgresDesk::prepare_digests(pqxx::connection& connection) {
  if (prepared_) return;
  std::string sql;
  for (const std::string& table : tables(connection)) {
    sql += (sql.empty() ? "" : " UNION ALL ") + digest_of(table, connection.quote_name(table));
  }
  connection.prepare(digests_of_all, sql);
  prepared_ = true;
}

void PostgresDesk::crash() {
  with_session(crash_from);
  with_session(
      [](pqxx::connection& connection) { pqxx::nontransaction(connection).exec("SELECT 1"); });
}

void PostgresDesk::crash_from(pqxx::connection& connection) {
  const auto found = pqxx::nontransaction(connection)
                         .exec(
                             "SELECT pid FROM pg_stat_activity WHERE datname = "
                             "current_database() AND application_name = 'stoa journal'");
  if (found.empty()) throw std::runtime_error("the journal has no session");
  ::kill(found[0][0].as<pid_t>(), SIGKILL);
  const auto until = std::chrono::steady_clock::now() + recovery_patience;
  try {
    while (std::chrono::steady_clock::now() < until) {
      pqxx::nontransaction(connection).exec("SELECT 1");
      std::this_thread::sleep_for(pause_between);
    }
  } catch (const pqxx::failure&) {
    connection.disconnect();
    return;  // ours has ended, as all others
  }
  throw std::runtime_error("PostgreSQL does not crash");
}

void PostgresDesk::end_sessions(Whose whose) {
  const std::string sessions =
      " FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '" +
      std::string(whose == Whose::all ? "stoa%" : "stoa journal") + "'";
  with_session([&](pqxx::connection& connection) {
    pqxx::nontransaction session(connection);
    session.exec("SELECT pg_terminate_backend(pid)" + sessions);
    // What waits in PostgreSQL looks ten times a second only.
    while (!session.exec("SELECT pid" + sessions).empty()) std::this_thread::sleep_for(1ms);
  });
}

}  // namespace scenario
