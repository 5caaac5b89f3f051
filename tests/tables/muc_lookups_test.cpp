#include <functional>
#include <random>
#include <utility>

#include <doctest/doctest.h>

#include "store/postgres/muc_archive.hpp"
#include "support/postgres/cluster.hpp"
#include "tables/muc_bench.hpp"

using namespace stoa;
using namespace stoa::muc;
using namespace stoa::test;
using store::postgres::MucReader;

namespace {

/// Twenty messages of three people; the clock steps back in the middle, between two commits, and
/// again within one; one message is retracted.
void talk(MucTwins& twins) {
  twins.add("cave", created(1, "cave"));
  for (std::uint64_t seq = 1; seq <= 20; ++seq) {
    const std::string name = seq % 3 == 0 ? "hag66" : "crone1";
    ArchiveRow row = message(seq, session(name, "pda"), seq % 2 == 0 ? "witch" : name);
    const std::uint64_t behind = seq > 16 ? 8 : seq > 10 ? 5 : 0;
    row.stamp = at_second(static_cast<std::int64_t>(seq - behind));
    if (seq == 11) twins.commit();
    if (seq == 5) row.kind = RowKind::subject;
    const std::string body = seq % 4 == 0 ? "Double, TOIL and trouble" : "Fire burn";
    twins.add("cave", change::Archived{1, std::make_shared<const ArchiveRow>(row), body});
  }
  const Tombstone stone{"r1", at_second(99), "", "", "spam"};
  twins.add("cave", change::Retracted{1, 8, "id-8", std::nullopt, stone});
  twins.commit();
}

using Edit = std::function<void(read::Archive&)>;

const std::vector<Edit>& conditions() {
  static const std::vector<Edit> all{
      [](read::Archive&) {},
      [](read::Archive& read) { read.nick = "witch"; },
      [](read::Archive& read) { read.author = user("hag66"); },
      [](read::Archive& read) { read.query.start = at_second(7); },
      [](read::Archive& read) { read.query.end = at_second(7); },
      [](read::Archive& read) {
        read.query.start = at_second(6);
        read.query.end = at_second(12);
        read.nick = "witch";
      },
      [](read::Archive& read) { read.query.start = at_second(10); },
      [](read::Archive& read) { read.query.end = at_second(4); },
      [](read::Archive& read) { read.query.start = at_second(30); },
      [](read::Archive& read) {
        read.query.start = at_second(3);
        read.query.end = at_second(7);
        read.query.after_id = "id-12";
      },
      [](read::Archive& read) { read.query.after_id = "id-3"; },
      [](read::Archive& read) {
        read.query.after_id = "id-3";
        read.query.before_id = "id-12";
      },
      [](read::Archive& read) { read.query.before_id = "never"; },
      [](read::Archive& read) {
        read.query.ids = {"id-12", "id-2", "id-4", "id-2"};
      },
      [](read::Archive& read) {
        read.query.ids = {"id-2", "never"};
      },
      [](read::Archive& read) { read.query.fulltext = "toil"; },
      [](read::Archive& read) { read.nick = "nobody"; },
  };
  return all;
}

const std::vector<Edit>& pages() {
  static const std::vector<Edit> all{
      [](read::Archive&) {},
      [](read::Archive& read) { read.query.page.max = 0; },
      [](read::Archive& read) { read.query.page.after = "id-12"; },
      [](read::Archive& read) { read.query.page.after = "id-20"; },
      [](read::Archive& read) { read.query.page.before = "id-12"; },
      [](read::Archive& read) { read.query.page.before = "id-4"; },
      [](read::Archive& read) { read.query.page.before = ""; },
      [](read::Archive& read) { read.query.page.after = "never"; },
      [](read::Archive& read) { read.query.page.index = 2; },
      [](read::Archive& read) { read.query.page.index = 1000; },
  };
  return all;
}

std::vector<std::string> found_by(MucTwins& twins, const Edit& edit) {
  read::Archive read;
  read.room = 1;
  read.max = 100;
  edit(read);
  std::vector<std::string> ids;
  const auto found = MucReader::read(twins.connection(), rooms_service, read);
  for (const RowPtr& row : std::get<found::Archive>(found).rows) ids.push_back(row->id);
  return ids;
}

}  // namespace

