#include "tables/muc_bench.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <doctest/doctest.h>

namespace stoa::test {

using namespace muc;
using store::postgres::MucReader;

namespace {

std::vector<Seat> seats_of(const RoomState& room) {
  std::vector<Seat> seats;
  room.occupants.each([&](const Occupant& occupant) {
    for (const Session& one : occupant.sessions) seats.push_back(seat_of(occupant, one));
  });
  std::sort(seats.begin(), seats.end(),
            [](const Seat& a, const Seat& b) { return a.session < b.session; });
  return seats;
}

template <class T, class Key>
std::vector<T> sorted(std::vector<T> list, Key key) {
  std::sort(list.begin(), list.end(), [&](const T& a, const T& b) { return key(a) < key(b); });
  return list;
}

template <class T>
bool same(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return a && b ? *a == *b : !a && !b;
}

bool same(const std::vector<RowPtr>& a, const std::vector<RowPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const RowPtr& x, const RowPtr& y) { return same(x, y); });
}

bool same(const found::Room& a, const found::Room& b) {
  return a.localpart == b.localpart && a.name == b.name && a.description == b.description &&
         a.lang == b.lang && a.users == b.users && a.open == b.open &&
         a.semi_anonymous == b.semi_anonymous;
}

void check_same(const Extras& a, const Extras& b) {
  const auto uri = [](const Hat& hat) { return hat.uri; };
  const auto jid = [](const PendingRegistration& one) { return one.jid; };
  const auto id = [](const Invitation& one) { return one.id + one.invitee.str(); };
  CHECK(sorted(a.hats, uri) == sorted(b.hats, uri));
  CHECK(sorted(a.registrations, jid) == sorted(b.registrations, jid));
  CHECK(sorted(a.invitations, id) == sorted(b.invitations, id));
  CHECK(a.avatar_hashes == b.avatar_hashes);
}

std::vector<std::string> sorted_nicks(std::vector<std::string> nicks) {
  std::sort(nicks.begin(), nicks.end());
  return nicks;
}

}  // namespace

