#include <sstream>

#include <doctest/doctest.h>

#include "faults/bench_of_units.hpp"

using namespace stoa;
using namespace stoa::test;
using namespace std::chrono_literals;

namespace stoa::test {

std::set<std::uint64_t> stored(const std::string& url) {
  std::istringstream lines(psql(url, "SELECT seq FROM outbox ORDER BY seq, part"));
  std::set<std::uint64_t> seqs;
  for (std::uint64_t seq = 0; lines >> seq;) {
    const bool twice = !seqs.insert(seq).second;
    CHECK_FALSE(twice);
  }
  return seqs;
}

}  // namespace stoa::test

namespace {

constexpr auto content = dispatch::Refusal::content;

}  // namespace

TEST_CASE("what is reported as committed is in the database, and many units share a commit") {
  const std::string url = Cluster::instance().create_database();
  Writing writing(options_for(url));
  REQUIRE(writing.wait_ready());
  std::uint64_t last = 0;
  for (int i = 0; i < 5000; ++i) last = writing.append(static_cast<std::uint64_t>(i % 7 + 1));
  REQUIRE(writing.wait_settled(last));
  CHECK(stored(url).size() == 5000);
  CHECK(writing.heard.refusals.empty());
  CHECK(writing.store().figures().units == 5000);
  CHECK(writing.store().figures().batches < 500);
}

