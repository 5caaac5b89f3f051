#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "store/postgres/fault.hpp"
#include "tables/node_tables.hpp"

using namespace stoa;
using namespace stoa::test;
namespace change = pubsub::change;
namespace need = pubsub::need;
namespace fact = pubsub::fact;
using pubsub::Affiliation;
using pubsub::NodeState;

namespace {

/// Those of one JID stand in the order in which they came; a load has another.
void order_by_subid(NodeState& state) {
  std::vector<pubsub::Subscription> all(state.subscriptions.begin(), state.subscriptions.end());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.subid < b.subid; });
  state.subscriptions = {};
  for (auto& one : all) state.subscriptions.put(std::move(one));
}

/// The archive holds every publication, payloads of what was retracted or purged apart.
bool same_archive(NodeTables& tables, std::uint64_t number,
                  const std::map<std::uint64_t, pubsub::Item>& archive) {
  const auto page =
      tables.read<pubsub::ArchivePage>(pubsub::ArchiveRead{.number = number, .max = 10'000});
  return std::equal(page.entries.begin(), page.entries.end(), archive.begin(), archive.end(),
                    [](const pubsub::Item& entry, const auto& row) {
                      const pubsub::Item& wanted = row.second;
                      return entry.meta.seq == wanted.meta.seq && entry.meta.id == wanted.meta.id &&
                             (entry.payload == nullptr) == (wanted.payload == nullptr);
                    });
}

bool same_as_memory(NodeTables& tables, const std::string& node,
                    const std::map<std::uint64_t, pubsub::Item>& items) {
  NodeState expected = tables.memory[node];
  const NodeState loaded = tables.load(node);
  order_by_subid(expected);
  if (!pubsub::same_stored(loaded, expected)) return false;
  if (!expected.exists()) return true;
  const auto index = tables.fetch<fact::Index>(expected.number, need::Index{});
  return std::equal(index.items.begin(), index.items.end(), items.begin(), items.end(),
                    [](const auto& meta, const auto& row) { return meta == row.second.meta; });
}

pubsub::SharedConfig unusual_config() {
  return config_with([](pubsub::NodeConfig& config) {
    config.title = "Ein \"Titel\"\nmit \\ und ' und %s";
    config.description = "\xF0\x9F\x8E\xAD {a,b} NULL";
    config.contact = {jid("a@b.example"), jid("c@d.example")};
    config.access_model = pubsub::AccessModel::whitelist;
    config.max_items = std::nullopt;
    config.item_expire = 3600;
    config.hidden = true;
    config.persist_items = false;
  });
}

/// Changes at random, as the rules could make them, of a few nodes whose names come again.
class Play {
 public:
  explicit Play(unsigned seed) : random_(seed) {}

  void act() {
    const std::string name = "node" + std::to_string(pick(3));
    NodeState& node = tables.memory[name];
    if (!node.exists()) {
      tables.add(name, created(++number_, name, pick(2) ? unusual_config() : plain_config()));
      items[name].clear();
      archives[name].clear();
      next_[name] = 1;
      return;
    }
    switch (pick(16)) {
      case 0:
        return remove(name, node);
      case 1:
        return purge(name, node);
      case 2:
        return configure(name, node);
      case 3:
      case 4:
        return retract(name, node);
      case 5:
      case 6:
        return affiliate(name, node);
      case 7:
      case 8:
      case 9:
        return pick(3) ? subscribe(name, node) : watch(name, node);
      default:
        return publish(name, node);
    }
  }

  NodeTables tables;
  std::map<std::string, std::map<std::uint64_t, pubsub::Item>> items;
  std::map<std::string, std::map<std::uint64_t, pubsub::Item>> archives;  ///< all publications
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

 private:
  void remove(const std::string& name, NodeState& node) {
    change::NodeDeleted gone{.number = node.number, .node = name};
    if (pick(2)) gone.redirect = pubsub::Redirect{"xmpp:elsewhere?;node=x", at(99)};
    tables.add(name, gone);
    items[name].clear();
  }

  void purge(const std::string& name, NodeState& node) {
    change::NodePurged purged{.number = node.number, .up_to = next_[name] - 1};
    auto& stored = items[name];
    if (!stored.empty() && pick(2)) purged.keep = stored.rbegin()->second.meta;
    for (auto& [seq, entry] : archives[name]) {
      if (!purged.keep || seq != purged.keep->seq) entry.payload = nullptr;
    }
    purged.count_before = stored.size();
    std::erase_if(stored,
                  [&](const auto& row) { return !purged.keep || row.first != purged.keep->seq; });
    purged.count_after = stored.size();
    tables.add(name, purged);
  }

  void configure(const std::string& name, NodeState& node) {
    tables.add(name, change::NodeConfigured{node.number, node.version + 1, node.config,
                                            pick(2) ? unusual_config() : plain_config()});
  }

  void retract(const std::string& name, NodeState& node) {
    auto& stored = items[name];
    if (stored.empty()) return;
    const auto which = std::next(stored.begin(), pick(static_cast<unsigned>(stored.size())));
    tables.add(name, change::ItemsRetracted{node.number, {which->second.meta}});
    for (auto& [seq, entry] : archives[name]) {
      if (entry.meta.id == which->second.meta.id) entry.payload = nullptr;
    }
    stored.erase(which);
  }

  void affiliate(const std::string& name, NodeState& node) {
    const Jid who = jid("user" + std::to_string(pick(3)) + "@denmark.lit");
    tables.add(name, change::AffiliationSet{node.number, who, node.affiliation_of(who),
                                            static_cast<Affiliation>(pick(6))});
  }

  void watch(const std::string& name, NodeState& node) {
    const auto who = jid("user" + std::to_string(pick(3)) + "@denmark.lit/r");
    change::WatcherSet set{.number = node.number, .jid = who};
    if (node.watchers && node.watchers->contains(who)) set.before = node.watchers->at(who);
    if (set.before.empty() || pick(2)) set.after = "w" + std::to_string(pick(2));
    tables.add(name, set);
  }

  void subscribe(const std::string& name, NodeState& node) {
    const auto made = subscription("user" + std::to_string(pick(3)) + "@denmark.lit/r",
                                   "s" + std::to_string(pick(2)));
    change::SubscriptionSet set{.number = node.number};
    if (const auto* known = node.subscriptions.find(made.jid, made.subid)) set.before = *known;
    if (!set.before || pick(2)) {
      set.after = made;
      set.after->state = static_cast<pubsub::SubscriptionState>(1 + pick(3));
      set.after->bounces = static_cast<std::uint8_t>(pick(256));
      set.after->options.deliver = pick(2) == 0;
      set.after->options.include_body = pick(2) == 0;
      set.after->options.temporary = pick(2) == 0;
      set.after->options.is_public = pick(2) == 0;
      if (pick(2)) set.after->missed = pubsub::Missed{at(70), {1, 5}};
      set.after->options.shows = static_cast<Shows>(pick(32));
      set.after->options.type = pubsub::SubscriptionType(pick(3));
      set.after->options.depth.reset();
      if (pick(2)) set.after->options.depth = pick(4);
      set.after->options.digest = pick(2) == 0;
      set.after->options.digest_frequency = pick(1000);
      if (pick(2)) set.after->options.filter = pubsub::Filter{{"a b"}, {}, {made.jid.bare()}};
      if (pick(2)) set.after->digest = pubsub::DigestMark{pick(9), pick(9), at(pick(1000))};
      if (pick(2)) set.after->expires = at(pick(1000));
      if (pick(2)) set.after->announce = at(pick(1000));
    }
    tables.add(name, set);
  }

  void publish(const std::string& name, NodeState& node) {
    auto made = item(next_[name]++, "id" + std::to_string(pick(4)));
    auto& stored = items[name];
    change::ItemPublished published{.number = node.number};
    const auto known = std::find_if(stored.begin(), stored.end(), [&](const auto& row) {
      return row.second.meta.id == made.meta.id;
    });
    if (known != stored.end()) {
      published.before = known->second.meta;
      made.meta.first_seq = known->second.meta.first_seq;
      made.meta.created = known->second.meta.created;
      stored.erase(known);
    }
    published.item = made;
    archives[name][made.meta.seq] = made;
    stored.emplace(made.meta.seq, made);
    tables.add(name, published);
  }

  std::minstd_rand random_;
  std::map<std::string, std::uint64_t> next_;
  std::uint64_t number_ = 0;
};

}  // namespace

TEST_CASE("a node is loaded as it was stored, times to the microsecond [PS-DUR-11]") {
  NodeTables tables;
  tables.add("n", created(7, "n", unusual_config()));
  tables.add("n", change::AffiliationSet{7, jid("hamlet@denmark.lit"), Affiliation::none,
                                         Affiliation::owner});
  auto held = subscription("francisco@denmark.lit/elsinore", "a");
  held.options = {.deliver = false, .include_body = true, .temporary = true, .shows = 21};
  held.options.is_public = true;
  held.missed = pubsub::Missed{at(60), {3, 4, 9}};
  held.expires = at(50);
  held.announce = at(40);
  tables.add("n", change::WatcherSet{7, jid("ophelia@denmark.lit/tower"), {}, "w"});
  tables.add("n", change::SubscriptionSet{7, std::nullopt, held});
  tables.add("n", change::ItemPublished{.number = 7, .item = item(1, "x")});
  tables.commit();

  const NodeState loaded = tables.load("n");
  CHECK(pubsub::same_stored(loaded, tables.memory["n"]));
  CHECK(loaded.oldest_published == at(1));
  CHECK_FALSE(loaded.items.complete());
  CHECK(NodeTables::Reader::key_of(tables.connection, nodes_service, 7) == "n");
  CHECK(NodeTables::Reader::key_of(tables.connection, nodes_service, 8).empty());
  CHECK(NodeTables::Reader::key_of(tables.connection, "other.lit", 7).empty());
  const auto last = tables.fetch<fact::Last>(7, need::Last{});
  REQUIRE(last.item);
  CHECK(*last.item->payload == *item(1, "x").payload);
}

TEST_CASE("what is not stored is not there") {
  NodeTables tables;
  CHECK_FALSE(tables.load("n").exists());
  CHECK_FALSE(tables.load("n").redirect);
  tables.store("n", created(1, "n"));
  CHECK(tables.load("n").items.complete());
  CHECK_FALSE(tables.fetch<fact::Last>(1, need::Last{}).item);
  CHECK_FALSE(NodeTables::Reader::load(tables.connection, "other.lit", "n").exists());
}

TEST_CASE("any mix of changes in one batch ends as if they had been written one by one") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    Play play(seed);
    const unsigned longest = seed % 3 == 0 ? 1 : 60;
    for (int batch = 0; batch < 25; ++batch) {
      for (unsigned i = 0; i <= play.pick(longest); ++i) play.act();
      play.tables.commit();
      for (const std::string name : {"node0", "node1", "node2"}) {
        CAPTURE(batch);
        REQUIRE(same_as_memory(play.tables, name, play.items[name]));
        const NodeState& node = play.tables.memory[name];
        if (node.exists()) REQUIRE(same_archive(play.tables, node.number, play.archives[name]));
      }
    }
  }
}

