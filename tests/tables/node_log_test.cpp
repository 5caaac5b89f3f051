#include <random>

#include <doctest/doctest.h>

#include "store/memory/pubsub_log.hpp"
#include "tables/node_tables.hpp"

using namespace stoa;
using namespace stoa::test;
namespace change = pubsub::change;
namespace need = pubsub::need;
namespace fact = pubsub::fact;
using pubsub::LogEntry;

namespace {

LogEntry entry(std::uint64_t seq, const std::string& id, LogEntry::Kind kind) {
  LogEntry made{.kind = kind, .seq = seq, .item = item(seq, id)};
  made.item.meta.created = {};
  if (kind != LogEntry::Kind::published) {
    made.item.meta.first_seq = seq / 2;
    made.item.payload = nullptr;
  }
  return made;
}

bool same(const LogEntry& a, const LogEntry& b) {
  const bool same_payload = (a.item.payload == nullptr) == (b.item.payload == nullptr) &&
                            (a.item.payload == nullptr || *a.item.payload == *b.item.payload);
  return a.kind == b.kind && a.seq == b.seq && a.live == b.live && same_payload &&
         a.item.meta == b.item.meta;
}

bool same(const pubsub::LogPage& a, const pubsub::LogPage& b) {
  return a.from == b.from && a.more == b.more &&
         std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    [](const LogEntry& x, const LogEntry& y) { return same(x, y); });
}

}  // namespace

TEST_CASE("a log of digests reads the same from PostgreSQL as from memory, in any batches") {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    std::minstd_rand random(seed);
    const auto pick = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
    NodeTables tables;
    store::memory::NodeLogs logs;
    tables.store("n", created(1, "n"));
    std::uint64_t next = 1;
    for (int batch = 0; batch < 20; ++batch) {
      for (unsigned i = 0; i <= pick(6); ++i) {
        change::Logged logged{.number = 1, .next_seq = next};
        for (unsigned k = 0; k < pick(4); ++k) {
          const auto kind = static_cast<LogEntry::Kind>(pick(3));
          logged.entries.push_back(entry(next++, "id" + std::to_string(pick(5)), kind));
        }
        if (pick(4) == 0) logged.dropped = next - std::min<std::uint64_t>(next - 1, pick(12));
        logs.write(logged);
        tables.add("n", logged);
      }
      tables.commit();
      for (const std::uint64_t from : {std::uint64_t{0}, next / 2, next - 1, next + 5}) {
        const need::Log asked{from, 100 + pick(2000)};
        CAPTURE(from);
        REQUIRE(same(tables.fetch<fact::Log>(1, asked), logs.find(1, asked)));
      }
      REQUIRE(tables.load("n").next_seq == std::max<std::uint64_t>(1, logs.next_seq(1)));
    }
  }
}

TEST_CASE("what waits for a digest is there after a restart, and found when it is due") {
  NodeTables tables;
  tables.store("n", created(1, "n"));
  auto held = subscription("francisco@denmark.lit", "s");
  held.options.digest = true;
  held.options.digest_frequency = 4'000'000'000;
  held.options.filter =
      pubsub::Filter{{"to be", "or \\ 'not'"}, {"k", "term"}, {jid("hamlet@denmark.lit")}};
  held.digest = pubsub::DigestMark{7, 9, at(100)};
  tables.store("n", change::SubscriptionSet{1, std::nullopt, held});
  const pubsub::NodeState loaded = tables.load("n");
  CHECK(pubsub::same_stored(loaded, tables.memory["n"]));
  CHECK(loaded.subscriptions.next_digest() == at(100));
  CHECK(loaded.subscriptions.digests() == 1);
  using Keys = std::vector<std::string>;
  const auto due = [&](Timestamp until) {
    return NodeTables::Reader::pending_keys(tables.connection, nodes_service, {}, until, 10);
  };
  CHECK(due(at(99)) == Keys{});
  CHECK(due(at(100)) == Keys{"n"});
}

TEST_CASE("the log goes with its node") {
  NodeTables tables;
  tables.store("n", created(1, "n"));
  tables.store("n",
               change::Logged{.number = 1, .entries = {entry(1, "a", LogEntry::Kind::published)}});
  tables.store("n", change::NodeDeleted{.number = 1, .node = "n"});
  CHECK(tables.connection.run("SELECT count(*) FROM node_log")[0][0].as<int>() == 0);
}

TEST_CASE(
    "10,000 subscriptions are read in pages without gap or repeat while others come and go "
    "[PS-QRY-09]") {
  constexpr std::size_t total = 10'000;
  NodeTables tables;
  tables.store("node", created(1, "node"));
  tables.connection.run(
      "INSERT INTO nodes (number, service, node, digest, version, creator, created, title, "
      "access_model, hidden, config) SELECT 1 + i, service, 'n' || (i * 7919 % 10007), "
      "md5('n' || i)::uuid, 1, creator, created, '', 'open', false, '{}' "
      "FROM nodes, generate_series(1, 10000) AS i WHERE number = 1");
  tables.connection.run(
      "INSERT INTO subscriptions (node, key, jid, bare, subid, state, bounces, deliver, "
      "include_body, since) SELECT 1 + i, md5('own' || i)::uuid, 'a@b.lit' || CASE WHEN i % 3 = 0 "
      "THEN '/r' ELSE '' END, 'a@b.lit', 's' || (i * 31 % 10007), 'subscribed', 0, true, false, "
      "now() FROM generate_series(1, 10000) AS i");
  pubsub::SubscriptionsRead read{.bare = jid("a@b.lit"), .page = rsm::Request{.max = 300}};
  read.cap = 1000;
  std::vector<std::string> nodes;
  for (int round = 0; nodes.size() < total; ++round) {
    const auto page = tables.read<pubsub::SubscriptionPage>(read);
    REQUIRE(page.count == total);
    REQUIRE(page.first_index == nodes.size());
    REQUIRE_FALSE(page.rows.empty());
    for (const auto& row : page.rows) nodes.push_back(row.node);
    const auto& last = page.rows.back();
    read.page->after = std::to_string(last.number) + "/" + last.subscription.subid;
    // Others, at the nodes of this page and of those to come.
    for (const std::uint64_t number : {last.number, std::uint64_t(2 + round)}) {
      const auto other = subscription("c" + std::to_string(round % 4) + "@d.lit", "other");
      if (round % 2 == 0) {
        tables.store("x", change::SubscriptionSet{number, std::nullopt, other});
      } else {
        tables.connection.run("DELETE FROM subscriptions WHERE bare <> 'a@b.lit'");
      }
    }
  }
  CHECK(nodes.size() == total);
  CHECK(std::is_sorted(nodes.begin(), nodes.end()));
  CHECK(std::adjacent_find(nodes.begin(), nodes.end()) == nodes.end());
  CHECK(tables.read<pubsub::SubscriptionPage>(read).rows.empty());
}