TEST_CASE("neither sequence numbers nor entity numbers are given twice by two runs") {
  const std::string url = Cluster::instance().create_database();
  std::uint64_t seq = 0;
  std::uint64_t number = 0;
  for (int run = 0; run < 2; ++run) {
    Writing writing(options_for(url));
    REQUIRE(writing.wait_ready());
    CHECK(writing.ready->first_seq > seq + 1'000'000'000);
    CHECK(writing.ready->first_number > number + 1'000'000'000);
    seq = writing.ready->first_seq;
    number = writing.ready->first_number;
    const std::uint64_t last = writing.append(1);
    REQUIRE(writing.wait_settled(last));
  }
}

TEST_CASE("a unit that the database refuses falls alone, with the later ones of its entity") {
  const std::string url = Cluster::instance().create_database();
  Writing writing(options_for(url));
  REQUIRE(writing.wait_ready());
  // One that cannot even be written down, one that only the database can refuse.
  for (const std::string& bad : {std::string("a\0b", 3), std::string("\xff\xfe")}) {
    const std::size_t before = writing.heard.refusals.size();
    const std::uint64_t first = writing.append(1);
    const std::uint64_t other = writing.append(2);
    const std::uint64_t guilty = writing.append(1, bad);
    const std::uint64_t later = writing.append(1);
    const std::uint64_t beside = writing.append(2);
    REQUIRE(writing.wait_settled(beside));
    REQUIRE(writing.heard.refusals.size() == before + 1);
    CHECK(writing.heard.refusals.back().seq == guilty);
    CHECK(writing.heard.refusals.back().entity == 1);
    CHECK(writing.heard.refusals.back().why == content);

    const std::uint64_t skipped = writing.append(1);
    writing.control().resume(1);
    const std::uint64_t good = writing.append(1);
    REQUIRE(writing.wait_settled(good));
    const auto rows = stored(url);
    CHECK(rows.contains(first));
    CHECK(rows.contains(other));
    CHECK_FALSE(rows.contains(guilty));
    CHECK_FALSE(rows.contains(later));
    CHECK(rows.contains(beside));
    CHECK_FALSE(rows.contains(skipped));
    CHECK(rows.contains(good));
  }
}

TEST_CASE(
    "texts with quotes, backslashes, percent signs and braces are stored as they are [PS-SEC-07]") {
  const std::string url = Cluster::instance().create_database();
  const std::string hostile = "'; DROP TABLE outbox; -- \" \\ {a,NULL} % _ $1 \n\t\xc3\xa9";
  {
    Writing writing(options_for(url));
    REQUIRE(writing.wait_ready());
    REQUIRE(writing.wait_settled(writing.append(1, hostile)));
  }
  Writing writing(options_for(url));
  REQUIRE(writing.wait_ready());
  std::string text;
  writing.loader->outbox(0, 10, [&](auto found) { text = std::get<0>(found).at(0).second.middle; });
  REQUIRE(writing.loop.run_until([&] { return !text.empty(); }));
  CHECK(text == "'><body>" + hostile + "</body>");
}

TEST_CASE("outbox rows of an earlier run are found in order until the server has proved them") {
  const std::string url = Cluster::instance().create_database();
  std::vector<std::uint64_t> seqs;
  {
    Writing writing(options_for(url));
    REQUIRE(writing.wait_ready());
    for (int i = 0; i < 6; ++i) seqs.push_back(writing.append(1, "row " + std::to_string(i)));
    REQUIRE(writing.wait_settled(seqs.back()));
    writing.control().delivered(domain, seqs[1]);
    writing.store().close();
  }
  Writing writing(options_for(url));
  REQUIRE(writing.wait_ready());
  REQUIRE(writing.wait_settled(writing.append(1, "of this run")));
  std::vector<std::uint64_t> found;
  for (std::uint64_t from = 0;;) {
    std::optional<std::size_t> got;
    writing.loader->outbox(from, 3, [&](auto page) {
      for (const auto& [seq, row] : std::get<0>(page)) found.push_back(seq);
      got = std::get<0>(page).size();
    });
    REQUIRE(writing.loop.run_until([&] { return got.has_value(); }));
    if (*got == 0) break;
    from = found.back();
  }
  CHECK(found == std::vector<std::uint64_t>(seqs.begin() + 2, seqs.end()));
}

TEST_CASE("an outbox row that is no XML is left out, however many of them stand in a row") {
  const std::string url = Cluster::instance().create_database();
  std::uint64_t good = 0;
  {
    Writing writing(options_for(url));
    REQUIRE(writing.wait_ready());
    for (int i = 0; i < 4; ++i) writing.append(1);
    good = writing.append(1);
    REQUIRE(writing.wait_settled(good));
  }
  psql(url, "UPDATE outbox SET tail = '</broken>' WHERE seq < " + std::to_string(good));
  Writing writing(options_for(url));
  REQUIRE(writing.wait_ready());
  std::vector<std::uint64_t> found;
  writing.loader->outbox(0, 2, [&](auto page) {
    for (const auto& [seq, row] : std::get<0>(page)) found.push_back(seq);
  });
  REQUIRE(writing.loop.run_until([&] { return !found.empty(); }));
  CHECK(found == std::vector<std::uint64_t>{good});
}

TEST_CASE("without the row that says how far the journal has got nothing is opened") {
  const std::string url = Cluster::instance().create_database();
  CHECK(store::check_database(options_for(url)).schema.empty());
  {
    Writing writing(options_for(url));
    REQUIRE(writing.wait_ready());
  }
  CHECK(store::check_database(options_for(url)).schema.empty());
  psql(url, "DELETE FROM journal");
  CHECK(store::check_database(options_for(url)).schema.find("backup") != std::string::npos);
  Writing writing(options_for(url));
  CHECK_FALSE(writing.wait_ready());
  CHECK(writing.fatal.find("the table journal has lost its row") != std::string::npos);
}

TEST_CASE(
    "a second stoa on the same database waits, and takes over when the first one ends "
    "[PS-DUR-10]") {
  const std::string url = Cluster::instance().create_database();
  auto first = std::make_unique<Writing>(options_for(url));
  REQUIRE(first->wait_ready());
  Writing second(options_for(url));
  second.loop.run_for(1200ms);
  CHECK_FALSE(second.ready);
  REQUIRE(first->wait_settled(first->append(1)));
  first.reset();
  REQUIRE(second.wait_ready());
  CHECK(second.wait_settled(second.append(1)));
}

TEST_CASE("a newer schema is refused with words that say so [PS-DUR-09]") {
  const std::string url = Cluster::instance().create_database();
  CHECK_FALSE(store::pending_migrations(options_for(url)).empty());
  CHECK_FALSE(store::migrate(options_for(url)).empty());
  CHECK(store::migrate(options_for(url)).empty());
  CHECK(store::pending_migrations(options_for(url)).empty());
  psql(url, "INSERT INTO schema_version (version, name) VALUES (9999, 'later')");
  Writing writing(options_for(url));
  CHECK_FALSE(writing.wait_ready());
  CHECK(writing.fatal.find("9999") != std::string::npos);
}

TEST_CASE("a full queue refuses a unit in its place, and goes on after the resume") {
  const std::string url = Cluster::instance().create_database();
  store::Options options = options_for(url);
  options.queue_units = 10;
  options.commit_timeout = 60s;
  Writing writing(options);
  REQUIRE(writing.wait_ready());
  REQUIRE(writing.wait_settled(writing.append(1)));
  Cluster::instance().freeze();
  writing.append(100);
  writing.loop.run_for(200ms);  // it is being written, and stuck
  std::vector<std::uint64_t> seqs;
  for (int i = 0; i < 12; ++i)
    seqs.push_back(writing.append(static_cast<std::uint64_t>(i % 2 + 1)));
  Cluster::instance().thaw();
  REQUIRE(writing.wait_settled(seqs.back()));
  REQUIRE(writing.heard.refusals.size() == 2);
  CHECK(writing.heard.refusals[0].seq == seqs[10]);
  CHECK(writing.heard.refusals[0].why == dispatch::Refusal::full);
  CHECK(writing.heard.refusals[1].seq == seqs[11]);
  const std::uint64_t skipped = writing.append(1);
  writing.control().resume(1);
  writing.control().resume(2);
  const std::uint64_t good = writing.append(1);
  REQUIRE(writing.wait_settled(good));
  CHECK_FALSE(stored(url).contains(skipped));
  CHECK(stored(url).contains(good));
}