TEST_CASE("a node that comes and goes within a batch leaves its redirect only") {
  NodeTables tables;
  tables.add("n", created(1, "n"));
  tables.add("n", change::ItemPublished{.number = 1, .item = item(1, "x")});
  change::NodeDeleted gone{.number = 1, .node = "n"};
  gone.redirect = pubsub::Redirect{"xmpp:pubsub.shakespeare.lit?;node=m", at(9)};
  tables.add("n", gone);
  tables.commit();
  CHECK(tables.load("n").redirect == gone.redirect);
  CHECK(tables.connection.run("SELECT count(*) FROM items")[0][0].as<int>() == 0);

  tables.add("n", created(2, "n"));
  tables.commit();
  CHECK(tables.load("n").number == 2);
  CHECK(tables.connection.run("SELECT count(*) FROM node_redirects")[0][0].as<int>() == 0);
}

TEST_CASE("nothing of a deleted node is left") {
  NodeTables tables;
  tables.add("n", created(1, "n"));
  tables.add("n", change::ItemPublished{.number = 1, .item = item(1, "x")});
  tables.add("n", change::AffiliationSet{1, jid("a@b.lit"), Affiliation::none, Affiliation::owner});
  tables.add("n", change::SubscriptionSet{1, std::nullopt, subscription("a@b.lit", "s")});
  tables.add("n", change::WatcherSet{1, jid("a@b.lit"), {}, "w"});
  tables.commit();
  tables.store("n", change::ItemsRetracted{1, {item(1, "x").meta}});
  tables.store("c", created(2, "c"));
  tables.store("c", change::Linked{2, 1, "n"});
  CHECK(tables.load("c").parents == tables.memory["c"].parents);
  tables.store("n", change::NodeDeleted{.number = 1, .node = "n"});
  CHECK(tables.load("c").parents.empty());
  tables.store("c", change::NodeDeleted{.number = 2, .node = "c"});
  for (const std::string table :
       {"nodes", "items", "subscriptions", "node_affiliations", "node_links", "node_watchers"}) {
    CHECK(tables.connection.run("SELECT count(*) FROM " + table)[0][0].as<int>() == 0);
  }
}

