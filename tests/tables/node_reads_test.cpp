#include <algorithm>

#include <doctest/doctest.h>

#include "tables/node_tables.hpp"

using namespace stoa;
using namespace stoa::test;
namespace change = pubsub::change;
namespace need = pubsub::need;
namespace fact = pubsub::fact;
using pubsub::Affiliation;
using pubsub::ItemsRead;

namespace {

using Names = std::vector<std::string>;

Names ids_of(const pubsub::ItemPage& page) {
  Names ids;
  for (const auto& one : page.items) ids.push_back(one.meta.id);
  return ids;
}

template <class Page>
Names nodes_of(const Page& page) {
  Names names;
  for (const auto& row : page.rows) names.push_back(row.node);
  return names;
}

/// Node 1 with the items c, a, d, b in order of publication; a and b in the place of older ones.
void fill(NodeTables& tables) {
  tables.add("n", created(1, "n", config_with([](auto& config) { config.item_expire = 60; })));
  tables.add("n", created(2, "n2"));
  tables.add("n2", change::ItemPublished{.number = 2, .item = item(1, "a")});
  const std::vector<std::pair<std::string, std::uint64_t>> published = {
      {"c", 3}, {"a", 1}, {"d", 5}, {"b", 2}};
  std::uint64_t seq = 3;
  for (const auto& [id, first] : published) {
    auto made = item(seq++, id);
    made.meta.first_seq = first;
    tables.add("n", change::ItemPublished{.number = 1, .item = made});
  }
  tables.commit();
}

ItemsRead of_node(std::optional<rsm::Request> page = {}) {
  ItemsRead read;
  read.number = 1;
  read.cap = 100;
  read.page = std::move(page);
  return read;
}

rsm::Request page_of(std::uint32_t max) {
  return {.max = max};
}

void affiliate(NodeTables& tables, std::uint64_t number, Affiliation affiliation) {
  tables.add("n", change::AffiliationSet{number, jid("juliet@capulet.lit"), Affiliation::none,
                                         affiliation});
}

void subscribe(NodeTables& tables, std::uint64_t number, const std::string& who,
               pubsub::SubscriptionState state = pubsub::SubscriptionState::subscribed) {
  auto made = subscription(who, "s" + std::to_string(number));
  made.state = state;
  tables.add("n", change::SubscriptionSet{number, std::nullopt, made});
}

pubsub::SharedConfig access(pubsub::AccessModel model, bool hidden = false) {
  return config_with([&](pubsub::NodeConfig& config) {
    config.access_model = model;
    config.hidden = hidden;
    config.title = "A title";
  });
}

}  // namespace

TEST_CASE("items come in the order asked, by default of publication") {
  NodeTables tables;
  fill(tables);
  ItemsRead read = of_node();
  CHECK(ids_of(tables.read<pubsub::ItemPage>(read)) == Names{"c", "a", "d", "b"});
  read.order = {{rsm::OrderKey::creation, rsm::Direction::ascending}};
  CHECK(ids_of(tables.read<pubsub::ItemPage>(read)) == Names{"a", "b", "c", "d"});
  read.order = {{rsm::OrderKey::creation, rsm::Direction::descending}};
  CHECK(ids_of(tables.read<pubsub::ItemPage>(read)) == Names{"d", "c", "b", "a"});
  read.order = {{rsm::OrderKey::modification, rsm::Direction::descending}};
  CHECK(ids_of(tables.read<pubsub::ItemPage>(read)) == Names{"b", "d", "a", "c"});
  read.max_items = 2;
  CHECK(ids_of(tables.read<pubsub::ItemPage>(read)) == Names{"b", "d"});
  read.order.clear();
  auto page = tables.read<pubsub::ItemPage>(read);
  CHECK(ids_of(page) == Names{"d", "b"});
  CHECK(page.count == 2);
  CHECK(page.items[0].payload);
  read.max_items.reset();
  read.cap = 3;
  page = tables.read<pubsub::ItemPage>(read);
  CHECK(ids_of(page) == Names{"a", "d", "b"});
  CHECK(page.count == 4);
  CHECK(page.first_index == 1);
}