Timestamp at_second(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(1'790'000'000 + seconds) + std::chrono::microseconds(250));
}

Jid room_jid(const std::string& localpart) {
  return Jid::from_prepared(localpart, rooms_service);
}
Jid user(const std::string& name) {
  return Jid::from_prepared(name, "shakespeare.lit");
}
Jid session(const std::string& name, const std::string& resource) {
  return user(name).with_resource(resource);
}

Change created(std::uint64_t number, const std::string& localpart) {
  change::Created c;
  c.room = number;
  c.jid = room_jid(localpart);
  c.created = at_second(static_cast<std::int64_t>(number));
  c.occupant_key = "000102030405060708090a0b0c0d0e0f";
  c.config = std::make_shared<const RoomConfig>();
  return c;
}

Affiliate affiliate(const Jid& jid, Affiliation affiliation) {
  Affiliate row;
  row.jid = jid;
  row.affiliation = affiliation;
  return row;
}

Seat seat(const Jid& session, const std::string& nick) {
  Seat seat;
  seat.session = session;
  seat.nick = nick;
  seat.role = Role::participant;
  seat.since = at_second(0);
  return seat;
}

ArchiveRow message(std::uint64_t seq, const Jid& author, const std::string& nick) {
  ArchiveRow row;
  row.seq = seq;
  row.id = "id-" + std::to_string(seq);
  row.stamp = at_second(static_cast<std::int64_t>(seq));
  row.affiliation = Affiliation::member;
  row.role = Role::participant;
  row.nick = nick;
  row.occupant_id = "occupant";
  row.author = author;
  row.message_id = "m" + std::to_string(seq);
  row.payload = "<body>hi</body>";
  return row;
}

MucTwins::MucTwins()
    : connection_(database_.url(), "test", nullptr), memory_(store::memory::muc_tables()) {}

void MucTwins::add(const std::string& localpart, Change change) {
  RoomState& state = memory_->shadow[localpart];
  Engine::apply(state, change);
  memory_->commit(localpart, change, state);
  pending_.push_back(std::move(change));
  writer_.add(rooms_service, pending_.back());
}

void MucTwins::commit() {
  connection_.run("BEGIN");
  writer_.write(connection_);
  connection_.run("COMMIT");
  pending_.clear();
}

RoomState MucTwins::load(const std::string& localpart) {
  return MucReader::load(connection_, rooms_service, localpart);
}

void MucTwins::check(const std::vector<std::string>& localparts) {
  for (const std::string& localpart : localparts) check_room(localpart);
  read::Rooms page;
  page.max = 2;
  check_rooms(page);
  page.max = 50;
  page.affiliated = user("hag66");
  check_rooms(page);
  page.hidden_too = true;
  check_rooms(page);
}

void MucTwins::check_room(const std::string& localpart) {
  CAPTURE(localpart);
  RoomState want = shadow(localpart);
  memory_->as_loaded(want);
  const RoomState have = load(localpart);
  CHECK(have.number == want.number);
  CHECK((have.gone.get() == nullptr) == (want.gone.get() == nullptr));
  if (have.gone.get() && want.gone.get()) CHECK(*have.gone.get() == *want.gone.get());
  if (have.number != want.number || !want.exists()) return;
  CHECK(have.jid == want.jid);
  CHECK(have.created == want.created);
  CHECK(have.locked_by == want.locked_by);
  CHECK(have.occupant_key == want.occupant_key);
  CHECK(same(have.config, want.config));
  CHECK(same(have.subject, want.subject));
  CHECK(have.affiliations.rows() == want.affiliations.rows());
  CHECK(have.affiliation_version == want.affiliation_version);
  CHECK(seats_of(have) == seats_of(want));
  CHECK(have.next_seq == want.next_seq);
  check_same(have.extra(), want.extra());
  CHECK(MucReader::key_of(connection_, rooms_service, want.number) == localpart);
  read::Archive all;
  all.room = want.number;
  all.max = 500;
  check_archive(all);
  check_facts(want.number);
}

void MucTwins::check_archive(const read::Archive& read) {
  const auto want = std::get<found::Archive>(memory_->read(read));
  const auto have = std::get<found::Archive>(MucReader::read(connection_, rooms_service, read));
  CHECK(have.unknown_uid == want.unknown_uid);
  CHECK(have.count == want.count);
  CHECK(have.first_index == want.first_index);
  CHECK(have.complete == want.complete);
  CHECK(same(have.rows, want.rows));
}

void MucTwins::check_facts(std::uint64_t number) {
  const auto have = [&](const Need& need) {
    return MucReader::fetch(connection_, rooms_service, number, need);
  };
  const auto want = [&](const Need& need) { return memory_->fetch(number, need); };
  const need::History last{5};
  CHECK(same(std::get<fact::History>(have(last)).rows, std::get<fact::History>(want(last)).rows));
  const need::Authored own{user("hag66"), 3};
  CHECK(same(std::get<fact::Authored>(have(own)).rows, std::get<fact::Authored>(want(own)).rows));
  const need::Entry entry{"id-2"};
  CHECK(same(std::get<fact::Entry>(have(entry)).row, std::get<fact::Entry>(want(entry)).row));
  const need::Taken taken{{"id-2", "never", "quo'te"}};
  CHECK(std::get<fact::Taken>(have(taken)).taken == std::get<fact::Taken>(want(taken)).taken);
  const need::Visits visits{user("hag66")};
  CHECK(std::get<fact::Visits>(have(visits)).rooms == std::get<fact::Visits>(want(visits)).rooms);
  need::Ownership ownership;
  ownership.user = user("hag66");
  CHECK(std::get<fact::Ownership>(have(ownership)).owned ==
        std::get<fact::Ownership>(want(ownership)).owned);
  const need::AffiliationLog since{1};
  const auto log = std::get<fact::AffiliationLog>(have(since));
  const auto log_want = std::get<fact::AffiliationLog>(want(since));
  CHECK(log.known == log_want.known);
  CHECK(std::equal(log.entries.begin(), log.entries.end(), log_want.entries.begin(),
                   log_want.entries.end(), [](const auto& a, const auto& b) {
                     return a.version == b.version && a.jid == b.jid &&
                            a.affiliation == b.affiliation && a.nick == b.nick;
                   }));
  const auto ends = std::get<found::ArchiveEnds>(
      MucReader::read(connection_, rooms_service, read::ArchiveEnds{number}));
  const auto ends_want = std::get<found::ArchiveEnds>(memory_->read(read::ArchiveEnds{number}));
  CHECK(same(ends.first, ends_want.first));
  CHECK(same(ends.last, ends_want.last));
  const auto vcard =
      std::get<found::Vcard>(MucReader::read(connection_, rooms_service, read::Vcard{number}));
  CHECK(vcard.vcard == std::get<found::Vcard>(memory_->read(read::Vcard{number})).vcard);
  const read::RoomsOf of{user("hag66")};
  const auto rooms =
      std::get<found::RoomsOf>(MucReader::read(connection_, rooms_service, of)).entries;
  auto rooms_want = std::get<found::RoomsOf>(memory_->read(of)).entries;
  CHECK(std::equal(rooms.begin(), rooms.end(), rooms_want.begin(), rooms_want.end(),
                   [](const auto& a, const auto& b) {
                     return a.room == b.room && a.affiliation == b.affiliation &&
                            sorted_nicks(a.nicks) == sorted_nicks(b.nicks);
                   }));
}

void MucTwins::check_rooms(const Read& read) {
  const auto want = std::get<found::Rooms>(memory_->read(read));
  const auto have = std::get<found::Rooms>(MucReader::read(connection_, rooms_service, read));
  CHECK(have.unknown_uid == want.unknown_uid);
  CHECK(have.count == want.count);
  // Of an empty page nobody is told where it is.
  if (!want.rooms.empty()) CHECK(have.first_index == want.first_index);
  CHECK(std::equal(have.rooms.begin(), have.rooms.end(), want.rooms.begin(), want.rooms.end(),
                   [](const found::Room& a, const found::Room& b) { return same(a, b); }));
}

}  // namespace stoa::test