TEST_CASE(
    "a page of an archive is the same from both stores, whatever is asked "
    "[MUC-MAM-06][MUC-MAM-07][MUC-MAM-08][MUC-MAM-09][MUC-MAM-14][MUC-MAM-18]") {
  MucTwins twins;
  talk(twins);
  for (std::size_t condition = 0; condition < conditions().size(); ++condition) {
    for (std::size_t page = 0; page < pages().size(); ++page) {
      for (const bool descending : {false, true}) {
        for (const std::size_t max : {0u, 3u, 5u, 100u}) {
          CAPTURE(condition);
          CAPTURE(page);
          CAPTURE(descending);
          CAPTURE(max);
          read::Archive read;
          read.room = 1;
          read.max = max;
          conditions()[condition](read);
          pages()[page](read);
          if (descending) {
            read.query.order = {{rsm::OrderKey::creation, rsm::Direction::descending}};
          }
          twins.check_archive(read);
        }
      }
    }
  }
}

TEST_CASE(
    "an archive is searched for words, in any case, but not what was retracted "
    "[MUC-MAM-17]") {
  MucTwins twins;
  talk(twins);
  const auto words = [](const char* text) {
    return [text](read::Archive& read) { read.query.fulltext = text; };
  };
  using Ids = std::vector<std::string>;
  CHECK(found_by(twins, words("TROUBLE toil")) == Ids{"id-4", "id-12", "id-16", "id-20"});
  CHECK(found_by(twins, words("toil burn")).empty());
  CHECK(found_by(twins, words("' & | ! (")).empty());
}

TEST_CASE("a page of a large archive reads only its own rows [MUC-MAM-21]") {
  MucTwins twins;
  talk(twins);
  psql(twins.url(),
       "INSERT INTO room_archive (room, seq, id, stamp, kind, affiliation, role, semi_anonymous, "
       "nick, occupant_id, author, author_bare, message_id, lang, payload) SELECT 1, i, 'n' || i, "
       "stoa_time((1790001000::bigint + i) * 1000000 + 250), 'message', 'none', 'visitor', true, "
       "'n', '', 'a@b/c', 'a@b', '', '', '' "
       "FROM generate_series(21, 60000) AS i; ANALYZE room_archive");
  read::Archive read;
  read.room = 1;
  read.max = 50;
  read.query.page.after = "n40000";
  const auto page =
      std::get<found::Archive>(MucReader::read(twins.connection(), rooms_service, read));
  CHECK(page.count == 60000);
  CHECK(page.first_index == 40000);
  CHECK(page.rows.front()->seq == 40001);
  CHECK_FALSE(page.complete);
  read::Archive dated = read;
  dated.query.page.after.reset();
  dated.query.start = at_second(21000);
  const auto from_date =
      std::get<found::Archive>(MucReader::read(twins.connection(), rooms_service, dated));
  CHECK(from_date.rows.front()->seq == 20000);
  CHECK(from_date.count == 40001);  // counted by its ends
  read.nick = "n";
  const auto filtered =
      std::get<found::Archive>(MucReader::read(twins.connection(), rooms_service, read));
  CHECK(filtered.rows.front()->seq == 40001);
  CHECK(filtered.count == store::postgres::counted_at_most);
}