TEST_CASE("pages of items make up the whole in every order, from both ends") {
  NodeTables tables;
  fill(tables);
  for (const auto key : {rsm::OrderKey::creation, rsm::OrderKey::modification}) {
    for (const auto direction : {rsm::Direction::ascending, rsm::Direction::descending}) {
      for (const std::uint32_t newest : {0u, 3u}) {
        ItemsRead read = of_node();
        read.order = {{key, direction}};
        if (newest != 0) read.max_items = newest;
        const Names whole = ids_of(tables.read<pubsub::ItemPage>(read));
        Names forward;
        read.page = page_of(1);
        for (std::size_t i = 0; i < whole.size(); ++i) {
          const auto page = tables.read<pubsub::ItemPage>(read);
          REQUIRE(page.items.size() == 1);
          CHECK(page.first_index == i);
          CHECK(page.count == whole.size());
          forward.push_back(page.items[0].meta.id);
          read.page->after = forward.back();
        }
        CHECK(forward == whole);
        CHECK(tables.read<pubsub::ItemPage>(read).items.empty());
        Names backward;
        read.page = page_of(2);
        read.page->before = "";
        while (backward.size() < whole.size()) {
          const auto page = ids_of(tables.read<pubsub::ItemPage>(read));
          REQUIRE_FALSE(page.empty());
          backward.insert(backward.begin(), page.begin(), page.end());
          read.page->before = backward.front();
        }
        CHECK(backward == whole);
        for (std::uint64_t index = 0; index <= whole.size(); ++index) {
          read.page = page_of(1);
          read.page->index = index;
          const auto page = ids_of(tables.read<pubsub::ItemPage>(read));
          CHECK(page == (index < whole.size() ? Names{whole[index]} : Names{}));
        }
      }
    }
  }
}

TEST_CASE("a page behind an item that is not in the set is refused") {
  NodeTables tables;
  fill(tables);
  ItemsRead read = of_node(page_of(2));
  read.page->after = "nothing";
  const auto unknown = [&] {
    return std::holds_alternative<pubsub::UnknownUid>(
        NodeTables::Reader::read(tables.connection, nodes_service, read));
  };
  CHECK(unknown());
  read.page->after = "c";
  CHECK_FALSE(unknown());
  read.max_items = 3;
  CHECK(unknown());
  read.max_items.reset();
  read.expired_until = at(3);
  CHECK(unknown());
  read.ids = {"a"};
  CHECK(unknown());
}

TEST_CASE("expired items are neither seen nor counted") {
  NodeTables tables;
  fill(tables);
  ItemsRead read = of_node();
  read.expired_until = at(4);
  auto page = tables.read<pubsub::ItemPage>(read);
  CHECK(ids_of(page) == Names{"d", "b"});
  CHECK(page.count == 2);
  read.order = {{rsm::OrderKey::creation, rsm::Direction::ascending}};
  CHECK(ids_of(tables.read<pubsub::ItemPage>(read)) == Names{"b", "d"});
  read.ids = {"b", "c"};
  CHECK(ids_of(tables.read<pubsub::ItemPage>(read)) == Names{"b"});
  read.expired_until = at(100);
  CHECK(tables.read<pubsub::ItemPage>(read).count == 0);
  read.ids.clear();
  CHECK(tables.read<pubsub::ItemPage>(read).items.empty());
}

TEST_CASE("named items come in the order of their names, each once, unknown ones not at all") {
  NodeTables tables;
  fill(tables);
  ItemsRead read = of_node();
  read.ids = {"b", "x", "c", "a"};
  CHECK(ids_of(tables.read<pubsub::ItemPage>(read)) == Names{"b", "c", "a"});
  read.page = page_of(1);
  read.page->after = "b";
  const auto page = tables.read<pubsub::ItemPage>(read);
  CHECK(ids_of(page) == Names{"c"});
  CHECK(page.first_index == 1);
  CHECK(page.count == 3);
}

TEST_CASE("facts about items") {
  NodeTables tables;
  fill(tables);
  CHECK(tables.fetch<fact::Index>(1, need::Index{}).items.size() == 4);
  const auto oldest = tables.fetch<fact::Oldest>(1, need::Oldest{2});
  REQUIRE(oldest.items.size() == 2);
  CHECK(oldest.items[1].id == "a");
  CHECK(oldest.asked == 2);
  CHECK(tables.fetch<fact::Last>(1, need::Last{}).item->meta.id == "b");
}

