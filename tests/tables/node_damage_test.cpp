#include <optional>

#include <doctest/doctest.h>

#include <stoa/pubsub/engine/engine.hpp>

#include "tables/lookups.hpp"
#include "tables/node_tables.hpp"

using namespace stoa;
using namespace stoa::pubsub;
using namespace stoa::test;

namespace {

struct Nodes : Lookups<Engine> {
  explicit Nodes(const std::string& url) : Lookups(url, nodes_service) {}

  template <class Page>
  std::optional<Page> read(const Read& what) {
    auto found = Lookups::read(what);
    if (!found) return std::nullopt;
    return std::get<Page>(std::move(*found));
  }
};

const Jid francisco = jid("francisco@denmark.lit");

/// Nodes a and b alike, within the collection c.
void fill(NodeTables& tables) {
  tables.add("c", created(9, "c"));
  for (const auto& [number, node] : {std::pair<std::uint64_t, std::string>(1, "a"), {2, "b"}}) {
    tables.add(node, created(number, node));
    tables.add(
        node, change::AffiliationSet{number, francisco, Affiliation::none, Affiliation::publisher});
    tables.add(node, change::SubscriptionSet{number, {}, subscription(francisco.str(), "s")});
    tables.add(node, change::ItemPublished{.number = number, .item = item(1, "i")});
    tables.add(node, change::ItemPublished{
                         .number = number, .item = item(2, "i"), .before = item(1, "i").meta});
    tables.add(node, change::ItemPublished{.number = number, .item = item(3, "j")});
    tables.commit();
    tables.store(node, change::Linked{number, 9, "c"});
  }
}

constexpr const char* named = "event=store.damaged key=\"pubsub.shakespeare.lit a\"";

}  // namespace

TEST_CASE("a damaged subscription or affiliation is missing from its user's lists alone") {
  NodeTables tables;
  fill(tables);
  tables.connection.run(
      "ALTER TABLE subscriptions DROP CONSTRAINT subscriptions_state_check; "
      "ALTER TABLE node_affiliations DROP CONSTRAINT node_affiliations_affiliation_check");
  SUBCASE("an unknown state") {
    tables.connection.run("UPDATE subscriptions SET state = 'odd' WHERE node = 1");
  }
  SUBCASE("a number that is too large") {
    tables.connection.run("UPDATE subscriptions SET depth = 5000000000 WHERE node = 1");
  }
  SUBCASE("a number below all") {
    tables.connection.run(
        "UPDATE subscriptions SET digest_from = -1, digest_next = -1, digest_due = since "
        "WHERE node = 1");
  }
  tables.connection.run("UPDATE node_affiliations SET affiliation = 'king' WHERE node = 1");
  {
    Nodes nodes(tables.url());
    const auto held = nodes.read<SubscriptionPage>(SubscriptionsRead{.bare = francisco, .cap = 9});
    REQUIRE(held);
    REQUIRE(held->rows.size() == 1);
    CHECK(held->rows[0].node == "b");
    CHECK(nodes.log.says(named));
  }
  Nodes nodes(tables.url());
  const auto of = nodes.read<AffiliationPage>(AffiliationsRead{.bare = francisco, .cap = 9});
  REQUIRE(of);
  REQUIRE(of->rows.size() == 1);
  CHECK(of->rows[0].node == "b");
  CHECK(nodes.log.says(named));
  CHECK_FALSE(nodes.loads("a"));
  CHECK(nodes.loads("b"));
}

TEST_CASE("those above a leaf hear of it though one of them is damaged") {
  NodeTables tables;
  fill(tables);
  tables.connection.run("UPDATE subscriptions SET jid = '@@' WHERE node = 1");
  Nodes nodes(tables.url());
  const auto above = nodes.fetch(9, need::Above{{1, 2}});
  REQUIRE(above);
  const auto& found = std::get<fact::Above>(*above).subscriptions;
  REQUIRE(found.size() == 1);
  CHECK(found[0].number == 2);
  CHECK(nodes.log.says(named));
}

TEST_CASE("a payload that is no XML is damage of its node, which the log names") {
  NodeTables tables;
  fill(tables);
  const ArchiveRead archive{.number = 1, .max = 9};
  SUBCASE("of an item") {
    tables.connection.run("UPDATE items SET payload = '<a>' WHERE node = 1 AND seq = 3");
    Nodes nodes(tables.url());
    CHECK_FALSE(nodes.fetch(1, need::Last{}));
    CHECK(nodes.log.says(named));
    const auto joined =
        nodes.read<JoinedPage>(JoinedRead{.number = 9, .bare = francisco, .now = at(9), .cap = 9});
    REQUIRE(joined);
    CHECK(joined->rows.size() == 3);
  }
  SUBCASE("of a publication that is past") {
    tables.connection.run("UPDATE items SET payload = '<a>' WHERE node = 1 AND seq = 1");
    Nodes nodes(tables.url());
    CHECK_FALSE(nodes.read<ArchivePage>(archive));
    CHECK(nodes.log.says(named));
    CHECK(nodes.fetch(1, need::Last{}));
  }
  SUBCASE("of one that PostgreSQL stumbles on") {
    tables.connection.run("UPDATE items SET payload = '<a>' WHERE node = 1 AND seq = 1");
    ArchiveRead search = archive;
    search.query.fulltext = "entry";
    search.language = "en";
    Nodes nodes(tables.url());
    CHECK_FALSE(nodes.read<ArchivePage>(search));
    CHECK(nodes.log.says("event=store.unreadable key=\"pubsub.shakespeare.lit a\""));
  }
  Nodes nodes(tables.url());
  ArchiveRead other = archive;
  other.number = 2;
  const auto page = nodes.read<ArchivePage>(other);
  REQUIRE(page);
  CHECK(page->entries.size() == 3);
}
