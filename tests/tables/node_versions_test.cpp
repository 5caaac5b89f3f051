#include <doctest/doctest.h>

#include "tables/node_tables.hpp"

using namespace stoa;
using namespace stoa::test;
namespace change = pubsub::change;

namespace {

/// Of the only row that is meant.
int version(NodeTables& tables, const std::string& rows) {
  const auto found = tables.connection.run("SELECT version FROM " + rows);
  REQUIRE(found.size() == 1);
  return found[0][0].as<int>();
}

/// Whether it rises by one with the change of that node.
bool raises(NodeTables& tables, const std::string& rows, pubsub::Change what,
            const std::string& node = "n") {
  const int before = version(tables, rows);
  tables.store(node, std::move(what));
  return version(tables, rows) == before + 1;
}

pubsub::KnownOffer offer(std::int64_t until) {
  return std::make_shared<const pubsub::Offer>(
      pubsub::Offer{jid("hamlet@denmark.lit"), jid("bernardo@denmark.lit"), at(until)});
}

}  // namespace

TEST_CASE("the version of a row of a node rises with each change of the row") {
  using enum pubsub::Affiliation;
  NodeTables tables;
  const Jid hamlet = jid("hamlet@denmark.lit");
  tables.add("n", created(1, "n"));
  tables.add("n", change::AffiliationSet{1, hamlet, none, member});
  const pubsub::Subscription first = subscription("francisco@denmark.lit", "s1");
  tables.add("n", change::SubscriptionSet{1, {}, first});
  tables.add("n", change::WatcherSet{1, hamlet, {}, "w1"});
  tables.add("n", change::OfferSet{1, nullptr, offer(50)});
  tables.commit();
  for (const char* table :
       {"nodes", "node_affiliations", "subscriptions", "node_watchers", "node_offers"}) {
    CAPTURE(table);
    CHECK(version(tables, table) == 1);
  }
  pubsub::Subscription later = first;
  later.bounces = 3;
  CHECK(raises(tables, "node_affiliations", change::AffiliationSet{1, hamlet, member, publisher}));
  CHECK(raises(tables, "subscriptions", change::SubscriptionSet{1, first, later}));
  CHECK(raises(tables, "node_watchers", change::WatcherSet{1, hamlet, "w1", "w2"}));
  CHECK(raises(tables, "node_offers", change::OfferSet{1, offer(50), offer(60)}));
  CHECK(version(tables, "nodes") == 1);

  const pubsub::Redirect redirect{"xmpp:pubsub.shakespeare.lit?;node=m", at(9)};
  const change::NodeDeleted moved{.number = 1, .node = "n", .redirect = redirect};
  tables.store("n", moved);
  CHECK(version(tables, "node_redirects") == 1);
  tables.add("n", created(2, "n"));
  CHECK(raises(tables, "node_redirects", change::NodeDeleted{2, "n", redirect}));
}

TEST_CASE("that of a node rises with all but the items that come and go") {
  NodeTables tables;
  for (const auto& [number, node] : {std::pair(1, "n"), {2, "other2"}, {3, "other3"}}) {
    tables.add(node, created(static_cast<std::uint64_t>(number), node));
  }
  tables.commit();
  const std::string rows = "nodes WHERE number = 1";
  const auto titled = config_with([](auto& config) { config.title = "Soliloquies"; });
  CHECK(raises(tables, rows, change::NodeConfigured{1, 2, plain_config(), titled}));
  CHECK(tables.load("n").version == 2);
  CHECK(raises(tables, rows, change::Linked{1, 2, "other2"}));
  CHECK(raises(tables, rows, change::Linked{1, 2, "other2", change::Linked::Way::out}));
  CHECK(raises(tables, rows, change::Related{.number = 1, .parent_after = {3, "other3"}}));
  const change::NodeDeleted parent_gone{.number = 3, .node = "other3"};
  CHECK(raises(tables, rows, parent_gone, "other3"));
  CHECK(raises(tables, rows, change::NodePurged{.number = 1, .up_to = 0}));

  const int before = version(tables, rows);
  tables.store("n", change::ItemPublished{.number = 1, .item = item(1, "a")});
  tables.add("n", change::ItemPublished{.number = 1, .item = item(2, "b")});
  tables.add("n", change::ItemsRetracted{1, {item(1, "a").meta}, change::Removal::evicted, true});
  tables.commit();
  tables.store("n", change::Recounted{1, 1, 1});
  CHECK(version(tables, rows) == before);
  CHECK(tables.load("n").version == 2);  // which is that of its configuration

  change::NodeDeleted gone{.number = 1, .node = "n"};
  gone.before = std::make_shared<const pubsub::NodeState>(tables.memory["n"]);
  gone.kept = pubsub::Burial{at(10), at(100), jid("admin@shakespeare.lit")};
  tables.store("n", gone);
  const int buried = version(tables, rows);
  CHECK(buried > before);
  CHECK(raises(tables, rows, change::NodeRestored{1, "n", gone.before, *gone.kept, {}}));
}
