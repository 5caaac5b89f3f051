#include <doctest/doctest.h>

#include "store/postgres/fault.hpp"
#include "support/postgres/cluster.hpp"
#include "tables/muc_bench.hpp"

using namespace stoa;
using namespace stoa::muc;
using namespace stoa::test;
using store::postgres::DamagedRow;
using store::postgres::MucReader;

namespace {

ConfigPtr unusual_config() {
  RoomConfig config;
  config.name = "A Dark Cave \\ \"with\" {braces}, NULL";
  config.description = "first line\nsecond\\nline";
  config.lang = "en";
  config.password = "cauldron=burn\n\\";
  config.reactions = {"\xf0\x9f\x91\x8d", "", "x=y"};
  config.max_users = 30;
  config.max_history = 0;
  config.presence_broadcast = {};
  config.member_list = {Role::moderator};
  config.whois = Whois::anyone;
  config.allow_pm = AllowPm::none;
  config.register_mode = RegisterMode::approve;
  config.public_room = false;
  config.persistent = true;
  config.members_only = true;
  config.password_protected = true;
  config.archive = true;
  config.strict_references = true;
  return std::make_shared<const RoomConfig>(config);
}

SubjectPtr subject() {
  Subject subject;
  subject.texts = {{"", "Fire Burn and Cauldron Bubble!"}, {"de", "Feuer \"brenn\""}, {"", ""}};
  subject.nick = "thirdwitch";
  subject.occupant_id = "o1";
  subject.id = "s1";
  subject.stamp = at_second(5);
  return std::make_shared<const Subject>(subject);
}

Affiliate full_affiliate() {
  Affiliate row = affiliate(user("hag66"), Affiliation::owner);
  row.nick = "ThirdWitch";
  row.nick_key = "thirdwitch";
  row.reason = "A worthy witch; DROP TABLE rooms --'";
  row.voice = true;
  row.no_mentions = true;
  row.hats = {"urn:a\"b", "urn:{c},d"};
  return row;
}

}  // namespace

TEST_CASE("a room comes back from the tables as it was [MUC-PERS-01][MUC-PERS-03]") {
  MucTwins twins;
  twins.add("cave", created(1, "cave"));
  twins.add("cave", change::Configured{1, twins.shadow("cave").config, unusual_config()});
  twins.add("cave", change::LockSet{1, Jid(), user("crone1")});
  twins.add("cave", change::SubjectSet{1, nullptr, subject()});
  twins.add("cave", change::Affiliated{1, std::nullopt, full_affiliate(), 0, 1});
  Affiliate banned = affiliate(Jid::from_prepared("", "hecate.lit"), Affiliation::outcast);
  banned.until = at_second(1000);
  twins.add("cave", change::Affiliated{1, std::nullopt, banned, 1, 2});
  Seat sits = seat(session("hag66", "pda"), "ThirdWitch");
  sits.priority = -128;
  sits.payload = "<show>away</show>";
  twins.add("cave", change::Seated{1, std::nullopt, sits});
  twins.add("cave", change::HatSet{1, std::nullopt, Hat{"urn:hat", "Witch", "120.5", "en"}});
  twins.add("cave", change::RegistrationSet{
                        1, std::nullopt,
                        PendingRegistration{user("wiccarocks"), "n", "<x/>", at_second(3)}});
  twins.add("cave", change::Invited{1, std::nullopt,
                                    Invitation{"i1", user("hecate"), session("crone1", "desktop"),
                                               "firstwitch", at_second(4)}});
  twins.add("cave", change::VcardSet{1, "<vCard/>", {}, {"abc", "def"}});
  ArchiveRow row = message(1, session("hag66", "pda"), "ThirdWitch");
  row.kind = RowKind::subject;
  row.semi_anonymous = false;
  twins.add("cave", change::Archived{1, std::make_shared<const ArchiveRow>(row), "hi"});
  twins.commit();
  twins.check({"cave"});
}

