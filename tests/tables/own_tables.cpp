#include "tables/own_tables.hpp"

#include "store/postgres/connection.hpp"
#include "store/postgres/migrations.hpp"
#include "support/postgres/cluster.hpp"

namespace stoa::test {
namespace {

std::string migrated() {
  std::string url = Cluster::instance().create_database();
  store::postgres::Connection connection(url, "tables test", nullptr);
  store::postgres::migrate(connection);
  return url;
}

}  // namespace

OwnTables::OwnTables() {
  static const std::string original = migrated();
  url_ = Cluster::instance().copy_database(original);
}

OwnTables::~OwnTables() {
  Cluster::instance().drop_database(url_);
}

}  // namespace stoa::test
