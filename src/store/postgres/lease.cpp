#include "store/postgres/lease.hpp"

#include <string>

namespace stoa::store::postgres {
namespace {

// "Stoa" in ASCII. Advisory locks are per database, so one number serves all installations.
constexpr const char* lease_key = "1400139617";

constexpr Statement end_holder{
    "end_holder",
    "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.pid = $1 AND l.classid = 0 "
    "AND l.objid = 1400139617 AND d.datname = current_database()"};

/// What its one row holds. With another one in its place numbers would be given twice.
std::uint64_t number(const pqxx::result& journal) {
  if (journal.empty()) {
    throw SchemaMismatch(
        "the table journal has lost its row, without which nothing can be stored safely: restore "
        "the database from a backup");
  }
  return journal[0][0].as<std::uint64_t>();
}

}  // namespace

bool try_lease(Connection& connection) {
  const std::string sql = std::string("SELECT pg_try_advisory_lock(") + lease_key + ")";
  return connection.run(sql).at(0).at(0).as<bool>();
}

void end_former_holder(Connection& connection, int backend) {
  connection.exec(end_holder, backend);
}

std::uint64_t begin_epoch(Connection& connection) {
  return number(connection.run("UPDATE journal SET epoch = epoch + 1, batch = 0 RETURNING epoch"));
}

std::uint64_t current_epoch(Connection& connection) {
  return number(connection.run("SELECT epoch FROM journal"));
}

std::uint64_t committed_batch(Connection& connection) {
  return number(connection.run("SELECT batch FROM journal"));
}

}  // namespace stoa::store::postgres