TEST_CASE("what comes and goes in one batch ends as if written one by one") {
  MucTwins twins;
  twins.add("cave", created(1, "cave"));
  twins.commit();
  const Seat first = seat(session("hag66", "pda"), "ThirdWitch");
  Seat away = first;
  away.payload = "<show>away</show>";
  Seat renamed = away;
  renamed.nick = "oldhag";

  SUBCASE("several presences of one session") {
    twins.add("cave", change::Seated{1, std::nullopt, first});
    twins.add("cave", change::Seated{1, first, away});
    twins.add("cave", change::Seated{1, away, renamed});
  }
  SUBCASE("a join and a leave") {
    twins.add("cave", change::Seated{1, std::nullopt, first});
    twins.add("cave", change::Seated{1, first, std::nullopt});
  }
  SUBCASE("a leave and a join") {
    twins.add("cave", change::Seated{1, std::nullopt, first});
    twins.commit();
    twins.add("cave", change::Seated{1, first, std::nullopt});
    twins.add("cave", change::Seated{1, std::nullopt, renamed});
  }
  SUBCASE("an affiliation that is set twice and taken away") {
    const Affiliate owner = full_affiliate();
    Affiliate member = owner;
    member.affiliation = Affiliation::member;
    twins.add("cave", change::Affiliated{1, std::nullopt, owner, 0, 1});
    twins.add("cave", change::Affiliated{1, owner, member, 1, 2});
    twins.add("cave", change::Affiliated{1, member, std::nullopt, 2, 3});
  }
  SUBCASE("a message that is retracted at once [MUC-MAM-20]") {
    const auto row =
        std::make_shared<const ArchiveRow>(message(1, session("hag66", "pda"), "ThirdWitch"));
    twins.add("cave", change::Archived{1, row, "hi"});
    const Tombstone stone{"r1", at_second(9), "cave@chat.shakespeare.lit/crone", "o2", "spam"};
    twins.add("cave", change::Retracted{1, 1, row->id, std::nullopt, stone});
  }
  SUBCASE("an archive that is cut behind the newest row [MUC-MAM-15]") {
    for (std::uint64_t seq = 1; seq <= 3; ++seq) {
      twins.add("cave", change::Archived{1,
                                         std::make_shared<const ArchiveRow>(
                                             message(seq, session("hag66", "pda"), "ThirdWitch")),
                                         "hi"});
    }
    twins.add("cave", change::ArchiveCut{1, 2});
  }
  SUBCASE("the end of a room and another one of its name") {
    twins.add("cave", change::Seated{1, std::nullopt, first});
    twins.add("cave", change::Destroyed{1, room_jid("cave"), std::nullopt, nullptr});
    twins.add("cave", created(2, "cave"));
    twins.add("cave", change::Destroyed{2, room_jid("cave"), std::nullopt, nullptr});
    twins.add("cave", created(3, "cave"));
    twins.add("cave", change::Seated{3, std::nullopt, first});
  }
  SUBCASE("a room that leaves a trace, and one that ends the trace") {
    const GoneRoom gone{room_jid("castle"), at_second(100)};
    twins.add("cave", change::Destroyed{1, room_jid("cave"), gone, nullptr});
    twins.commit();
    twins.check({"cave"});
    auto again = std::get<change::Created>(created(2, "cave"));
    again.gone = gone;
    twins.add("cave", again);
  }
  twins.commit();
  twins.check({"cave"});
}

TEST_CASE("nothing is left of a destroyed room but its trace") {
  MucTwins twins;
  twins.add("cave", created(1, "cave"));
  twins.add("cave", change::Seated{1, std::nullopt, seat(session("hag66", "pda"), "w")});
  twins.add("cave", change::Affiliated{1, std::nullopt, full_affiliate(), 0, 1});
  twins.add("cave", change::SubjectSet{1, nullptr, subject()});
  twins.add("cave", change::VcardSet{1, "<vCard/>", {}, {"abc"}});
  for (std::uint64_t seq = 1; seq <= 1500; ++seq) {
    ArchiveRow row = message(seq, session("hag66", "pda"), "w");
    row.stamp = at_second(seq == 1000 ? 1 : 100);
    twins.add("cave", change::Archived{1, std::make_shared<const ArchiveRow>(row), "hi"});
  }
  twins.commit();
  CHECK(psql(twins.url(), "SELECT seq FROM room_archive_steps") == "1000");
  twins.add("cave", change::Destroyed{1, room_jid("cave"),
                                      GoneRoom{room_jid("castle"), at_second(100)}, nullptr});
  for (int i = 0; i < 4; ++i) twins.commit();
  for (const char* table :
       {"rooms", "room_graves", "room_subjects", "room_affiliates", "room_affiliation_log",
        "room_seats", "room_archive", "room_archive_steps", "room_vcards", "room_hats",
        "room_registrations", "room_invitations"}) {
    CAPTURE(table);
    CHECK(psql(twins.url(), std::string("SELECT count(*) FROM ") + table) == "0");
  }
  CHECK(twins.load("cave").gone.get() != nullptr);
}