TEST_CASE("the list of nodes shows what the requester may see, in byte order") {
  using enum pubsub::AccessModel;
  NodeTables tables;
  tables.add("n", created(1, "a-open", access(open)));
  tables.add("n", created(2, "B-authorize", access(authorize)));
  tables.add("n", created(3, "c-whitelist", access(whitelist)));
  tables.add("n", created(4, "d-member", access(whitelist)));
  tables.add("n", created(5, "e-outcast", access(open)));
  tables.add("n", created(6, "f-hidden", access(open, true)));
  tables.add("n", created(7, "g-subscribed", access(open, true)));
  tables.add("n", created(8, "h-publish-only", access(whitelist)));
  tables.add("n", created(9, "\xC3\xA9-owned", access(whitelist, true)));
  affiliate(tables, 4, Affiliation::member);
  affiliate(tables, 5, Affiliation::outcast);
  affiliate(tables, 8, Affiliation::publish_only);
  affiliate(tables, 9, Affiliation::owner);
  affiliate(tables, 1, Affiliation::publisher);
  subscribe(tables, 7, "juliet@capulet.lit/balcony");
  subscribe(tables, 1, "juliet@capulet.lit");
  tables.commit();

  pubsub::NodesRead read{.bare = jid("juliet@capulet.lit"), .max = 100};
  const Names seen = {"B-authorize", "a-open", "d-member", "g-subscribed", "\xC3\xA9-owned"};
  auto page = tables.read<pubsub::NodePage>(read);
  CHECK(nodes_of(page) == seen);
  CHECK(page.rows[0].title == "A title");
  for (std::size_t max = 1; max <= seen.size(); ++max) {
    read = {.bare = read.bare, .max = max};
    Names forward;
    while (forward.size() < seen.size()) {
      page = tables.read<pubsub::NodePage>(read);
      REQUIRE_FALSE(page.rows.empty());
      CHECK(page.first_index == forward.size());
      CHECK(page.count == seen.size());
      for (const auto& row : page.rows) forward.push_back(row.node);
      read.after = forward.back();
    }
    CHECK(forward == seen);
    read = {.bare = read.bare, .before = "", .max = max};
    Names backward;
    while (backward.size() < seen.size()) {
      page = tables.read<pubsub::NodePage>(read);
      REQUIRE_FALSE(page.rows.empty());
      const Names part = nodes_of(page);
      backward.insert(backward.begin(), part.begin(), part.end());
      CHECK(page.first_index == seen.size() - backward.size());
      read.before = backward.front();
    }
    CHECK(backward == seen);
  }
  read = {.bare = read.bare, .index = 3, .max = 9};
  page = tables.read<pubsub::NodePage>(read);
  CHECK(nodes_of(page) == Names{"g-subscribed", "\xC3\xA9-owned"});
  CHECK(page.first_index == 3);
  read.index = 30;
  CHECK(tables.read<pubsub::NodePage>(read).rows.empty());
  read.max = 0;
  CHECK(tables.read<pubsub::NodePage>(read).count == 5);

  read = {.bare = jid("stranger@x.lit"), .max = 100};
  CHECK(nodes_of(tables.read<pubsub::NodePage>(read)) ==
        Names{"B-authorize", "a-open", "e-outcast"});
  CHECK(tables.read<pubsub::NodePage>(read).count == 3);
  read = {.bare = jid("stranger@x.lit"), .admin = true, .after = "c", .max = 3};
  page = tables.read<pubsub::NodePage>(read);
  CHECK(nodes_of(page) == Names{"c-whitelist", "d-member", "e-outcast"});
  CHECK(page.first_index == 2);
  CHECK(page.count == 9);
  read = {.bare = jid("stranger@x.lit"), .admin = true, .before = "c", .max = 1};
  CHECK(nodes_of(tables.read<pubsub::NodePage>(read)) == Names{"a-open"});
}

