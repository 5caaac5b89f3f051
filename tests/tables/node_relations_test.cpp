#include <doctest/doctest.h>

#include "tables/node_tables.hpp"

using namespace stoa;
using namespace stoa::test;
namespace change = pubsub::change;
namespace need = pubsub::need;
namespace fact = pubsub::fact;
using pubsub::Affiliation;
using pubsub::Relation;

namespace {

using Names = std::vector<std::string>;

std::string name(std::uint64_t number) {
  return "node" + std::to_string(number);
}

void link(NodeTables& tables, std::uint64_t from, std::uint64_t to) {
  const auto& before = tables.memory[name(from)];
  tables.add(name(from), change::Related{.number = from,
                                         .link_before = before.link(),
                                         .parent_before = before.parent(),
                                         .link_after = {to, name(to)}});
}

void hang(NodeTables& tables, std::uint64_t from, std::uint64_t to) {
  const auto& before = tables.memory[name(from)];
  tables.add(name(from), change::Related{.number = from,
                                         .link_before = before.link(),
                                         .parent_before = before.parent(),
                                         .parent_after = {to, name(to)}});
}

/// 4 is linked to 3, which hangs from 2, which hangs from 1; 5 stands alone.
void fill_tree(NodeTables& tables) {
  for (std::uint64_t i = 1; i <= 5; ++i) tables.add(name(i), created(i, name(i)));
  tables.commit();
  hang(tables, 2, 1);
  hang(tables, 3, 2);
  link(tables, 4, 3);
  tables.commit();
}

fact::Lineage lineage(NodeTables& tables, std::uint64_t number, Names asked = {}) {
  return tables.fetch<fact::Lineage>(number,
                                     need::Lineage{jid("juliet@capulet.lit"), std::move(asked)});
}

Names due(NodeTables& tables) {
  return NodeTables::Reader::pending_keys(tables.connection, nodes_service, "", at(0), 10);
}

}  // namespace

TEST_CASE("relations are loaded as they were set, and as they were set last") {
  NodeTables tables;
  fill_tree(tables);
  for (std::uint64_t i = 1; i <= 5; ++i) {
    CHECK(same_stored(tables.load(name(i)), tables.memory[name(i)]));
  }
  CHECK(tables.load("node4").link() == Relation{3, "node3"});
  link(tables, 3, 5);
  hang(tables, 3, 1);
  hang(tables, 4, 5);
  tables.commit();
  CHECK(tables.load("node3").parent() == Relation{1, "node1"});
  CHECK_FALSE(tables.load("node3").link().is_set());
  CHECK(tables.load("node4").parent() == Relation{5, "node5"});
  tables.store("node4", change::Related{.number = 4, .parent_before = {5, "node5"}});
  CHECK_FALSE(tables.load("node4").has_relation());
}

TEST_CASE("relations never come to close a circle [PS-REL-02]") {
  NodeTables tables;
  fill_tree(tables);
  SUBCASE("of parents and links") {
    link(tables, 1, 4);
  }
  SUBCASE("with itself") {
    hang(tables, 1, 1);
  }
  SUBCASE("made by two at once") {
    hang(tables, 1, 5);
    link(tables, 5, 4);
  }
  CHECK_THROWS_AS(tables.commit(), store::postgres::Fault);
}

TEST_CASE("nothing comes to depend on what is gone") {
  NodeTables tables;
  fill_tree(tables);
  tables.store("node5", change::NodeDeleted{.number = 5, .node = "node5"});
  hang(tables, 1, 5);
  CHECK_THROWS_AS(tables.commit(), store::postgres::Fault);
}