TEST_CASE(
    "room lists and searches are the same from both stores "
    "[MUC-DISCO-04][MUC-DISCO-05][MUC-DISCO-06]") {
  MucTwins twins;
  for (std::uint64_t i = 1; i <= 12; ++i) {
    const std::string name = "room" + std::to_string(i);
    auto room = std::get<change::Created>(created(i, name));
    RoomConfig config;
    config.name = i % 2 == 0 ? "Dark CAVE \xc3\x89t\xc3\xa9" : "Castle 100%_";
    config.description = "Number " + std::to_string(i);
    config.public_room = i % 3 != 0;
    config.members_only = i == 4;
    room.config = std::make_shared<const RoomConfig>(config);
    if (i == 5) room.locked_by = user("crone1");
    twins.add(name, room);
    for (std::uint64_t k = 0; k < i % 5; ++k) {
      const std::string who = "user" + std::to_string(k);
      twins.add(name, change::Seated{i, std::nullopt, seat(session(who, "a"), who)});
      twins.add(name, change::Seated{i, std::nullopt, seat(session(who, "b"), who)});
    }
    const Jid domain = Jid::from_prepared("", "shakespeare.lit");
    if (i == 3) {
      const Affiliate member = affiliate(user("hag66"), Affiliation::member);
      twins.add(name, change::Affiliated{i, std::nullopt, member, 0, 1});
    }
    if (i == 6 || i == 9) {
      const Affiliate admin = affiliate(domain, Affiliation::admin);
      twins.add(name, change::Affiliated{i, std::nullopt, admin, 0, 1});
    }
    if (i == 9) {
      const Affiliate outcast = affiliate(user("hag66"), Affiliation::outcast);
      twins.add(name, change::Affiliated{i, std::nullopt, outcast, 1, 2});
    }
  }
  twins.commit();
  std::vector<read::Rooms> lists;
  for (const std::size_t max : {0u, 2u, 100u}) {
    for (const Jid& who : {Jid(), user("hag66")}) {
      read::Rooms plain;
      plain.max = max;
      plain.affiliated = who;
      lists.push_back(plain);
      for (const char* uid : {"room10", "room3", "room5", "never"}) {
        lists.push_back(plain);
        lists.back().after = uid;
        lists.push_back(plain);
        lists.back().before = uid;
      }
      lists.push_back(plain);
      lists.back().before = "";
      lists.push_back(plain);
      lists.back().index = 3;
      lists.push_back(plain);
      lists.back().hidden_too = true;
    }
  }
  for (const read::Rooms& list : lists) {
    twins.check_rooms(list);
    for (const char* words : {"", "cave", "CASTLE 100%_", "\xc3\xa9T\xc3\x89", "room1 number"}) {
      read::Search search;
      search.words = words;
      search.page = list;
      twins.check_rooms(search);
      search.by_users = true;
      search.min_users = 2;
      search.in_address = false;
      twins.check_rooms(search);
    }
  }
}

namespace {

/// Changes rooms at random, as an engine could.
class Whim {
 public:
  Whim(MucTwins& twins, unsigned seed) : twins_(twins), random_(seed) {}

  void change(const std::string& localpart) {
    const RoomState room = twins_.shadow(localpart);
    if (!room.exists()) return create(localpart, room);
    switch (below(9)) {
      case 0:
        return destroy(localpart, room);
      case 1:
        return configure(localpart, room);
      case 2:
        twins_.add(localpart, change::LockSet{room.number, room.locked_by,
                                              below(2) == 0 ? Jid() : user("crone1")});
        return;
      case 3:
        return set_subject(localpart, room);
      case 4:
      case 5:
        return affiliate_one(localpart, room);
      case 6:
      case 7:
        return seat_one(localpart, room);
      default:
        return archive_one(localpart, room);
    }
  }

 private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  std::string who() { return below(3) == 0 ? "hag66" : "user" + std::to_string(below(3)); }

  void create(const std::string& localpart, const RoomState& room) {
    auto made = std::get<change::Created>(created(++number_, localpart));
    if (const GoneRoom* gone = room.gone.get()) made.gone = *gone;
    twins_.add(localpart, made);
  }
  void destroy(const std::string& localpart, const RoomState& room) {
    if (below(3) != 0) return;
    change::Destroyed end{room.number, room.jid, std::nullopt, nullptr};
    if (below(2) == 0) end.gone = GoneRoom{Jid(), at_second(50)};
    twins_.add(localpart, end);
  }
  void configure(const std::string& localpart, const RoomState& room) {
    RoomConfig config = *room.config;
    config.name = "name" + std::to_string(below(5));
    config.public_room = below(2) == 0;
    config.persistent = below(2) == 0;
    twins_.add(localpart, change::Configured{room.number, room.config,
                                             std::make_shared<const RoomConfig>(config)});
  }
  void set_subject(const std::string& localpart, const RoomState& room) {
    Subject subject;
    subject.nick = who();
    if (below(2) == 0) subject.texts = {{"", who()}};
    twins_.add(localpart, change::SubjectSet{room.number, room.subject,
                                             std::make_shared<const Subject>(subject)});
  }
  void affiliate_one(const std::string& localpart, const RoomState& room) {
    const Jid jid = user(who());
    const Affiliate* known = room.affiliations.find(jid.str());
    change::Affiliated c{room.number, std::nullopt, std::nullopt, room.affiliation_version,
                         room.affiliation_version + 1};
    if (known) c.before = *known;
    if (!known || below(3) != 0) {
      c.after = affiliate(jid, static_cast<Affiliation>(below(5)));
      c.after->nick = below(2) == 0 ? "" : who();
      if (c.after->blank()) return;
    }
    twins_.add(localpart, c);
  }
  void seat_one(const std::string& localpart, const RoomState& room) {
    const std::string name = who();
    const Jid jid = session(name, below(2) == 0 ? "pda" : "desktop");
    change::Seated c{room.number, std::nullopt, std::nullopt};
    if (const Occupant* sits = room.occupants.by_session(jid)) {
      c.before = seat_of(*sits, *sits->session(jid));
    }
    if (!c.before || below(3) != 0) {
      c.after = c.before ? *c.before : seat(jid, name);
      c.after->payload = "<p>" + std::to_string(below(9)) + "</p>";
      c.after->priority = static_cast<std::int8_t>(static_cast<int>(below(5)) - 2);
    }
    twins_.add(localpart, c);
  }
  void archive_one(const std::string& localpart, const RoomState& room) {
    if (room.next_seq > 3 && below(4) == 0) {
      const std::uint64_t seq = room.next_seq - 1;
      const Tombstone stone{"r", at_second(1), "", "", ""};
      twins_.add(localpart, change::Retracted{room.number, seq, "id-" + std::to_string(seq),
                                              std::nullopt, stone});
      return;
    }
    if (room.next_seq > 6 && below(6) == 0) {
      twins_.add(localpart, change::ArchiveCut{room.number, room.next_seq - 3});
      return;
    }
    const std::string name = who();
    auto row =
        std::make_shared<const ArchiveRow>(message(room.next_seq, session(name, "pda"), name));
    twins_.add(localpart, change::Archived{room.number, std::move(row), "hi"});
  }