TEST_CASE("names of every kind and length are stored [MUC-PERS-01]") {
  MucTwins twins;
  const std::string longest(1023, 'x');
  const std::vector<std::string> names{"o'hara\"\\{},null", "\xce\xbb\xf0\x9f\x90\x8d", longest};
  std::uint64_t number = 0;
  for (const std::string& name : names) {
    ++number;
    twins.add(name, created(number, name));
    const Jid sits = Jid::from_prepared(name, "shakespeare.lit", longest);
    twins.add(name, change::Seated{number, std::nullopt, seat(sits, name)});
    twins.add(name, change::Affiliated{number, std::nullopt,
                                       affiliate(sits.bare(), Affiliation::member), 0, 1});
    auto row = std::make_shared<const ArchiveRow>(message(1, sits, name));
    twins.add(name, change::Archived{number, std::move(row), name + " '"});
    twins.add(name,
              change::HatSet{number, std::nullopt, Hat{std::string(8000, 'u'), name, "", ""}});
    twins.add(name, change::Invited{number, std::nullopt,
                                    Invitation{std::string(8000, 'i'), sits, sits, name, {}}});
  }
  twins.commit();
  twins.check(names);
}

TEST_CASE("a damaged row is told with its room and hurts no other [MUC-PERS-11]") {
  MucTwins twins;
  for (std::uint64_t i = 1; i <= 2; ++i) {
    const std::string name = "room" + std::to_string(i);
    twins.add(name, created(i, name));
    twins.add(name, change::Seated{i, std::nullopt, seat(session("hag66", "pda"), "w")});
    twins.add(name, change::Affiliated{i, std::nullopt, full_affiliate(), 0, 1});
  }
  twins.commit();
  std::string damage;
  SUBCASE("an unknown role") {
    damage =
        "ALTER TABLE room_seats DROP CONSTRAINT room_seats_role_check; "
        "UPDATE room_seats SET role = 'king' WHERE room = 1";
  }
  SUBCASE("an unknown option") {
    damage =
        "UPDATE rooms SET config = jsonb_build_object('throne', jsonb_build_array('1')) "
        "WHERE number = 1";
  }
  SUBCASE("an option that is no number") {
    damage =
        "UPDATE rooms SET config = jsonb_build_object('slow_mode', jsonb_build_array('x')) "
        "WHERE number = 1";
  }
  SUBCASE("an address that is none") {
    damage = "UPDATE room_affiliates SET jid = '@/' WHERE room = 1";
  }
  SUBCASE("a presence that is no XML") {
    damage = "UPDATE room_seats SET payload = '<broken' WHERE room = 1";
  }
  SUBCASE("a presence that ends the stanza it would stand in") {
    damage = "UPDATE room_seats SET payload = '</c><c>' WHERE room = 1";
  }
  psql(twins.url(), damage);
  CHECK_THROWS_WITH_AS(twins.load("room1"), doctest::Contains("room1"), DamagedRow);
  CHECK(twins.load("room2").number == 2);
}

TEST_CASE("rooms that something must happen to are found after a start [MUC-PERS-04]") {
  MucTwins twins;
  RoomConfig config;
  config.persistent = true;
  const auto lasting = std::make_shared<const RoomConfig>(config);
  std::uint64_t number = 0;
  for (const std::string name : {"banned", "idle", "locked", "seated", "temporary"}) {
    auto room = std::get<change::Created>(created(++number, name));
    if (name != "temporary") room.config = lasting;
    if (name == "locked") room.locked_by = user("crone1");
    twins.add(name, room);
    if (name == "seated") {
      twins.add(name, change::Seated{number, std::nullopt, seat(session("hag66", "pda"), "w")});
    }
    if (name == "banned") {
      Affiliate row = affiliate(user("hag66"), Affiliation::outcast);
      row.until = at_second(10);
      twins.add(name, change::Affiliated{number, std::nullopt, row, 0, 1});
    }
  }
  twins.commit();
  const auto keys = [&](const std::string& from, std::int64_t until, std::size_t limit) {
    return MucReader::pending_keys(twins.connection(), rooms_service, from, at_second(until),
                                   limit);
  };
  using Keys = std::vector<std::string>;
  CHECK(keys("", 10, 10) == Keys{"banned", "locked", "seated", "temporary"});
  CHECK(keys("", 9, 2) == Keys{"locked", "seated"});
  CHECK(keys("seated", 10, 10) == Keys{"temporary"});
}
