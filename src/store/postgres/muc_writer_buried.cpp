#include <algorithm>
#include <string>

#include "store/postgres/columns.hpp"
#include "store/postgres/muc_batch.hpp"

/// Rooms that are kept after their end, and the record of what administrators did.
namespace stoa::store::postgres {
namespace {

constexpr Statement hide_rooms{
    "hide_rooms",
    "WITH emptied AS (DELETE FROM room_seats WHERE room = ANY($1::bigint[])) "
    "UPDATE rooms SET localpart = ' ' || number, version = version + 1 WHERE number = "
    "ANY($1::bigint[])"};

constexpr Statement unhide_rooms{
    "unhide_rooms",
    "WITH risen AS (DELETE FROM rooms_buried b USING unnest($1::bigint[]) AS r(room) "
    "WHERE b.room = r.room) "
    "UPDATE rooms x SET localpart = r.localpart, version = x.version + 1 "
    "FROM unnest($1::bigint[], $2::text[]) AS r(room, localpart) WHERE x.number = r.room"};

constexpr Statement bury_rooms{
    "bury_rooms",
    "INSERT INTO rooms_buried (room, service, localpart, at, until, by, reason) "
    "SELECT room, service, localpart, stoa_time(at), stoa_time(until), by, reason "
    "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], "
    "$7::text[]) AS r(room, service, localpart, at, until, by, reason) "
    "ON CONFLICT (room) DO UPDATE SET at = excluded.at, until = excluded.until, "
    "by = excluded.by, reason = excluded.reason"};

/// Those whose time was over when the newest one was buried.
constexpr Statement end_burials{
    "end_burials",
    "WITH dead AS (DELETE FROM rooms WHERE number IN (SELECT room FROM rooms_buried "
    "WHERE until <= stoa_time($1::bigint)) RETURNING number) "
    "INSERT INTO room_graves (room) SELECT number FROM dead ON CONFLICT DO NOTHING"};

constexpr Statement insert_acts{
    "insert_acts",
    "INSERT INTO rooms_audit (service, at, actor, act, target, reason) "
    "SELECT service, stoa_time(at), actor, act, target, reason "
    "FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) "
    "WITH ORDINALITY AS r(service, at, actor, act, target, reason, place) ORDER BY place"};

}  // namespace

/// The name of a room that is made: one that ends in the same batch never has another.
std::string MucWriter::Batch::localpart_of(std::uint64_t room, const Jid& jid) const {
  const auto fate = fates.find(room);
  if (fate != fates.end() && fate->second.buried) return " " + std::to_string(room);
  return std::string(jid.local());
}

/// Names become free, or are taken again, before rooms are made.
void MucWriter::Batch::write_fates(Connection& connection) {
  Columns<1> hidden;
  Columns<2> shown;
  for (const auto& [room, fate] : fates) {
    if (!stays(room)) continue;
    if (fate.buried) {
      hidden.add(room);
    } else {
      shown.add(room, fate.restored->after->jid.local());
    }
  }
  hidden.write(connection, hide_rooms);
  shown.write(connection, unhide_rooms);
}

void MucWriter::Batch::write_burials(Connection& connection) {
  Columns<7> rows;
  Timestamp newest{};
  for (const auto& [room, fate] : fates) {
    if (!fate.buried || !stays(room)) continue;
    const muc::Burial& kept = *fate.buried->kept;
    rows.add(room, *fate.service, fate.buried->jid.local(), kept.at, kept.until, kept.by.str(),
             kept.reason);
    newest = std::max(newest, kept.at);
  }
  if (rows.rows() == 0) return;
  rows.write(connection, bury_rooms);
  connection.exec(end_burials, std::to_string(newest.time_since_epoch().count()));
  graves = true;
}

void MucWriter::Batch::write_acts(Connection& connection) {
  Columns<6> rows;
  for (const Acted& one : acts) {
    rows.add(*one.service, one.act->at, one.act->actor.str(), one.act->what, one.act->target,
             one.act->reason);
  }
  rows.write(connection, insert_acts);
}

}  // namespace stoa::store::postgres