TEST_CASE("collections never come to stand in a circle [PS-COLL-05]") {
  NodeTables tables;
  for (std::uint64_t i = 1; i <= 3; ++i) tables.add("n", created(i, "node" + std::to_string(i)));
  tables.commit();
  tables.add("node1", change::Linked{1, 2, "node2"});
  tables.add("node2", change::Linked{2, 3, "node3"});
  tables.commit();
  tables.add("node3", change::Linked{3, 1, "node1"});
  CHECK_THROWS_AS(tables.commit(), store::postgres::Fault);
}

TEST_CASE("those above a leaf in a graph of 10,000 nodes are found by one look-up [PS-COLL-23]") {
  NodeTables tables;
  tables.store("leaf", created(1, "leaf"));
  // 50 levels of 200 collections: each is in two of the next level, the leaf in two of the first.
  tables.connection.run(
      "INSERT INTO nodes (number, service, node, digest, version, creator, created, title, "
      "access_model, hidden, nested, config) SELECT 2 + i, service, 'c' || i, "
      "md5('c' || i)::uuid, 1, creator, created, '', 'open', false, i < 9800, "
      "'{\"pubsub#node_type\":[\"collection\"]}' "
      "FROM nodes, generate_series(0, 9999) AS i WHERE number = 1");
  // Triggers would look at each of them by itself.
  tables.connection.run("ALTER TABLE node_links DISABLE TRIGGER USER");
  tables.connection.run(
      "INSERT INTO node_links SELECT 2 + i, 2 + (i / 200 + 1) * 200 + (i + side) % 200 "
      "FROM generate_series(0, 9799) AS i, generate_series(0, 1) AS side "
      "UNION SELECT 1, 2 + side FROM generate_series(0, 1) AS side");
  tables.connection.run("ALTER TABLE node_links ENABLE TRIGGER USER");
  tables.connection.run("UPDATE nodes SET nested = true WHERE number = 1");
  for (const auto& [number, depth] : {std::pair(2, 1), std::pair(9'802, 50), std::pair(9'803, 49),
                                      std::pair(9'850, 50), std::pair(9'900, 50)}) {
    auto held = subscription("a@b.lit", std::to_string(number));
    held.options.depth = static_cast<std::uint32_t>(depth);
    tables.store("c" + std::to_string(number - 2),
                 change::SubscriptionSet{static_cast<std::uint64_t>(number), std::nullopt, held});
  }
  const auto above = tables.fetch<fact::Above>(1, need::Above{{2, 3}});
  std::vector<std::uint64_t> found;
  for (const auto& one : above.subscriptions) found.push_back(one.number);
  CHECK(found == std::vector<std::uint64_t>{2, 9'802, 9'850});
}

