#include <doctest/doctest.h>

#include "tables/node_tables.hpp"

using namespace stoa;
using namespace stoa::test;
namespace change = pubsub::change;
using pubsub::ArchiveRead;

namespace {

using Seqs = std::vector<std::uint64_t>;

pubsub::Item entry(std::uint64_t seq, const std::string& inner) {
  pubsub::Item made = item(seq, std::to_string(seq));
  made.payload = std::make_shared<const std::string>("<entry xmlns='http://www.w3.org/2005/Atom'>" +
                                                     inner + "</entry>");
  return made;
}

/// The page that is found, by the places of its entries.
Seqs found(NodeTables& tables, const ArchiveRead& read) {
  Seqs seqs;
  for (const auto& one : tables.read<pubsub::ArchivePage>(read).entries) {
    seqs.push_back(one.meta.seq);
  }
  return seqs;
}

ArchiveRead of_node() {
  ArchiveRead read;
  read.number = 1;
  read.max = 10;
  return read;
}

/// What has left the items of the node.
std::string in_archive_table(NodeTables& tables) {
  return tables.connection
      .run(
          "SELECT coalesce(string_agg(seq::text, ' ' ORDER BY seq), '') FROM items i "
          "JOIN nodes n ON n.number = i.node WHERE NOT i.stands OR i.seq < n.standing_from")
      .at(0)
      .at(0)
      .as<std::string>();
}

}  // namespace

TEST_CASE(
    "an archive is searched for words in its node's language, with every other filter and by pages "
    "[PS-MAM-11]") {
  NodeTables tables;
  tables.add("n", created(1, "n"));
  const std::vector<std::string> texts = {"The players were walking", "He walks <b>alone</b>",
                                          "Silence, and no walker", "Walk on", "walking"};
  std::uint64_t seq = 0;
  for (const std::string& text : texts) {
    auto made = entry(++seq, "<title>" + text + "</title>");
    if (seq == 4) made.meta.publisher = jid("ophelia@denmark.lit");
    tables.add("n", change::ItemPublished{.number = 1, .item = made});
  }
  tables.commit();

  ArchiveRead read = of_node();
  read.query.fulltext = "walk";
  CHECK(found(tables, read) == Seqs{4});
  read.language = "en";
  CHECK(found(tables, read) == Seqs{1, 2, 4, 5});
  read.language = "en-GB";
  CHECK(found(tables, read) == Seqs{1, 2, 4, 5});
  read.language = "tlh";
  CHECK(found(tables, read) == Seqs{4});
  read.language = "en";
  read.query.fulltext = "alone walk";
  CHECK(found(tables, read) == Seqs{2});
  read.query.fulltext = "entry";
  CHECK(found(tables, read).empty());
  read.query.fulltext = "walk";

  SUBCASE("other filters") {
    read.query.with = jid("ophelia@denmark.lit");
    CHECK(found(tables, read) == Seqs{4});
    read.query.with.reset();
    read.query.start = at(2);
    read.query.end = at(4);
    CHECK(found(tables, read) == Seqs{2, 4});
    read.above = 2;
    CHECK(found(tables, read) == Seqs{4});
    read.above.reset();
    read.seqs = {1, 2, 3};
    CHECK(found(tables, read) == Seqs{2});
  }
  SUBCASE("pages from both ends") {
    read.max = 3;
    auto page = tables.read<pubsub::ArchivePage>(read);
    CHECK(page.count == 4);
    CHECK_FALSE(page.complete);
    CHECK(found(tables, read) == Seqs{1, 2, 4});
    read.anchor = 4;
    page = tables.read<pubsub::ArchivePage>(read);
    CHECK(found(tables, read) == Seqs{5});
    CHECK(page.first_index == 3);
    CHECK(page.complete);
    read.query.page.before = "4";
    CHECK(found(tables, read) == Seqs{1, 2});
  }
  SUBCASE("what was retracted has no words") {
    tables.store("n", change::ItemsRetracted{1, {entry(2, "").meta}});
    CHECK(found(tables, read) == Seqs{1, 4, 5});
  }
}

TEST_CASE("categories of Atom entries are compared as they are meant [PS-MAM-12]") {
  NodeTables tables;
  tables.add("n", created(1, "n"));
  const std::vector<std::string> categories = {
      "<category term='a &amp; b'/>", "<category term=\"it's\"/><category term='c'/>",
      "<a:category xmlns:a='http://www.w3.org/2005/Atom' term='c'/>",
      "<source><category term='c'/></source>", "<category xmlns='urn:example' term='c'/>"};
  std::uint64_t seq = 0;
  for (const std::string& inner : categories) {
    tables.add("n", change::ItemPublished{.number = 1, .item = entry(++seq, inner)});
  }
  auto other = item(++seq, "other");
  other.payload = std::make_shared<const std::string>(
      "<feed xmlns='urn:example'><category xmlns='http://www.w3.org/2005/Atom' term='c'/></feed>");
  tables.add("n", change::ItemPublished{.number = 1, .item = other});
  tables.commit();

  ArchiveRead read = of_node();
  const auto in_category = [&](const char* term) {
    read.category = term;
    return found(tables, read);
  };
  CHECK(in_category("c") == Seqs{2, 3});
  CHECK(in_category("a & b") == Seqs{1});
  CHECK(in_category("it's") == Seqs{2});
  CHECK(in_category("C").empty());
}

