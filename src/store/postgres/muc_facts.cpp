#include <algorithm>
#include <memory>
#include <string>
#include <variant>

#include "store/postgres/array.hpp"
#include "store/postgres/list_counts.hpp"
#include "store/postgres/muc_rows.hpp"
#include "store/postgres/muc_tables.hpp"

namespace stoa::store::postgres {

using namespace muc;

namespace {

constexpr Statement select_history{
    "select_room_history",
    "SELECT " STOA_ARCHIVE_COLUMNS
    " FROM room_archive a WHERE a.room = $1 AND a.kind <> 'subject' AND a.gone_id IS NULL "
    "ORDER BY a.seq DESC LIMIT $2"};

constexpr Statement select_entry{"select_room_entry",
                                 "SELECT " STOA_ARCHIVE_COLUMNS
                                 " FROM room_archive a WHERE a.room = $1 AND a.id = $2"};

constexpr Statement select_taken{
    "select_taken_ids", "SELECT id FROM room_archive WHERE room = $1 AND id = ANY($2::text[])"};

constexpr Statement select_authored{
    "select_room_authored",
    "SELECT " STOA_ARCHIVE_COLUMNS
    " FROM room_archive a WHERE a.room = $1 AND a.author_bare = $2 AND a.gone_id IS NULL "
    "ORDER BY a.seq DESC LIMIT $3"};

constexpr Statement select_original{
    "select_room_original",
    "SELECT payload, stoa_micros(until) FROM room_originals WHERE room = $1 AND id = $2"};

constexpr Statement count_rooms{"count_rooms", "SELECT " STOA_LIST_LENGTH("rooms")};

constexpr Statement select_buried{
    "select_buried_room",
    "SELECT ' ' || room, stoa_micros(until) FROM rooms_buried "
    "WHERE service = $1 AND localpart = $2 ORDER BY at DESC, room DESC LIMIT 1"};

constexpr Statement count_owned{
    "count_owned_rooms",
    "SELECT count(*) FROM room_affiliates f JOIN rooms r ON r.number = f.room "
    "WHERE r.service = $1 AND NOT starts_with(r.localpart, ' ') "
    "AND f.affiliation = 'owner' AND (f.jid = $2 OR (f.jid = $3 "
    "AND NOT EXISTS (SELECT 1 FROM room_affiliates own WHERE own.room = f.room AND own.jid = $2 "
    "AND own.affiliation <> 'none')))"};

constexpr Statement count_visited{
    "count_visited_rooms",
    "SELECT count(DISTINCT s.room) FROM room_seats s JOIN rooms r ON r.number = s.room "
    "WHERE r.service = $1 AND s.bare = $2"};

constexpr Statement select_log_start{
    "select_room_log_start",
    "SELECT coalesce(min(version), 0) FROM room_affiliation_log WHERE room = $1"};

constexpr Statement select_log{"select_room_log",
                               "SELECT version, jid, affiliation, nick FROM room_affiliation_log "
                               "WHERE room = $1 AND version > $2 ORDER BY version"};

/// Answers what a decision about one room lacks.
struct Find {
  Connection& connection;
  const std::string& service;
  const std::string room;

  std::vector<RowPtr> rows_of(const pqxx::result& rows) const {
    std::vector<RowPtr> read;
    for (const pqxx::row& row : rows) read.push_back(read_archive_row(row, room));
    return read;
  }
  static std::vector<RowPtr> oldest_first(std::vector<RowPtr> rows) {
    std::reverse(rows.begin(), rows.end());
    return rows;
  }

  Facts operator()(const need::History& need) const {
    return fact::History{
        oldest_first(rows_of(connection.exec(select_history, room, std::to_string(need.count))))};
  }
  Facts operator()(const need::Entry& need) const {
    const auto rows = rows_of(connection.exec(select_entry, room, need.id));
    return fact::Entry{need.id, rows.empty() ? nullptr : rows.front()};
  }
  Facts operator()(const need::Taken& need) const {
    fact::Taken found{need.ids, {}};
    Array ids;
    for (const std::string& id : need.ids) ids.add(id);
    for (const pqxx::row& row : connection.exec(select_taken, room, ids.take())) {
      found.taken.push_back(row[0].as<std::string>());
    }
    return found;
  }
  Facts operator()(const need::Authored& need) const {
    return fact::Authored{
        need.author,
        oldest_first(rows_of(connection.exec(select_authored, room, bare_of(need.author),
                                             std::to_string(need.count))))};
  }
  Facts operator()(const need::Ownership& need) const {
    fact::Ownership found{need.user, 0, 0};
    const std::string domain(need.user.domain());
    found.owned = number_in(connection.exec(count_owned, service, bare_of(need.user), domain));
    // Of all rooms only where there may not be too many.
    if (need.all) found.rooms = number_in(connection.exec(count_rooms, service));
    return found;
  }
  Facts operator()(const need::Visits& need) const {
    return fact::Visits{need.user,
                        number_in(connection.exec(count_visited, service, bare_of(need.user)))};
  }
  Facts operator()(const need::AffiliationLog& need) const {
    constexpr std::uint64_t most = 1'000'000'000'000'000'000;
    const std::uint64_t since = std::min(need.since, most);
    const Snapshot snapshot(connection);
    fact::AffiliationLog found{need.since, false, {}};
    const std::uint64_t first = number_in(connection.exec(select_log_start, room));
    found.known = first != 0 && first <= since + 1;
    for (const pqxx::row& row : connection.exec(select_log, room, std::to_string(since))) {
      Cells cells(row, room);
      auto& entry = found.entries.emplace_back();
      entry.version = cells.number();
      entry.jid = cells.jid();
      entry.affiliation = cells.word(Affiliation::owner);
      entry.nick = cells.text();
    }
    return found;
  }

  Facts operator()(const need::Original& need) const {
    fact::Original found{need.id, {}, {}};
    for (const pqxx::row& row : connection.exec(select_original, room, need.id)) {
      Cells cells(row, room);
      found.payload = cells.text();
      found.until = cells.time();
    }
    return found;
  }
  Facts operator()(const need::Buried& need) const {
    const Snapshot snapshot(connection);
    fact::Buried found{need.localpart, {}, nullptr};
    for (const pqxx::row& row : connection.exec(select_buried, service, need.localpart)) {
      Cells cells(row, need.localpart);
      const std::string hidden = cells.text();
      found.until = cells.time();
      found.room = std::make_shared<const RoomState>(MucReader::load(connection, service, hidden));
    }
    return found;
  }

  static std::string bare_of(const Jid& user) { return std::string(user.bare_view()); }
  static std::uint64_t number_in(const pqxx::result& rows) {
    return rows[0][0].as<std::uint64_t>();
  }
};

}  // namespace

Facts MucReader::fetch(Connection& connection, const std::string& service, std::uint64_t number,
                       const Need& need) {
  return std::visit(Find{connection, service, std::to_string(number)}, need);
}

}  // namespace stoa::store::postgres