TEST_CASE("item ids of 4096 bytes are stored, told apart and found [PS-PUB-35]") {
  NodeTables tables;
  std::minstd_rand random(3);
  std::string base;
  while (base.size() < 4095) base += static_cast<char>('!' + random() % 90);
  tables.add("n", created(1, "n"));
  tables.add("n", change::ItemPublished{.number = 1, .item = item(1, base + "a")});
  tables.add("n", change::ItemPublished{.number = 1, .item = item(2, base + "b")});
  tables.commit();
  const auto found = tables.fetch<fact::Items>(1, need::Items{{base + "b", base + "c"}});
  REQUIRE(found.found.size() == 1);
  CHECK(found.found[0].id == base + "b");
  CHECK(found.asked.size() == 2);
}

TEST_CASE("names are data, whatever they hold [PS-SEC-07]") {
  NodeTables tables;
  const std::vector<std::string> names = {"'; DROP TABLE nodes; --",
                                          "\"",
                                          "\\",
                                          "{}",
                                          "{a,b}",
                                          "NULL",
                                          "$1",
                                          "%",
                                          "_",
                                          "%_\\%",
                                          "a b",
                                          "\\\\x41",
                                          "E'\\n'",
                                          "\xC3\xA4,\"",
                                          "(1,2)",
                                          "/*",
                                          "\n"};
  std::uint64_t number = 0;
  for (const std::string& name : names) {
    ++number;
    tables.add(name, created(number, name));
    tables.add(name, change::ItemPublished{.number = number, .item = item(1, name)});
  }
  tables.commit();
  number = 0;
  for (const std::string& name : names) {
    CAPTURE(name);
    ++number;
    CHECK(pubsub::same_stored(tables.load(name), tables.memory[name]));
    const auto found = tables.fetch<fact::Items>(number, need::Items{{name, name + "'"}});
    REQUIRE(found.found.size() == 1);
    CHECK(found.found[0].id == name);
  }
  tables.store("%", change::NodeDeleted{.number = 8, .node = "%"});
  CHECK(tables.connection.run("SELECT count(*) FROM nodes")[0][0].as<std::size_t>() ==
        names.size() - 1);
}