  MucTwins& twins_;
  std::mt19937 random_;
  std::uint64_t number_ = 0;
};

}  // namespace

TEST_CASE("a long list of rooms is paged without being counted [MUC-DISCO-05]") {
  MucTwins twins;
  auto cave = std::get<change::Created>(created(1, "cave"));
  RoomConfig config;
  config.public_room = true;
  cave.config = std::make_shared<const RoomConfig>(config);
  twins.add("cave", cave);
  twins.commit();
  // r00002 to r25001, the last ten of them hidden.
  psql(twins.url(),
       "INSERT INTO rooms (number, service, localpart, created, locked_by, occupant_key, name, "
       "description, lang, found_name, found_description, public, persistent, members_only, "
       "password_protected, whois, config) SELECT i, service, 'r' || lpad(i::text, 5, '0'), "
       "created, NULL, occupant_key, '', '', '', '', '', i <= 24991, true, false, false, whois, "
       "config FROM rooms, generate_series(2, 25001) AS i WHERE number = 1");
  read::Rooms read;
  read.max = 2;
  const auto page = [&] {
    return std::get<found::Rooms>(MucReader::read(twins.connection(), rooms_service, read));
  };
  const auto first = [&] { return page().rooms.front().localpart; };
  CHECK(page().count == 24991);
  CHECK(first() == "cave");
  read.after = "r00100";
  CHECK(first() == "r00101");
  CHECK(page().first_index == 100);
  read.after = "r12500";
  CHECK(first() == "r12501");
  CHECK_FALSE(page().first_index.has_value());
  read.after = "r24900";
  CHECK(page().first_index == 24900);
  read.after = "r25001";
  CHECK(page().unknown_uid);
  read.after.clear();
  read.before = "";
  CHECK(first() == "r24990");
  CHECK(page().first_index == 24989);

  psql(twins.url(), "DELETE FROM rooms WHERE number BETWEEN 100 AND 199");
  psql(twins.url(), "UPDATE rooms SET public = false WHERE number BETWEEN 200 AND 209");
  psql(twins.url(), "UPDATE rooms SET localpart = ' ' || number WHERE number = 300");
  CHECK(page().count == 24991 - 100 - 10 - 1);
  read.hidden_too = true;
  CHECK(page().count == 25001 - 100 - 1);
  const auto owned = std::get<fact::Ownership>(
      MucReader::fetch(twins.connection(), rooms_service, 1, need::Ownership{user("hag66"), true}));
  CHECK(owned.rooms == 25001 - 100 - 1);
}

TEST_CASE("whatever mix of changes one transaction holds, the rooms are right after it") {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    MucTwins twins;
    Whim whim(twins, seed);
    std::mt19937 random(seed + 1000);
    const std::vector<std::string> names{"cave", "castle", "heath"};
    for (int batch = 0; batch < 15; ++batch) {
      CAPTURE(batch);
      const auto size = 1 + random() % 40;
      for (std::size_t i = 0; i < size; ++i) whim.change(names[random() % names.size()]);
      twins.commit();
      twins.check(names);
    }
  }
}
