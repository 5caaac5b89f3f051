#include <chrono>

#include <doctest/doctest.h>

#include "faults/bench_of_units.hpp"
#include "support/postgres/swallowing_proxy.hpp"

using namespace stoa;
using namespace stoa::test;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

constexpr auto timeout = dispatch::Refusal::timeout;

}  // namespace

TEST_CASE(
    "SIGKILL of PostgreSQL loses nothing that was acknowledged, and nothing is stored twice "
    "[PS-DUR-02]") {
  Cluster& cluster = Cluster::instance();
  const std::string url = cluster.create_database();
  store::Options options = options_for(url);
  options.commit_timeout = 60s;  // a refusal would drop what its entity has behind it
  Writing writing(options);
  REQUIRE(writing.wait_ready());
  std::uint64_t last = 0;
  for (int round = 0; round < 4; ++round) {
    std::uint64_t acknowledged = 0;
    for (int i = 0; i < 300 + round * 170; ++i) {
      last = writing.append(last % 50 + static_cast<std::uint64_t>(1000 * round + 1));
      if (i % 10 == 0) writing.loop.run_for(1ms);
    }
    acknowledged = writing.heard.watermark;
    cluster.kill_hard();
    cluster.start();
    const auto rows = stored(url);
    for (std::uint64_t seq = writing.ready->first_seq; seq <= acknowledged; ++seq) {
      CHECK(rows.contains(seq));
    }
    REQUIRE(writing.wait_settled(last));
  }
  CHECK(writing.heard.refusals.empty());
  CHECK(stored(url).size() == last - writing.ready->first_seq + 1);
}

TEST_CASE("ending the writer's session in the middle of batches repeats them, once [PS-DUR-08]") {
  const std::string url = Cluster::instance().create_database();
  Writing writing(options_for(url));
  REQUIRE(writing.wait_ready());
  std::uint64_t last = 0;
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 400; ++i) last = writing.append(static_cast<std::uint64_t>(i % 5 + 1));
    psql(url,
         "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
         "WHERE application_name = 'stoa journal' AND datname = current_database()");
    REQUIRE(writing.wait_settled(last));
  }
  CHECK(writing.heard.refusals.empty());
  CHECK(stored(url).size() == 2400);
}

TEST_CASE("a commit whose answer was lost is neither repeated nor refused") {
  Cluster& cluster = Cluster::instance();
  const std::string url = cluster.create_database();
  for (const auto cut : {SwallowingProxy::Cut::after_commit, SwallowingProxy::Cut::before_commit}) {
    SwallowingProxy proxy(cluster.socket());
    Writing writing(options_for(Cluster::through(url, proxy.folder())));
    REQUIRE(writing.wait_ready());
    REQUIRE(writing.wait_settled(writing.append(1)));
    proxy.cut_next(cut);
    const std::uint64_t doubtful = writing.append(1);
    REQUIRE(writing.wait_settled(doubtful));
    CHECK(proxy.cuts() == 1);
    const std::uint64_t next = writing.append(1);
    REQUIRE(writing.wait_settled(next));
    CHECK(writing.heard.refusals.empty());
    CHECK(stored(url).contains(doubtful));
    CHECK(stored(url).contains(next));
  }
}