TEST_CASE("subscriptions and affiliations of one entity at all nodes") {
  NodeTables tables;
  for (std::uint64_t i = 1; i <= 4; ++i) tables.add("n", created(i, "node" + std::to_string(i)));
  subscribe(tables, 3, "juliet@capulet.lit/balcony");
  subscribe(tables, 1, "juliet@capulet.lit");
  subscribe(tables, 2, "juliet@capulet.lit", pubsub::SubscriptionState::pending);
  subscribe(tables, 2, "juliet@capulet.lit.example");
  affiliate(tables, 4, Affiliation::owner);
  affiliate(tables, 2, Affiliation::outcast);
  tables.commit();

  pubsub::SubscriptionsRead subscriptions{jid("juliet@capulet.lit"), {}, 100};
  auto held = tables.read<pubsub::SubscriptionPage>(subscriptions);
  CHECK(nodes_of(held) == Names{"node1", "node2", "node3"});
  CHECK(held.rows[2].subscription.jid.resource() == "balcony");
  CHECK(held.rows[1].subscription.state == pubsub::SubscriptionState::pending);
  CHECK(held.rows[1].number == 2);
  subscriptions.page = page_of(1);
  subscriptions.page->after = "1/s1";
  held = tables.read<pubsub::SubscriptionPage>(subscriptions);
  CHECK(nodes_of(held) == Names{"node2"});
  CHECK(held.first_index == 1);
  CHECK(held.count == 3);
  for (const std::string uid : {"1/s2", "x", "1", "99999999999999999999/s1", "-1/s1"}) {
    subscriptions.page->after = uid;
    CHECK(std::holds_alternative<pubsub::UnknownUid>(
        NodeTables::Reader::read(tables.connection, nodes_service, subscriptions)));
  }

  pubsub::AffiliationsRead affiliations{jid("juliet@capulet.lit"), {}, 100};
  auto ties = tables.read<pubsub::AffiliationPage>(affiliations);
  CHECK(nodes_of(ties) == Names{"node2", "node4"});
  CHECK(ties.rows[1].affiliation == Affiliation::owner);
  affiliations.page = page_of(5);
  affiliations.page->before = "node4";
  CHECK(nodes_of(tables.read<pubsub::AffiliationPage>(affiliations)) == Names{"node2"});
  affiliations.page->before = "node3";
  CHECK(std::holds_alternative<pubsub::UnknownUid>(
      NodeTables::Reader::read(tables.connection, nodes_service, affiliations)));

  const Jid juliet = jid("juliet@capulet.lit");
  CHECK(tables.fetch<fact::OwnedNodes>(0, need::OwnedNodes{juliet, at(0)}).count == 1);
  CHECK(tables.fetch<fact::HeldSubscriptions>(0, need::HeldSubscriptions{juliet, at(0)}).count ==
        3);
}

TEST_CASE("nodes with pending subscriptions, of an owner and of an admin") {
  NodeTables tables;
  for (std::uint64_t i = 1; i <= 3; ++i) tables.add("n", created(i, "node" + std::to_string(i)));
  affiliate(tables, 1, Affiliation::owner);
  affiliate(tables, 2, Affiliation::owner);
  subscribe(tables, 2, "romeo@montague.lit", pubsub::SubscriptionState::pending);
  subscribe(tables, 3, "romeo@montague.lit", pubsub::SubscriptionState::pending);
  tables.commit();
  pubsub::PendingNodesRead read;
  read.bare = jid("juliet@capulet.lit");
  read.cap = 10;
  CHECK(tables.read<pubsub::PendingNodes>(read).nodes == Names{"node2"});
  read.bare = jid("romeo@montague.lit");
  CHECK_FALSE(tables.read<pubsub::PendingNodes>(read).owns_any);
  CHECK(tables.read<pubsub::PendingNodes>(read).nodes.empty());
  read.admin = true;
  CHECK(tables.read<pubsub::PendingNodes>(read).owns_any);
  CHECK(tables.read<pubsub::PendingNodes>(read).nodes == Names{"node2", "node3"});
  read.cap = 1;
  CHECK(tables.read<pubsub::PendingNodes>(read).nodes == Names{"node2"});
}

TEST_CASE("nodes with deadlines are found after a start") {
  NodeTables tables;
  fill(tables);  // node 1 has an item from second 3 that lives for 60
  tables.add("l", created(3, "leased"));
  auto leased = subscription("romeo@montague.lit", "s");
  leased.expires = at(500);
  leased.announce = at(20);
  tables.add("l", change::SubscriptionSet{3, std::nullopt, leased});
  tables.commit();
  const auto due = [&](std::int64_t until, const std::string& from, std::size_t limit = 10) {
    return NodeTables::Reader::pending_keys(tables.connection, nodes_service, from, at(until),
                                            limit);
  };
  CHECK(due(19, "").empty());
  CHECK(due(20, "") == Names{"leased"});
  CHECK(due(62, "") == Names{"leased"});
  CHECK(due(63, "") == Names{"leased", "n"});
  CHECK(due(63, "", 1) == Names{"leased"});
  CHECK(due(63, "leased") == Names{"n"});
  CHECK(due(63, "n").empty());
}