TEST_CASE("a NodeID of 3 KiB has its place in the order of names") {
  NodeTables tables;
  std::minstd_rand random(5);
  std::string base;
  while (base.size() < 3070) base += static_cast<char>('!' + random() % 90);
  const std::vector<std::string> names = {base, base + "a", base + "b", base + "c"};
  for (std::uint64_t i = 0; i < names.size(); ++i) {
    tables.add(names[i], created(i + 1, names[i]));
  }
  tables.commit();
  CHECK(tables.load(names[2]).number == 3);
  pubsub::NodesRead read{.bare = jid("x@y.lit"), .after = names[1], .max = 5};
  auto page = tables.read<pubsub::NodePage>(read);
  REQUIRE(page.rows.size() == 2);
  CHECK(page.rows[0].node == names[2]);
  CHECK(page.first_index == 2);
  read.after.clear();
  read.before = names[2];
  page = tables.read<pubsub::NodePage>(read);
  REQUIRE(page.rows.size() == 2);
  CHECK(page.rows[1].node == names[1]);
}

TEST_CASE("a row that cannot be read is damage of that node alone") {
  NodeTables tables;
  tables.add("n", created(1, "n"));
  tables.add("m", created(2, "m"));
  tables.add("n", change::ItemPublished{.number = 1, .item = item(1, "x")});
  tables.add("n", change::AffiliationSet{1, jid("a@b.lit"), Affiliation::none, Affiliation::owner});
  tables.add("n", change::SubscriptionSet{1, std::nullopt, subscription("a@b.lit", "s")});
  tables.commit();
  const std::vector<std::pair<std::string, std::string>> harms = {
      {"ALTER TABLE node_affiliations DROP CONSTRAINT node_affiliations_affiliation_check; "
       "UPDATE node_affiliations SET affiliation = 'king'",
       "UPDATE node_affiliations SET affiliation = 'owner'"},
      {"ALTER TABLE subscriptions DROP CONSTRAINT subscriptions_state_check; "
       "UPDATE subscriptions SET state = 'odd'",
       "UPDATE subscriptions SET state = 'subscribed'"},
      {"UPDATE subscriptions SET jid = '@@'", "UPDATE subscriptions SET jid = 'a@b.lit'"},
      {"UPDATE subscriptions SET depth = 5000000000", "UPDATE subscriptions SET depth = 1"},
      {"UPDATE nodes SET config = '{\"pubsub#max_items\": [\"many\"]}' WHERE number = 1",
       "UPDATE nodes SET config = '{}' WHERE number = 1"},
      {"UPDATE nodes SET config = '{\"pubsub#title\": 5}' WHERE number = 1",
       "UPDATE nodes SET config = '{}' WHERE number = 1"}};
  for (const auto& pair : harms) {
    const auto& harm = pair.first;
    const auto& repair = pair.second;
    CAPTURE(harm);
    tables.connection.run(harm);
    CHECK_THROWS_AS(tables.load("n"), store::postgres::DamagedRow);
    CHECK(tables.load("m").exists());
    tables.connection.run(repair);
    CHECK(tables.load("n").exists());
  }
  tables.connection.run("UPDATE items SET payload = '<a>'");
  CHECK_THROWS_AS(tables.fetch<fact::Last>(1, need::Last{}), store::postgres::DamagedRow);
}

TEST_CASE("what PostgreSQL refuses leaves the writer empty") {
  NodeTables tables;
  tables.store("n", created(1, "n"));
  tables.add("n", change::ItemPublished{.number = 1, .item = item(1, "x")});
  tables.add("n", change::AffiliationSet{5, jid("romeo@montague.lit"), pubsub::Affiliation::none,
                                         pubsub::Affiliation::owner});
  tables.connection.run("BEGIN");
  CHECK_THROWS_AS(tables.writer.write(tables.connection), store::postgres::Fault);
  tables.connection.run("ROLLBACK");
  tables.commit();
  CHECK(tables.load("n").item_count == 0);
}
