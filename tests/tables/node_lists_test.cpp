#include <doctest/doctest.h>

#include "tables/node_tables.hpp"

using namespace stoa;
using namespace stoa::test;
namespace change = pubsub::change;
using pubsub::AccessModel;

namespace {

using Names = std::vector<std::string>;

pubsub::SharedConfig with_access(AccessModel model) {
  return config_with([&](pubsub::NodeConfig& config) { config.access_model = model; });
}

Names nodes_of(const pubsub::NodePage& page) {
  Names names;
  for (const auto& row : page.rows) names.push_back(row.node);
  return names;
}

}  // namespace

TEST_CASE("of an account's nodes a contact sees those that its roster lets it see [PS-PEP-08]") {
  NodeTables tables;
  tables.add("n", created(1, "a-presence", with_access(AccessModel::presence)));
  tables.add("n", created(2, "b-roster", config_with([](pubsub::NodeConfig& config) {
                            config.access_model = AccessModel::roster;
                            config.roster_groups_allowed = {"Friends", "House, old"};
                          })));
  tables.add("n", created(3, "c-open", with_access(AccessModel::open)));
  tables.add("n", created(4, "d-whitelist", with_access(AccessModel::whitelist)));
  tables.add("n", created(5, "e-hidden", config_with([](auto& config) {
                            config.access_model = AccessModel::presence;
                            config.hidden = true;
                          })));
  tables.add("n", created(6, "f-outcast", with_access(AccessModel::presence)));
  tables.commit();
  tables.add("n", change::AffiliationSet{6, jid("juliet@capulet.lit"), pubsub::Affiliation::none,
                                         pubsub::Affiliation::outcast});
  tables.commit();

  pubsub::NodesRead read{.bare = jid("juliet@capulet.lit"), .max = 100};
  const auto seen = [&] { return nodes_of(tables.read<pubsub::NodePage>(read)); };
  CHECK(seen() == Names{"c-open"});
  read.contact = pubsub::Contact{};
  CHECK(seen() == Names{"c-open"});
  read.contact->hears = true;
  CHECK(seen() == Names{"a-presence", "c-open"});
  read.contact->groups = {"Others", "House, old"};
  CHECK(seen() == Names{"a-presence", "b-roster", "c-open"});
  read.max = 1;
  CHECK(seen() == Names{"a-presence"});
  CHECK(tables.read<pubsub::NodePage>(read).count == 3);
  read.after = "a-presence";
  CHECK(seen() == Names{"b-roster"});
  CHECK(tables.read<pubsub::NodePage>(read).first_index == 1);
  read.after.clear();
  read.before = "";
  CHECK(seen() == Names{"c-open"});
  read.before = "c-open";
  CHECK(seen() == Names{"b-roster"});
  read.before.reset();
  read.index = 2;
  CHECK(seen() == Names{"c-open"});
}

TEST_CASE("a long list of nodes is paged without being counted [PS-DISC-20]") {
  NodeTables tables;
  tables.store("n", created(1, "n", with_access(AccessModel::open)));
  const auto sql = [&](const std::string& text) { tables.connection.run(text); };
  // m00002 to m25001, the last ten of them hidden.
  sql("INSERT INTO nodes (number, service, node, digest, version, creator, created, title, "
      "access_model, hidden, config) SELECT i, n.service, 'm' || lpad(i::text, 5, '0'), "
      "md5(i::text)::uuid, 1, n.creator, n.created, '', 'open', i > 24991, n.config "
      "FROM nodes n, generate_series(2, 25001) AS i WHERE n.number = 1");

  pubsub::NodesRead read{.bare = jid("juliet@capulet.lit"), .max = 2};
  const auto page = [&] { return tables.read<pubsub::NodePage>(read); };
  CHECK(page().count == 24991);
  read.after = "m00100";
  CHECK(nodes_of(page()) == Names{"m00101", "m00102"});
  CHECK(page().first_index == 99);
  read.after = "m12500";
  CHECK(nodes_of(page()) == Names{"m12501", "m12502"});
  CHECK_FALSE(page().first_index.has_value());
  read.after = "m24900";
  CHECK(page().first_index == 24899);
  read.after.clear();
  read.before = "";
  CHECK(nodes_of(page()) == Names{"m24991", "n"});
  CHECK(page().first_index == 24989);
  read.before = "m12500";
  CHECK(nodes_of(page()) == Names{"m12498", "m12499"});
  CHECK_FALSE(page().first_index.has_value());
  read.before.reset();
  read.index = 12500;
  CHECK(nodes_of(page()) == Names{"m12502", "m12503"});
  CHECK(page().first_index == 12500);
  read.index.reset();

  sql("DELETE FROM nodes WHERE number BETWEEN 100 AND 199");
  sql("UPDATE nodes SET hidden = true WHERE number BETWEEN 200 AND 209");
  sql("UPDATE nodes SET service = ' ' || service WHERE number BETWEEN 300 AND 301");
  sql("INSERT INTO node_links (child, parent) VALUES (400, 1)");
  CHECK(page().count == 24991 - 100 - 10 - 2 - 1);
  read.admin = true;
  CHECK(page().count == 25001 - 100 - 2 - 1);
  read.after = "m12500";
  CHECK_FALSE(page().first_index.has_value());
  read.after = "m25000";
  CHECK(nodes_of(page()) == Names{"m25001", "n"});
  CHECK(page().first_index == 25001 - 100 - 2 - 1 - 2);
  sql("UPDATE nodes SET hidden = false WHERE number BETWEEN 200 AND 209");
  sql("DELETE FROM node_links");
  read = {.bare = jid("juliet@capulet.lit"), .max = 2};
  CHECK(page().count == 24991 - 100 - 2);
}