namespace {

/// The collection 9 with the leaves 1 (expiring), 2, 3 (closed) and, a level deeper, 4.
void fill_collection(NodeTables& tables) {
  fill(tables);
  tables.add("c", created(9, "c"));
  tables.add("d", created(8, "d"));
  tables.add("n3", created(3, "n3", access(pubsub::AccessModel::whitelist)));
  tables.add("n4", created(4, "a4", config_with([](auto& config) {
                             config.itemreply = pubsub::ItemReply::owner;
                           })));
  tables.add("n3", change::ItemPublished{.number = 3, .item = item(1, "x")});
  tables.add("n4", change::ItemPublished{.number = 4, .item = item(1, "y")});
  for (const std::uint64_t child : {1u, 2u, 3u, 8u}) tables.add("n", change::Linked{child, 9, "c"});
  tables.add("n4", change::Linked{4, 8, "d"});
  tables.add("n2", change::Linked{2, 8, "d"});
  tables.commit();
}

pubsub::JoinedRead of_collection() {
  pubsub::JoinedRead read;
  read.number = 9;
  read.bare = jid("juliet@capulet.lit");
  read.now = at(10);
  read.cap = 100;
  return read;
}

Names uids_of(const pubsub::JoinedPage& page) {
  Names uids;
  for (const auto& row : page.rows) {
    uids.push_back(pubsub::joined_uid(page.leaves.at(row.leaf).number, row.item.meta.id));
  }
  return uids;
}

}  // namespace

TEST_CASE("[PS-COLL-14] items of a collection are those of the leaves below it, each once") {
  NodeTables tables;
  fill_collection(tables);
  auto read = of_collection();
  auto page = tables.read<pubsub::JoinedPage>(read);
  CHECK(uids_of(page) == Names{"4/y", "1/c", "1/a", "1/d", "1/b", "2/a"});
  CHECK(page.leaves.at(0).itemreply == pubsub::ItemReply::owner);
  CHECK(page.leaves.at(0).owner == jid("hamlet@denmark.lit"));
  CHECK(page.rows.at(0).item.payload);
  read.now = at(64);  // the items c and a have expired
  CHECK(uids_of(tables.read<pubsub::JoinedPage>(read)) == Names{"4/y", "1/d", "1/b", "2/a"});
  read.now = at(500);
  CHECK(uids_of(tables.read<pubsub::JoinedPage>(read)) == Names{"4/y", "2/a"});
  affiliate(tables, 3, Affiliation::member);
  affiliate(tables, 4, Affiliation::outcast);
  affiliate(tables, 2, Affiliation::publish_only);
  tables.commit();
  CHECK(uids_of(tables.read<pubsub::JoinedPage>(read)) == Names{"3/x"});
  read.admin = true;
  CHECK(uids_of(tables.read<pubsub::JoinedPage>(read)) == Names{"4/y", "2/a", "3/x"});
}

TEST_CASE("[PS-COLL-14] pages of a collection's items make up the whole in every order") {
  NodeTables tables;
  fill_collection(tables);
  for (const auto key : {rsm::OrderKey::creation, rsm::OrderKey::modification}) {
    for (const auto direction : {rsm::Direction::ascending, rsm::Direction::descending}) {
      for (const std::uint32_t newest : {0u, 3u}) {
        auto read = of_collection();
        read.order = {{key, direction}};
        if (newest != 0) read.max_items = newest;
        const Names whole = uids_of(tables.read<pubsub::JoinedPage>(read));
        CHECK(whole.size() == (newest != 0 ? 5 : 6));
        Names forward;
        read.page = page_of(2);
        while (forward.size() < whole.size()) {
          const auto page = tables.read<pubsub::JoinedPage>(read);
          REQUIRE_FALSE(page.rows.empty());
          CHECK(page.first_index == forward.size());
          CHECK(page.count == whole.size());
          for (const std::string& uid : uids_of(page)) forward.push_back(uid);
          read.page->after = forward.back();
        }
        CHECK(forward == whole);
        read.page = page_of(1);
        read.page->before = whole.at(3);
        CHECK(uids_of(tables.read<pubsub::JoinedPage>(read)) == Names{whole.at(2)});
      }
    }
  }
  auto read = of_collection();
  for (const std::string uid : {"3/x", "1/nothing", "7/a", "a", ""}) {
    read.page = page_of(1);
    read.page->after = uid;
    tables.read<pubsub::UnknownUid>(read);
  }
}