TEST_CASE(
    "what an archive of limited size lets go leaves the table, the oldest first [PS-MAM-10]") {
  NodeTables tables;
  tables.store("n", created(1, "n", config_with([](auto& config) { config.archive_max = 3; })));
  std::optional<pubsub::ItemMeta> before;
  const auto publish = [&](std::uint64_t seq) {
    auto made = item(seq, "a");
    tables.add("n", change::ItemPublished{.number = 1, .item = made, .before = before});
    before = made.meta;
  };
  for (const std::uint64_t seq : {1u, 2u, 3u}) {
    publish(seq);
    tables.commit();
  }
  CHECK(in_archive_table(tables) == "1 2");
  publish(4);
  tables.commit();
  CHECK(in_archive_table(tables) == "2 3");
  for (const std::uint64_t seq : {5u, 6u, 7u, 8u}) publish(seq);
  tables.commit();
  CHECK(in_archive_table(tables) == "6 7");
}

TEST_CASE("what falls from a full node is in its archive, if it has one [PS-MAM-10] [PS-EVI-01]") {
  NodeTables tables;
  bool archives = true;
  bool kept = false;
  SUBCASE("that keeps everything: no row is touched") {
    kept = true;
  }
  SUBCASE("that is looked at") {}
  SUBCASE("without one it is deleted") {
    archives = false;
  }
  tables.store("n", created(1, "n", config_with([&](auto& config) { config.archive = archives; })));
  for (const std::uint64_t seq : {1u, 2u, 3u}) {
    tables.add("n", change::ItemPublished{.number = 1, .item = item(seq, std::to_string(seq))});
  }
  tables.commit();
  const auto places = [&] {
    return tables.connection.run("SELECT string_agg(ctid::text, ' ' ORDER BY seq) FROM items")[0][0]
        .as<std::string>();
  };
  const std::string before = places();
  const change::ItemsRetracted fell{
      1, {item(1, "1").meta, item(2, "2").meta}, change::Removal::evicted, kept};
  tables.store("n", fell);
  CHECK(in_archive_table(tables) == (archives ? "1 2" : ""));
  CHECK((places() == before) == archives);
  CHECK(tables.load("n").item_count == 1);
  pubsub::ItemsRead items;
  items.number = 1;
  items.cap = 10;
  const auto page = tables.read<pubsub::ItemPage>(items);
  REQUIRE(page.items.size() == 1);
  CHECK(page.items.front().meta.id == "3");

  // One that comes and falls within a batch is kept likewise.
  tables.add("n", change::ItemPublished{.number = 1, .item = item(4, "4")});
  tables.add("n", change::ItemsRetracted{
                      1, {item(3, "3").meta, item(4, "4").meta}, change::Removal::evicted, kept});
  tables.commit();
  CHECK(in_archive_table(tables) == (archives ? "1 2 3 4" : ""));
  CHECK(tables.load("n").item_count == 0);
}

TEST_CASE("a purge touches no item, and what it leaves is cleared away in pieces [PS-PUR-05]") {
  NodeTables tables;
  bool archives = false;
  SUBCASE("with an archive") {
    archives = true;
  }
  SUBCASE("without") {}
  CAPTURE(archives);
  tables.store("n", created(1, "n", config_with([&](auto& config) {
                              config.archive = archives;
                              config.max_items.reset();
                            })));
  tables.store("other", created(2, "other"));
  tables.connection.run(
      "INSERT INTO items (node, seq, first_seq, digest, id, publisher, created, published, "
      "payload) "
      "SELECT 1, i, i, md5(i::text)::uuid, i::text, 'hamlet@denmark.lit', now(), now(), '<x/>' "
      "FROM generate_series(1, 100000) AS i; "
      "UPDATE nodes SET item_count = 100000 WHERE number = 1");
  const auto count = [&](const std::string& what) {
    return tables.connection.run("SELECT count(*) FROM items WHERE node = 1 AND " + what)[0][0]
        .as<std::size_t>();
  };
  constexpr std::size_t piece = 500;

  // As in the journal's session, where everything is found by key.
  tables.connection.run("SET enable_bitmapscan = off");
  tables.store("n", change::NodePurged{
                        .number = 1, .up_to = 100000, .count_before = 100000, .count_after = 0});
  CHECK(count("payload IS NOT NULL") == 100000 - piece);
  CHECK(tables.load("n").item_count == 0);
  pubsub::ItemsRead items;
  items.number = 1;
  items.cap = 10;
  CHECK(tables.read<pubsub::ItemPage>(items).items.empty());
  const auto last = [&] {
    ArchiveRead read = of_node();
    read.query.page.before = "";
    return tables.read<pubsub::ArchivePage>(read).entries.back();
  };
  CHECK_FALSE(last().payload);

  // Every commit, whatever it is about, takes one piece; what was published since is not touched.
  tables.store("n", change::ItemPublished{.number = 1, .item = entry(100001, "new")});
  CHECK(count("payload IS NOT NULL") == 100001 - 2 * piece);
  CHECK(last().payload);
  for (std::uint64_t i = 1; i < 100000 / piece; ++i) {
    tables.store("other", change::ItemPublished{.number = 2, .item = entry(i, "x")});
  }
  CHECK(count("payload IS NOT NULL") == 1);
  CHECK(count("stands") == 1);
  CHECK(count("true") == (archives ? 100001 : 1));
  CHECK(tables.connection.run("SELECT FROM node_purges").empty());
}
