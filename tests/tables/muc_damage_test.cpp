#include <optional>

#include <doctest/doctest.h>

#include "support/postgres/cluster.hpp"
#include "tables/lookups.hpp"
#include "tables/muc_bench.hpp"

using namespace stoa;
using namespace stoa::muc;
using namespace stoa::test;

namespace {

struct Rooms : Lookups<Engine> {
  explicit Rooms(const std::string& url) : Lookups(url, rooms_service) {}
};

/// Two rooms alike.
void fill(MucTwins& twins) {
  for (std::uint64_t i = 1; i <= 2; ++i) {
    const std::string name = "room" + std::to_string(i);
    twins.add(name, created(i, name));
    twins.add(name, change::Seated{i, std::nullopt, seat(session("hag66", "pda"), "w")});
    twins.add(name, change::VcardSet{i, "<vCard xmlns='vcard-temp'/>", {}, {"abc"}});
    twins.add(name, change::Affiliated{i, std::nullopt,
                                       affiliate(user("hag66"), Affiliation::member), 0, 1});
    for (std::uint64_t seq = 1; seq <= 2; ++seq) {
      const auto row = std::make_shared<const ArchiveRow>(message(seq, session("hag66", "p"), "w"));
      twins.add(name, change::Archived{i, row, "hi"});
    }
  }
  twins.commit();
}

read::Archive archive_of(std::uint64_t room) {
  read::Archive all;
  all.room = room;
  all.max = 10;
  return all;
}

constexpr const char* named = "event=store.damaged key=\"chat.shakespeare.lit room1\"";

}  // namespace

TEST_CASE("a message that is no XML is damage of its room, which the log names [MUC-PERS-11]") {
  MucTwins twins;
  fill(twins);
  for (const std::string text : {"<broken", "</c><c>", "<a>&nbsp;</a>"}) {
    CAPTURE(text);
    psql(twins.url(),
         "UPDATE room_archive SET payload = '" + text + "' WHERE room = 1 AND seq = 2");
    {
      Rooms rooms(twins.url());
      CHECK_FALSE(rooms.fetch(1, need::History{5}));
      CHECK(rooms.log.says(named));
    }
    Rooms rooms(twins.url());
    CHECK_FALSE(rooms.read(archive_of(1)));
    CHECK_FALSE(rooms.read(read::ArchiveEnds{1}));
    CHECK(rooms.log.says(named));
    CHECK(rooms.fetch(1, need::Entry{"id-1"}));
    const auto other = rooms.read(archive_of(2));
    REQUIRE(other);
    CHECK(std::get<found::Archive>(*other).rows.size() == 2);
    CHECK(rooms.fetch(2, need::History{5}));
    CHECK_FALSE(rooms.log.says("room2"));
  }
}

TEST_CASE("so are a presence and a vCard [MUC-PERS-11]") {
  MucTwins twins;
  fill(twins);
  psql(twins.url(), "UPDATE room_seats SET payload = '<broken' WHERE room = 1");
  {
    Rooms rooms(twins.url());
    CHECK_FALSE(rooms.loads("room1"));
    CHECK(rooms.log.says(named));
    CHECK(rooms.loads("room2"));
  }
  psql(twins.url(), "UPDATE room_vcards SET vcard = '<broken' WHERE room = 1");
  Rooms rooms(twins.url());
  CHECK_FALSE(rooms.read(read::Vcard{1}));
  CHECK(rooms.log.says(named));
  CHECK(rooms.read(read::Vcard{2}));
}

TEST_CASE("a list of somebody's rooms lacks the damaged one only [MUC-PERS-11]") {
  MucTwins twins;
  fill(twins);
  psql(twins.url(),
       "ALTER TABLE room_affiliates DROP CONSTRAINT room_affiliates_affiliation_check; "
       "UPDATE room_affiliates SET affiliation = 'king' WHERE room = 1");
  Rooms rooms(twins.url());
  const auto of = rooms.read(read::RoomsOf{user("hag66")});
  REQUIRE(of);
  const auto& entries = std::get<found::RoomsOf>(*of).entries;
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].room == room_jid("room2"));
  CHECK(rooms.log.says(named));
}