TEST_CASE("so is a publication that is a transaction by itself [PS-DUR-02]") {
  Cluster& cluster = Cluster::instance();
  const std::string url = cluster.create_database();
  SwallowingProxy proxy(cluster.socket());
  Writing writing(options_for(Cluster::through(url, proxy.folder())));
  REQUIRE(writing.wait_ready());
  const Timestamp now{std::chrono::seconds(1'790'000'000)};
  const Jid owner = *Jid::parse("hamlet@denmark.lit");
  pubsub::change::NodeCreated node{.number = 7, .node = "soliloquies", .creator = owner};
  node.created = now;
  node.config = std::make_shared<const pubsub::NodeConfig>();
  REQUIRE(writing.wait_settled(writing.append(7, node)));
  std::uint64_t seq = 0;
  const auto publish = [&] {
    ++seq;
    const std::string id = "i" + std::to_string(seq);
    pubsub::change::ItemPublished published;
    published.number = 7;
    published.item.meta = {id, seq, seq, owner, now, now};
    published.item.payload = std::make_shared<const std::string>("<entry xmlns='e'/>");
    return writing.append(7, published);
  };
  const auto settle = [&] { REQUIRE(writing.wait_settled(publish())); };
  for (const auto cut : {SwallowingProxy::Cut::after_commit, SwallowingProxy::Cut::before_commit}) {
    // Two in a row: the second one finds a database that has just answered.
    for (int tries = 0; tries < 100 && proxy.alone() == 0; ++tries) settle();
    REQUIRE(proxy.alone() > 0);
    settle();
    proxy.cut_next(cut);
    settle();
    settle();
  }
  CHECK(proxy.cuts() == 2);
  CHECK(writing.heard.refusals.empty());
  CHECK(psql(url, "SELECT count(*), max(seq) FROM items WHERE node = 7") ==
        std::to_string(seq) + "|" + std::to_string(seq));
  CHECK(psql(url, "SELECT item_count FROM nodes WHERE number = 7") == std::to_string(seq));
}

TEST_CASE(
    "while PostgreSQL stands still, requests are refused in time and chat is kept [PS-DUR-02] "
    "[MUC-PERS-09]") {
  Cluster& cluster = Cluster::instance();
  const std::string url = cluster.create_database();
  store::Options options = options_for(url);
  options.commit_timeout = 1500ms;
  options.archive_grace = 600ms;
  Writing writing(options);
  REQUIRE(writing.wait_ready());
  REQUIRE(writing.wait_settled(writing.append(1)));
  for (const bool dead : {false, true}) {
    writing.heard.away.clear();
    writing.heard.refusals.clear();
    dead ? cluster.kill_hard() : cluster.freeze();
    const auto began = steady_clock::now();
    const std::uint64_t chat = writing.append(1, "chat", Durability::chat);
    const std::uint64_t hard = writing.append(2);
    const std::uint64_t behind = writing.append(2, "chat", Durability::chat);
    REQUIRE(writing.loop.run_until([&] { return !writing.heard.away.empty(); }));
    CHECK(steady_clock::now() - began < 1400ms);
    REQUIRE(writing.loop.run_until([&] { return !writing.heard.refusals.empty(); }));
    CHECK(steady_clock::now() - began < 4s);
    CHECK(writing.heard.refusals[0].seq == hard);
    CHECK(writing.heard.refusals[0].why == timeout);
    CHECK(writing.heard.watermark < chat);
    writing.control().resume(2);
    const std::uint64_t more = writing.append(2, "chat", Durability::chat);
    dead ? cluster.start() : cluster.thaw();
    REQUIRE(writing.wait_settled(more));
    REQUIRE(writing.loop.run_until([&] { return writing.heard.away.size() == 2; }));
    CHECK(writing.heard.away == std::vector<bool>{true, false});
    const auto rows = stored(url);
    CHECK(rows.contains(chat));
    CHECK_FALSE(rows.contains(hard));
    CHECK_FALSE(rows.contains(behind));
    CHECK(rows.contains(more));
  }
}

TEST_CASE("a look-up ends in time when PostgreSQL does not answer, and works again afterwards") {
  Cluster& cluster = Cluster::instance();
  const std::string url = cluster.create_database();
  store::Options options = options_for(url);
  options.read_timeout = 800ms;
  Writing writing(options);
  REQUIRE(writing.wait_ready());
  const auto look = [&] {
    std::optional<bool> away;
    writing.loader->outbox(0, 1, [&](auto found) { away = found.index() == 1; });
    REQUIRE(writing.loop.run_until([&] { return away.has_value(); }, 5s));
    return *away;
  };
  CHECK_FALSE(look());
  cluster.freeze();
  CHECK(look());
  cluster.thaw();
  CHECK_FALSE(look());
  cluster.kill_hard();
  CHECK(look());
  cluster.start();
  CHECK_FALSE(look());
}

TEST_CASE("stoa may be started before PostgreSQL is") {
  Cluster& cluster = Cluster::instance();
  const std::string url = cluster.create_database();
  cluster.kill_hard();
  Writing writing(options_for(url));
  writing.loop.run_for(300ms);
  CHECK_FALSE(writing.ready);
  cluster.start();
  CHECK(writing.wait_ready());
}

TEST_CASE("an instance that has lost the database to another one says so and writes nothing more") {
  Cluster& cluster = Cluster::instance();
  const std::string url = cluster.create_database();
  SwallowingProxy proxy(cluster.socket());
  Writing first(options_for(Cluster::through(url, proxy.folder())));
  REQUIRE(first.wait_ready());
  proxy.refuse(true);
  Writing second(options_for(url));
  REQUIRE(second.wait_ready());
  const std::uint64_t lost = first.append(1, "chat", Durability::chat);
  proxy.refuse(false);
  REQUIRE(first.loop.run_until([&] { return !first.fatal.empty(); }));
  CHECK_FALSE(stored(url).contains(lost));
  CHECK(second.wait_settled(second.append(1)));
}
