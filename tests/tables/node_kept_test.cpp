#include <doctest/doctest.h>

#include "tables/node_tables.hpp"

using namespace stoa;
using namespace stoa::test;
namespace change = pubsub::change;
namespace need = pubsub::need;
namespace fact = pubsub::fact;

namespace {

change::NodeDeleted deleted(NodeTables& tables, const std::string& node, std::int64_t when) {
  const pubsub::NodeState& state = tables.memory[node];
  change::NodeDeleted gone{.number = state.number, .node = node};
  gone.before = std::make_shared<const pubsub::NodeState>(state);
  gone.kept = pubsub::Burial{at(when), at(when + 100), jid("admin@shakespeare.lit")};
  return gone;
}

change::NodeRestored restored(NodeTables& tables, const std::string& node) {
  const auto kept = tables.fetch<fact::Kept>(0, need::Kept{node});
  REQUIRE(kept.node);
  return {kept.node->number, node, kept.node, kept.burial, {}};
}

/// A node with one row of each kind, numbered `number`.
void fill(NodeTables& tables, std::uint64_t number, const std::string& node) {
  tables.add(node, created(number, node));
  tables.add(node, change::AffiliationSet{number, jid("hamlet@denmark.lit"),
                                          pubsub::Affiliation::none, pubsub::Affiliation::owner});
  tables.add(node,
             change::SubscriptionSet{number, {}, subscription("francisco@denmark.lit", "s1")});
  tables.add(node, change::ItemPublished{.number = number, .item = item(1, "a")});
}

pubsub::InvolvedNodes involved(NodeTables& tables, const std::string& user) {
  return tables.read<pubsub::InvolvedNodes>(
      pubsub::CommandRead{.what = pubsub::look::Involved{jid(user)}});
}

pubsub::BuriedNodes buried(NodeTables& tables, std::int64_t now) {
  return tables.read<pubsub::BuriedNodes>(
      pubsub::CommandRead{.what = pubsub::look::Buried{at(now)}, .cap = 10});
}

}  // namespace

TEST_CASE("a node that is kept is seen by nobody and comes back as it was [PS-DEL-07]") {
  NodeTables tables;
  fill(tables, 1, "musings");
  tables.commit();
  const pubsub::NodeState before = tables.load("musings");
  tables.store("musings", deleted(tables, "musings", 10));

  CHECK_FALSE(tables.load("musings").exists());
  CHECK(involved(tables, "hamlet@denmark.lit").nodes.empty());
  CHECK(involved(tables, "francisco@denmark.lit").nodes.empty());
  CHECK(tables.read<pubsub::NodePage>(pubsub::NodesRead{.admin = true, .max = 10}).rows.empty());
  REQUIRE(buried(tables, 20).rows.size() == 1);
  CHECK(buried(tables, 20).rows[0].node == "musings");
  CHECK(buried(tables, 110).rows.empty());

  tables.store("musings", restored(tables, "musings"));
  CHECK(pubsub::same_stored(tables.load("musings"), before));
  CHECK(buried(tables, 20).rows.empty());
  CHECK(involved(tables, "hamlet@denmark.lit").nodes == std::vector<std::string>{"musings"});
  CHECK(tables.fetch<fact::Index>(1, need::Index{}).items.size() == 1);
}

TEST_CASE("a node may be made, buried and made again under its name in one batch") {
  NodeTables tables;
  fill(tables, 1, "musings");
  tables.add("musings", deleted(tables, "musings", 10));
  fill(tables, 2, "musings");
  tables.commit();
  CHECK(tables.load("musings").number == 2);
  REQUIRE(buried(tables, 20).rows.size() == 1);
  const auto kept = tables.fetch<fact::Kept>(0, need::Kept{"musings"});
  REQUIRE(kept.node);
  CHECK(kept.node->number == 1);
  CHECK(kept.node->subscriptions.size() == 1);
  CHECK(kept.node->item_count == 1);

  tables.store("musings", deleted(tables, "musings", 20));
  CHECK(tables.fetch<fact::Kept>(0, need::Kept{"musings"}).node->number == 2);
  tables.add("musings", restored(tables, "musings"));
  tables.add("musings", deleted(tables, "musings", 30));
  tables.commit();
  CHECK_FALSE(tables.load("musings").exists());
  CHECK(buried(tables, 40).rows.size() == 2);
}

TEST_CASE("rows of kept nodes go when their time is over and another one is buried") {
  NodeTables tables;
  fill(tables, 1, "musings");
  fill(tables, 2, "soliloquies");
  tables.commit();
  tables.store("musings", deleted(tables, "musings", 10));
  tables.store("soliloquies", deleted(tables, "soliloquies", 200));
  CHECK_FALSE(tables.fetch<fact::Kept>(0, need::Kept{"musings"}).node);
  CHECK(tables.fetch<fact::Index>(1, need::Index{}).items.empty());
  CHECK(tables.fetch<fact::Kept>(0, need::Kept{"soliloquies"}).node);
}

TEST_CASE("a collection that is kept holds nothing any more, and is in nothing") {
  NodeTables tables;
  const auto collection =
      config_with([](auto& config) { config.node_type = pubsub::NodeType::collection; });
  tables.add("above", created(1, "above", collection));
  fill(tables, 2, "below");
  tables.add("below", change::Linked{2, 1, "above", change::Linked::Way::in});
  tables.commit();
  tables.store("above", deleted(tables, "above", 10));
  CHECK(tables.load("below").parents.empty());
  tables.store("above", restored(tables, "above"));
  CHECK(tables.load("below").parents.empty());
  CHECK(tables.load("above").exists());
}

TEST_CASE("what was done is listed, the last first, by whom and on what it is about [PS-SEC-09]") {
  NodeTables tables;
  const auto act = [](const std::string& actor, const std::string& what,
                      const std::string& target) {
    return change::Audited{{at(1), jid(actor), what, "musings", target, "a > b"}};
  };
  tables.add("musings", act("hamlet@denmark.lit/elsinore", "create", ""));
  tables.add("musings", act("hamlet@denmark.lit/elsinore", "affiliate", "bernardo@denmark.lit"));
  tables.add("musings", act("admin@shakespeare.lit/desk", "delete", ""));
  tables.commit();
  const auto about = [&](const std::string& whom) {
    return tables
        .read<pubsub::Acts>(pubsub::CommandRead{.what = pubsub::look::Acts{whom}, .cap = 10})
        .acts;
  };
  REQUIRE(about("").size() == 3);
  CHECK(about("")[0] == act("admin@shakespeare.lit/desk", "delete", "").act);
  CHECK(about("hamlet@denmark.lit").size() == 2);
  CHECK(about("bernardo@denmark.lit").size() == 1);
  CHECK(about("musings").size() == 3);
  CHECK(about("hamlet@denmark").empty());
}
