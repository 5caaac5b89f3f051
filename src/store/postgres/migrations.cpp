#include "store/postgres/migrations.hpp"

#include <algorithm>

#include <stoa/base/log.hpp>

namespace stoa::store::postgres {
namespace {

constexpr const char* version_table =
    "CREATE TABLE IF NOT EXISTS schema_version ("
    "version integer PRIMARY KEY, name text NOT NULL, "
    "applied timestamptz NOT NULL DEFAULT current_timestamp)";

constexpr Statement note_version{"note_version",
                                 "INSERT INTO schema_version (version, name) VALUES ($1, $2)"};

int version_of(Connection& connection) {
  const bool has_table =
      connection.run("SELECT to_regclass('schema_version') IS NOT NULL").at(0).at(0).as<bool>();
  if (!has_table) return 0;
  return connection.run("SELECT coalesce(max(version), 0) FROM schema_version")
      .at(0)
      .at(0)
      .as<int>();
}

void apply(Connection& connection, const Migration& migration) {
  connection.run(std::string(migration.sql));
  connection.exec(note_version, migration.version, std::string(migration.name));
  log::info("schema.migrated", {{"version", std::to_string(migration.version)},
                                {"name", std::string(migration.name)}});
}

}  // namespace

std::vector<Migration> missing_migrations(Connection& connection,
                                          const std::vector<Migration>& known) {
  const int present = version_of(connection);
  const int newest = known.empty() ? 0 : known.back().version;
  if (present > newest) {
    throw SchemaMismatch("the database has schema version " + std::to_string(present) +
                         ", this stoa knows versions up to " + std::to_string(newest) +
                         ": start a stoa that is at least as new as the one that last used it");
  }
  for (const Migration& migration : known) {
    log::debug("schema.migration",
               {{"name", std::string(migration.name)},
                {"state", migration.version > present ? "missing" : "applied"}});
  }
  std::vector<Migration> missing;
  std::copy_if(known.begin(), known.end(), std::back_inserter(missing),
               [&](const Migration& migration) { return migration.version > present; });
  return missing;
}

std::size_t migrate(Connection& connection, const std::vector<Migration>& known) {
  connection.run("BEGIN; SELECT pg_advisory_xact_lock(1400139617, 1)");
  try {
    const std::vector<Migration> missing = missing_migrations(connection, known);
    if (!missing.empty()) connection.run(version_table);
    for (const Migration& migration : missing) apply(connection, migration);
    connection.run("COMMIT");
    return missing.size();
  } catch (const SchemaMismatch&) {
    connection.run("ROLLBACK");
    throw;
  } catch (const Fault& fault) {
    if (fault.kind == FaultKind::connection) throw;
    connection.run("ROLLBACK");
    throw SchemaMismatch(std::string("the schema could not be brought up to date: ") +
                         fault.what());
  }
}

std::size_t try_migrations(Connection& connection, const std::vector<Migration>& known) {
  const std::vector<Migration> missing = missing_migrations(connection, known);
  if (missing.empty()) return 0;
  try {
    connection.run("BEGIN");
    for (const Migration& migration : missing) connection.run(std::string(migration.sql));
    connection.run("ROLLBACK");
  } catch (const Fault& fault) {
    throw SchemaMismatch(std::string(fault.what()) +
                         "; the user of [database] url must own the database");
  }
  return missing.size();
}

}  // namespace stoa::store::postgres
