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
