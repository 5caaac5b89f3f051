#include <doctest/doctest.h>

#include "tables/node_tables.hpp"

using namespace stoa;
using namespace stoa::test;
namespace change = pubsub::change;
namespace look = pubsub::look;

namespace {

template <class Found>
Found found(NodeTables& tables, pubsub::Look what) {
  return tables.read<Found>(pubsub::CommandRead{.what = std::move(what), .cap = 10});
}

void fill(NodeTables& tables, std::uint64_t number, const std::string& node) {
  tables.add(node, created(number, node));
  tables.add(node, change::AffiliationSet{number, jid("hamlet@denmark.lit"),
                                          pubsub::Affiliation::none, pubsub::Affiliation::owner});
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    tables.add(node, change::ItemPublished{.number = number,
                                           .item = item(seq, "i" + std::to_string(seq))});
  }
}

}  // namespace

TEST_CASE("a count of items that is wrong is found and put right [PS-CMD-02]") {
  NodeTables tables;
  fill(tables, 1, "a");
  fill(tables, 2, "b");
  tables.commit();
  CHECK(found<pubsub::InvolvedNodes>(tables, look::Miscounted{}).nodes.empty());
  tables.connection.run("UPDATE nodes SET item_count = 7 WHERE number = 2");
  CHECK(tables.load("b").item_count == 7);
  CHECK(found<pubsub::InvolvedNodes>(tables, look::Miscounted{}).nodes ==
        std::vector<std::string>{"b"});
  const auto counted = tables.fetch<pubsub::fact::ItemCount>(2, pubsub::need::ItemCount{});
  CHECK(counted.items == 3);
  tables.store("b", change::Recounted{2, 7, counted.items});
  CHECK(tables.load("b").item_count == 3);
  CHECK(tables.load("a").item_count == 3);
  CHECK(found<pubsub::InvolvedNodes>(tables, look::Miscounted{}).nodes.empty());
}

TEST_CASE("an offer lasts until it is answered, and goes with the node [PS-CMD-03]") {
  NodeTables tables;
  fill(tables, 1, "a");
  const auto offer = std::make_shared<const pubsub::Offer>(
      pubsub::Offer{jid("hamlet@denmark.lit"), jid("bernardo@denmark.lit"), at(50)});
  tables.store("a", change::OfferSet{1, nullptr, offer});
  CHECK(pubsub::same_stored(tables.load("a"), tables.memory["a"]));
  CHECK(pubsub::same_offer(tables.load("a").offer, offer));
  const auto offered = [&](std::int64_t when) {
    return found<pubsub::OfferedNodes>(tables, look::Offers{jid("bernardo@denmark.lit"), at(when)})
        .rows.size();
  };
  CHECK(offered(40) == 1);
  CHECK(offered(60) == 0);
  tables.store("a", change::OfferSet{1, offer, nullptr});
  CHECK(tables.load("a").offer == nullptr);
  tables.store("a", change::OfferSet{1, nullptr, offer});
  change::NodeDeleted gone{.number = 1, .node = "a"};
  gone.before = std::make_shared<const pubsub::NodeState>(tables.memory["a"]);
  tables.store("a", std::move(gone));
  CHECK(offered(40) == 0);
}

TEST_CASE("items of a copy are read up to so many bytes of payload [PS-CMD-02]") {
  NodeTables tables;
  fill(tables, 1, "a");
  tables.commit();
  look::Copy what{.place = {.node = "a", .part = pubsub::CopyPlace::Part::items}};
  auto copy = found<pubsub::CopyFound>(tables, what);
  CHECK(copy.items.size() == 1);  // no bytes at all: one item is always read
  CHECK(copy.more);
  what.place.seq = 1;
  what.bytes = 1'000'000;
  copy = found<pubsub::CopyFound>(tables, what);
  CHECK(copy.items.size() == 2);
  CHECK_FALSE(copy.more);
}
