#include <string_view>
#include <tuple>

#include "store/postgres/columns.hpp"
#include "store/postgres/muc_batch.hpp"
#include "store/postgres/muc_rows.hpp"

namespace stoa::store::postgres {
namespace {

#define STOA_ARCHIVED                                                                          \
  "r AS MATERIALIZED (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], "           \
  "$4::bigint[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::text[], $10::text[], " \
  "$11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[]) "             \
  "AS r(room, seq, id, stamp, kind, affiliation, role, semi_anonymous, nick, occupant_id, "    \
  "author, author_bare, message_id, lang, payload, body)), "                                   \
  "stepped AS (INSERT INTO room_archive_steps (room, seq) SELECT room, seq FROM ("             \
  "SELECT r.room, r.seq, stoa_time(r.stamp) < coalesce("                                       \
  "stoa_time(lag(r.stamp) OVER (PARTITION BY r.room ORDER BY r.seq)), "                        \
  "(SELECT a.stamp FROM room_archive a WHERE a.room = r.room AND a.seq < r.seq "               \
  "ORDER BY a.seq DESC LIMIT 1)) AS back FROM r) AS s WHERE back) "                            \
  "INSERT INTO room_archive (room, seq, id, stamp, kind, affiliation, role, semi_anonymous, "  \
  "nick, occupant_id, author, author_bare, message_id, lang, payload, body) "                  \
  "SELECT room, seq, id, stoa_time(stamp), kind, affiliation, role, semi_anonymous, nick, "    \
  "occupant_id, author, author_bare, message_id, lang, payload, nullif(body, '') FROM r"

constexpr Statement insert_archive{"insert_room_archive", "WITH " STOA_ARCHIVED};
// In a transaction that writes nothing else, with the mark of the journal.
constexpr Statement insert_archive_alone{
    "insert_room_archive_alone",
    "WITH noted AS (UPDATE journal SET batch = $17::bigint), " STOA_ARCHIVED};
#undef STOA_ARCHIVED

/// Before they are taken back; what was kept long enough goes.
constexpr Statement keep_originals{
    "keep_room_originals",
    "WITH ended AS (DELETE FROM room_originals WHERE until <= (SELECT max(stoa_time(stamp)) "
    "FROM unnest($4::bigint[]) AS s(stamp))) "
    "INSERT INTO room_originals (room, id, payload, until) "
    "SELECT a.room, a.id, a.payload, stoa_time(r.until) "
    "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS r(room, seq, until) "
    "JOIN room_archive a ON a.room = r.room AND a.seq = r.seq AND a.gone_id IS NULL "
    "ON CONFLICT DO NOTHING"};

constexpr Statement retract_rows{
    "retract_room_archive",
    "UPDATE room_archive a SET payload = '', body = NULL, gone_id = r.id, "
    "gone_stamp = stoa_time(r.stamp), gone_moderator = r.moderator, "
    "gone_moderator_id = r.moderator_id, gone_reason = r.reason "
    "FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], "
    "$7::text[]) AS r(room, seq, id, stamp, moderator, moderator_id, reason) "
    "WHERE a.room = r.room AND a.seq = r.seq"};

constexpr Statement cut_archive{
    "cut_room_archive",
    "WITH r AS MATERIALIZED (SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS r(room, "
    "through)), "
    "steps AS (DELETE FROM room_archive_steps s USING r "
    "WHERE s.room = r.room AND s.seq <= r.through) "
    "DELETE FROM room_archive a USING r WHERE a.room = r.room AND a.seq <= r.through"};

/// A piece of the archive of one room that is gone; the last piece takes the grave with it.
constexpr Statement clear_piece{
    "clear_room_grave",
    "WITH grave AS (SELECT room FROM room_graves LIMIT 1), "
    "piece AS (DELETE FROM room_archive a USING (SELECT x.room, x.seq FROM room_archive x, grave g "
    "WHERE x.room = g.room ORDER BY x.seq LIMIT 1000) p "
    "WHERE a.room = p.room AND a.seq = p.seq RETURNING 1), "
    "done AS (DELETE FROM room_graves d USING grave WHERE d.room = grave.room "
    "AND (SELECT count(*) FROM piece) < 1000 RETURNING d.room), "
    "steps AS (DELETE FROM room_archive_steps s USING done WHERE s.room = done.room) "
    "SELECT count(*) FROM grave"};

}  // namespace

void MucWriter::Batch::clear_graves(Connection& connection) {
  if (!graves && destroyed.empty()) return;
  graves = connection.exec(clear_piece)[0][0].as<int>() != 0;
}

namespace {

using Messages = Columns<16>;

void put_row(Messages& rows, const muc::change::Archived& one) {
  const muc::ArchiveRow& row = *one.row;
  rows.add(one.room, row.seq, row.id, row.stamp, token(row.kind), token(row.affiliation),
           token(row.role), row.semi_anonymous, row.nick, row.occupant_id, row.author.str(),
           row.author.bare_view(), row.message_id, row.lang, row.payload, one.body);
}

}  // namespace

void MucWriter::Batch::write_archive(Connection& connection) {
  Messages rows;
  for (const muc::change::Archived* one : archive) {
    if (stays(one->room)) put_row(rows, *one);
  }
  rows.write(connection, insert_archive);
}

void MucWriter::Batch::write_archive_alone(Connection& connection, std::uint64_t number) {
  Messages rows;
  for (const muc::change::Archived* one : archive) put_row(rows, *one);
  std::apply(
      [&](const auto&... column) { connection.exec(insert_archive_alone, column..., number); },
      rows.take());
}

void MucWriter::Batch::write_retractions(Connection& connection) {
  Columns<4> kept;
  Columns<7> rows;
  for (const auto& [key, row] : retractions.slots()) {
    if (!stays(key.entity)) continue;
    const muc::Tombstone& after = *(*row)->after;
    if (const auto until = (*row)->original_until) {
      kept.add(key.entity, (*row)->seq, *until, after.stamp);
    }
    rows.add(key.entity, (*row)->seq, after.id, after.stamp, after.moderator, after.moderator_id,
             after.reason);
  }
  kept.write(connection, keep_originals);
  rows.write(connection, retract_rows);

  Columns<2> ends;
  for (const auto& [room, through] : cuts) {
    if (stays(room)) ends.add(room, through);
  }
  ends.write(connection, cut_archive);
}

}  // namespace stoa::store::postgres