TEST_CASE("what depended on a deleted node is known to, after a start as well [PS-REL-05]") {
  NodeTables tables;
  fill_tree(tables);
  CHECK(due(tables).empty());
  CHECK(tables.fetch<fact::Orphans>(0, need::Orphans{2}).nodes.empty());
  tables.store("node2", change::NodeDeleted{.number = 2, .node = "node2"});
  CHECK(tables.fetch<fact::Orphans>(0, need::Orphans{2}).nodes == Names{"node3"});
  CHECK(due(tables) == Names{"node3"});
  CHECK(tables.load("node3").orphaned);
  CHECK_FALSE(tables.load("node4").orphaned);
  CHECK(lineage(tables, 3).broken);
  CHECK(lineage(tables, 4).broken);
  tables.store("node3", change::NodeDeleted{.number = 3, .node = "node3"});
  CHECK(due(tables) == Names{"node4"});
  tables.store("node4", change::Related{.number = 4, .link_before = {3, "node3"}});
  CHECK(due(tables).empty());
  CHECK_FALSE(tables.load("node4").orphaned);
}

TEST_CASE("the nodes above are found with what rights depend on [PS-REL-06]") {
  NodeTables tables;
  fill_tree(tables);
  const auto closed = config_with([](auto& config) {
    config.access_model = pubsub::AccessModel::authorize;
    config.publish_model = pubsub::PublishModel::open;
  });
  tables.add("node1", change::NodeConfigured{1, 2, plain_config(), closed});
  tables.add("node2", change::AffiliationSet{2, jid("romeo@montague.lit"), Affiliation::none,
                                             Affiliation::outcast});
  for (const std::uint64_t node : {1u, 2u}) {
    tables.add(name(node), change::SubscriptionSet{node, std::nullopt,
                                                   subscription("romeo@montague.lit", "r")});
    tables.add(name(node), change::SubscriptionSet{node, std::nullopt,
                                                   subscription("juliet@capulet.lit/b", "j")});
  }
  tables.commit();
  const auto found = lineage(tables, 4);
  CHECK_FALSE(found.broken);
  REQUIRE(found.ancestors.size() == 2);
  const auto& near = *found.ancestors[0];
  const auto& far = *found.ancestors[1];
  CHECK(near.node == "node2");
  CHECK(near.affiliations.at(jid("romeo@montague.lit")) == Affiliation::outcast);
  CHECK(near.subscriptions.size() == 1);
  CHECK(far.number == 1);
  CHECK(*far.config == *closed);
  CHECK(far.subscriptions.size() == 2);
  CHECK(lineage(tables, 5).ancestors.empty());
}

TEST_CASE("a node that another is to depend on is found with its place [PS-REL-03]") {
  NodeTables tables;
  fill_tree(tables);
  tables.store("node3", change::AffiliationSet{3, jid("juliet@capulet.lit"), Affiliation::none,
                                               Affiliation::publisher});
  const auto found = lineage(tables, 2, {"node4", "node1", "node2", "nowhere", "node3"}).found;
  REQUIRE(found.size() == 5);
  CHECK(found[0].parent == Relation{2, "node2"});
  CHECK(found[0].beneath);
  CHECK_FALSE(found[1].beneath);
  CHECK_FALSE(found[1].parent.is_set());
  CHECK(found[2].beneath);
  CHECK(found[3].number == 0);
  CHECK(found[4].affiliation == Affiliation::publisher);
}

TEST_CASE("items of a collection stay behind what stands above their leaf [PS-REL-06]") {
  NodeTables tables;
  fill_tree(tables);
  tables.add("c", created(9, "c"));
  tables.add("node4", change::Linked{4, 9, "c"});
  tables.add("node4", change::ItemPublished{.number = 4, .item = item(1, "x")});
  tables.commit();
  pubsub::JoinedRead read{.number = 9, .bare = jid("juliet@capulet.lit"), .now = at(1), .cap = 9};
  CHECK(tables.read<pubsub::JoinedPage>(read).count == 1);
  tables.store("node1", change::AffiliationSet{1, jid("juliet@capulet.lit"), Affiliation::none,
                                               Affiliation::outcast});
  CHECK(tables.read<pubsub::JoinedPage>(read).count == 0);
  read.admin = true;
  CHECK(tables.read<pubsub::JoinedPage>(read).count == 1);
}
