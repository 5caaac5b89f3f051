#include <string>

#include "store/postgres/columns.hpp"
#include "store/postgres/muc_batch.hpp"

namespace stoa::store::postgres {
namespace {

constexpr Statement delete_affiliates{
    "delete_room_affiliates",
    "DELETE FROM room_affiliates a USING unnest($1::bigint[], $2::text[]) AS r(room, jid) "
    "WHERE a.room = r.room AND a.jid = r.jid"};

constexpr Statement upsert_affiliates{
    "upsert_room_affiliates",
    "INSERT INTO room_affiliates (room, jid, affiliation, nick, nick_key, reason, until, voice, "
    "no_mentions, hats) "
    "SELECT room, jid, affiliation, nick, nick_key, reason, stoa_time(until), voice, no_mentions, "
    "hats::text[] "
    "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], "
    "$7::bigint[], $8::boolean[], $9::boolean[], $10::text[]) "
    "AS r(room, jid, affiliation, nick, nick_key, reason, until, voice, no_mentions, hats) "
    "ON CONFLICT (room, jid) DO UPDATE SET affiliation = excluded.affiliation, "
    "nick = excluded.nick, nick_key = excluded.nick_key, reason = excluded.reason, "
    "until = excluded.until, voice = excluded.voice, no_mentions = excluded.no_mentions, "
    "hats = excluded.hats, version = room_affiliates.version + 1"};

constexpr Statement insert_log{
    "insert_room_affiliation_log",
    "INSERT INTO room_affiliation_log (room, version, jid, affiliation, nick) "
    "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])"};

constexpr Statement delete_seats{
    "delete_room_seats",
    "DELETE FROM room_seats s USING unnest($1::bigint[], $2::uuid[]) AS r(room, digest) "
    "WHERE s.room = r.room AND s.digest = r.digest"};

constexpr Statement upsert_seats{
    "upsert_room_seats",
    "INSERT INTO room_seats (room, digest, session, bare, nick, role, priority, since, payload) "
    "SELECT room, digest, session, bare, nick, role, priority, stoa_time(since), payload "
    "FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], "
    "$7::smallint[], $8::bigint[], $9::text[]) "
    "AS r(room, digest, session, bare, nick, role, priority, since, payload) "
    "ON CONFLICT (room, digest) DO UPDATE SET nick = excluded.nick, role = excluded.role, "
    "priority = excluded.priority, since = excluded.since, payload = excluded.payload, version = "
    "room_seats.version + 1"};

constexpr Statement delete_registrations{
    "delete_room_registrations",
    "DELETE FROM room_registrations x USING unnest($1::bigint[], $2::text[]) AS r(room, jid) "
    "WHERE x.room = r.room AND x.jid = r.jid"};

constexpr Statement upsert_registrations{
    "upsert_room_registrations",
    "INSERT INTO room_registrations (room, jid, nick, form, at) "
    "SELECT room, jid, nick, form, stoa_time(at) "
    "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[]) "
    "AS r(room, jid, nick, form, at) "
    "ON CONFLICT (room, jid) DO UPDATE SET nick = excluded.nick, form = excluded.form, "
    "at = excluded.at, version = room_registrations.version + 1"};

constexpr Statement delete_invitations{
    "delete_room_invitations",
    "DELETE FROM room_invitations x USING unnest($1::bigint[], $2::uuid[]) AS r(room, digest) "
    "WHERE x.room = r.room AND x.digest = r.digest"};

constexpr Statement upsert_invitations{
    "upsert_room_invitations",
    "INSERT INTO room_invitations (room, digest, id, invitee, inviter, nick, at) "
    "SELECT room, digest, id, invitee, inviter, nick, stoa_time(at) "
    "FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], "
    "$7::bigint[]) AS r(room, digest, id, invitee, inviter, nick, at) "
    "ON CONFLICT (room, digest) DO UPDATE SET inviter = excluded.inviter, nick = excluded.nick, "
    "at = excluded.at, version = room_invitations.version + 1"};

std::string invitation_key(const RowKey& key) {
  return digest(std::string(key.name2) + '\n' + std::string(key.name));
}

}  // namespace

void MucWriter::Batch::write_affiliates(Connection& connection) {
  Columns<2> ended;
  Columns<10> set;
  for (const auto& [key, row] : affiliates.slots()) {
    if (!stays(key.entity)) continue;
    if (!row) {
      ended.add(key.entity, key.name);
      continue;
    }
    const muc::Affiliate& one = **row;
    Array worn;
    for (const std::string& hat : one.hats) worn.add(hat);
    set.add(key.entity, key.name, token(one.affiliation), one.nick, one.nick_key, one.reason,
            one.until, one.voice, one.no_mentions, worn.take());
  }
  ended.write(connection, delete_affiliates);
  set.write(connection, upsert_affiliates);
}

void MucWriter::Batch::write_log(Connection& connection) {
  Columns<5> entries;
  for (const muc::change::Affiliated* one : log) {
    if (!stays(one->room)) continue;
    const auto& after = one->after;
    entries.add(one->room, one->version_after, one->jid().str(),
                token(after ? after->affiliation : muc::Affiliation::none),
                after ? std::string_view(after->nick) : std::string_view());
  }
  entries.write(connection, insert_log);
}

void MucWriter::Batch::write_seats(Connection& connection) {
  Columns<2> left;
  Columns<9> seated;
  for (const auto& [key, row] : seats.slots()) {
    const auto fate = fates.find(key.entity);
    const bool buried = fate != fates.end() && fate->second.buried;
    if (!stays(key.entity) || buried) continue;
    if (!row) {
      left.add(key.entity, digest(key.name));
      continue;
    }
    const muc::Seat& seat = **row;
    seated.add(key.entity, digest(key.name), key.name, seat.session.bare_view(), seat.nick,
               token(seat.role), std::to_string(seat.priority), seat.since, seat.payload);
  }
  left.write(connection, delete_seats);
  seated.write(connection, upsert_seats);
}

void MucWriter::Batch::write_registrations(Connection& connection) {
  Columns<2> ended;
  Columns<5> asked;
  for (const auto& [key, row] : registrations.slots()) {
    if (!stays(key.entity)) continue;
    if (row) {
      asked.add(key.entity, key.name, (*row)->nick, (*row)->form, (*row)->at);
    } else {
      ended.add(key.entity, key.name);
    }
  }
  ended.write(connection, delete_registrations);
  asked.write(connection, upsert_registrations);
}

void MucWriter::Batch::write_invitations(Connection& connection) {
  Columns<2> ended;
  Columns<7> sent;
  for (const auto& [key, row] : invitations.slots()) {
    if (!stays(key.entity)) continue;
    if (row) {
      sent.add(key.entity, invitation_key(key), key.name, key.name2, (*row)->inviter.str(),
               (*row)->nick, (*row)->at);
    } else {
      ended.add(key.entity, invitation_key(key));
    }
  }
  ended.write(connection, delete_invitations);
  sent.write(connection, upsert_invitations);
}

}  // namespace stoa::store::postgres
