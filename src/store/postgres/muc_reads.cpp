#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <variant>

#include "store/postgres/array.hpp"
#include "store/postgres/damage.hpp"
#include "store/postgres/muc_archive.hpp"
#include "store/postgres/muc_rows.hpp"
#include "store/postgres/muc_tables.hpp"

namespace stoa::store::postgres {

using namespace muc;

namespace {

/// $1 service, $2 user, $3 domain, $4 hidden ones too.
const std::string listed_rooms =
    "FROM rooms x WHERE x.service = $1 AND NOT starts_with(x.localpart, ' ') AND ($4::boolean OR "
    "(x.locked_by IS NULL AND (x.public OR "
    "($2::text <> '' AND coalesce("
    "(SELECT f.affiliation FROM room_affiliates f WHERE f.room = x.number AND f.jid = $2 "
    "AND f.affiliation <> 'none'), "
    "(SELECT f.affiliation FROM room_affiliates f WHERE f.room = x.number AND f.jid = $3), "
    "'none') IN ('member', 'admin', 'owner')))))";

/// A search looks at every room. From `listed` (place, number, localpart): the page. $5 after, $6
/// before, $7 index, $8 max. One row at least: count, known, first position, then the room or
/// NULLs.
const std::string paged_rooms =
    ", stats AS (SELECT count(*) AS total, "
    "max(place) FILTER (WHERE localpart = coalesce(nullif($5::text, ''), $6::text)) AS mark "
    "FROM listed), "
    "bounds AS (SELECT total, mark, CASE WHEN $5 <> '' THEN mark + 1 "
    "WHEN $6 = '' THEN greatest(total - $8::bigint, 0) "
    "WHEN $6 IS NOT NULL THEN greatest(mark - $8, 0) "
    "ELSE least(coalesce($7::bigint, 0), total) END AS low, "
    "CASE WHEN $6 = '' THEN total WHEN $6 IS NOT NULL THEN mark END AS high FROM stats) "
    "SELECT b.total, coalesce(nullif($5, ''), nullif($6, '')) IS NULL OR b.mark IS NOT NULL, "
    "coalesce(b.low, 0), r.localpart, r.name, r.description, r.lang, "
    "(SELECT count(DISTINCT s.nick) FROM room_seats s WHERE s.room = r.number), "
    "NOT r.members_only AND NOT r.password_protected, r.whois = 'moderators' "
    "FROM bounds b LEFT JOIN listed l ON l.place >= b.low AND l.place < coalesce(b.high, b.low + "
    "$8) "
    "LEFT JOIN rooms r ON r.number = l.number ORDER BY l.place";

const std::string search_sql =
    "WITH met AS (SELECT x.number, x.localpart, "
    "(SELECT count(DISTINCT s.nick) FROM room_seats s WHERE s.room = x.number) AS users " +
    listed_rooms +
    " AND NOT EXISTS (SELECT 1 FROM unnest($9::text[]) AS w(word) WHERE position(w.word IN "
    "CASE WHEN $10::boolean THEN x.found_name ELSE '' END || chr(10) || "
    "CASE WHEN $11::boolean THEN x.found_description ELSE '' END || chr(10) || "
    "CASE WHEN $12::boolean THEN x.localpart ELSE '' END) = 0)), "
    "listed AS (SELECT number, localpart, row_number() OVER (ORDER BY "
    "CASE WHEN $13::boolean THEN -users ELSE 0 END, localpart) - 1 AS place "
    "FROM met WHERE users >= $14::bigint)" +
    paged_rooms;

const Statement search_rooms{"search_rooms", search_sql.c_str(), Plan::for_values};

constexpr Statement select_vcard{"select_room_vcard",
                                 "SELECT vcard FROM room_vcards WHERE room = $1"};

constexpr Statement select_rooms_of{
    "select_rooms_of",
    "SELECT r.localpart, coalesce("
    "(SELECT f.affiliation FROM room_affiliates f WHERE f.room = r.number AND f.jid = $2 "
    "AND f.affiliation <> 'none'), "
    "(SELECT f.affiliation FROM room_affiliates f WHERE f.room = r.number AND f.jid = $3), 'none'),"
    " (SELECT coalesce(array_agg(DISTINCT s.nick), '{}') FROM room_seats s WHERE s.room = r.number "
    "AND s.bare = $2) "
    "FROM rooms r WHERE r.service = $1 AND NOT starts_with(r.localpart, ' ') AND r.number IN ("
    "SELECT room FROM room_affiliates WHERE jid = $2 OR jid = $3 "
    "UNION SELECT room FROM room_seats WHERE bare = $2) ORDER BY r.localpart"};

constexpr Statement select_pending{
    "select_pending_rooms",
    "SELECT r.localpart FROM rooms r WHERE r.service = $1 AND r.localpart > $2 "
    "AND (r.localpart = ' ' OR NOT starts_with(r.localpart, ' ')) AND ("
    "r.locked_by IS NOT NULL OR NOT r.persistent OR "
    "EXISTS (SELECT 1 FROM room_seats s WHERE s.room = r.number) OR "
    "EXISTS (SELECT 1 FROM room_affiliates f WHERE f.room = r.number "
    "AND f.until <= stoa_time($3::bigint))) ORDER BY r.localpart LIMIT $4"};

#define STOA_FOUND_ROOMS                                                                        \
  "SELECT r.localpart, r.name, r.description, r.lang, "                                         \
  "(SELECT count(DISTINCT s.nick) FROM room_seats s WHERE s.room = r.number), "                 \
  "NOT r.members_only AND NOT r.password_protected, r.whois = 'moderators' FROM rooms r WHERE " \
  "r.service = $1 AND NOT starts_with(r.localpart, ' ') AND "

constexpr Statement select_named{
    "select_named_rooms", STOA_FOUND_ROOMS "r.localpart = ANY($2::text[]) ORDER BY r.localpart"};

/// $2 users and domains; none: whoever sits there.
constexpr Statement select_seated{
    "select_seated_rooms", STOA_FOUND_ROOMS
    "EXISTS (SELECT 1 FROM room_seats s WHERE s.room = r.number AND (cardinality($2::text[]) = 0 "
    "OR s.bare = ANY($2) OR split_part(s.bare, '@', 2) = ANY($2))) ORDER BY r.localpart"};

constexpr Statement select_unused{
    "select_unused_rooms", STOA_FOUND_ROOMS
    "r.persistent AND r.created < stoa_time($2::bigint) "
    "AND NOT EXISTS (SELECT 1 FROM room_seats s WHERE s.room = r.number) "
    "AND coalesce((SELECT a.stamp FROM room_archive a WHERE a.room = r.number "
    "ORDER BY a.seq DESC LIMIT 1) < stoa_time($2::bigint), true) ORDER BY r.localpart LIMIT $3"};

constexpr Statement select_burials{
    "select_burials",
    "SELECT localpart, stoa_micros(at), stoa_micros(until), by, reason FROM rooms_buried "
    "WHERE service = $1 AND until > stoa_time($2::bigint) ORDER BY at DESC, room DESC LIMIT $3"};

constexpr Statement select_acts{
    "select_acts",
    "SELECT stoa_micros(at), actor, act, target, reason FROM rooms_audit "
    "WHERE service = $1 AND ($2 = '' OR actor = $2 OR target = $2) ORDER BY place DESC LIMIT $3"};

/// The answer to a question about one service.
struct Look {
  Connection& connection;
  const std::string& service;

  static std::string domain_of(const Jid& user) { return std::string(user.domain()); }
  /// Of a row that begins with a localpart, as it stands in the log.
  std::string key_of(const pqxx::row& row) const { return service + ' ' + row[0].c_str(); }

  found::Rooms page_of(const pqxx::result& rows) const {
    found::Rooms page;
    for (const pqxx::row& row : rows) {
      Cells cells(row, row[3].is_null() ? "list" : row[3].c_str());
      page.count = cells.number();
      page.unknown_uid = !cells.flag();
      const std::uint64_t first = cells.number();
      if (page.unknown_uid) return page;
      page.first_index = first;
      if (cells.null()) break;
      read_found_room(cells, page.rooms.emplace_back());
    }
    return page;
  }

  ReadResult operator()(const read::Rooms& read) const {
    return list_rooms(connection, service, read);
  }

  static std::optional<std::string> index_of(const read::Rooms& read) {
    constexpr std::uint64_t most = 1'000'000'000'000;
    if (!read.index) return std::nullopt;
    return std::to_string(std::min(*read.index, most));
  }

  ReadResult operator()(const read::Search& read) const {
    if (read.page.none) return found::Rooms();
    Array folded;
    std::istringstream words(read.words);
    for (std::string word; words >> word;) folded.add(fold_case(word));
    const read::Rooms& page = read.page;
    return page_of(connection.exec(search_rooms, service, std::string(page.affiliated.bare_view()),
                                   domain_of(page.affiliated), page.hidden_too, page.after,
                                   page.before, index_of(page), std::to_string(page.max),
                                   folded.take(), read.in_name, read.in_description,
                                   read.in_address, read.by_users, std::to_string(read.min_users)));
  }

  ReadResult operator()(const read::Archive& read) const { return archive_page(connection, read); }
  ReadResult operator()(const read::ArchiveEnds& read) const {
    return archive_ends(connection, read.room);
  }

  ReadResult operator()(const read::Vcard& read) const {
    const std::string room = std::to_string(read.room);
    found::Vcard found;
    for (const pqxx::row& row : connection.exec(select_vcard, room)) {
      found.vcard = Cells(row, room).content();
    }
    return found;
  }

  found::Rooms plain_page(const pqxx::result& rows) const {
    found::Rooms page;
    for (const pqxx::row& row : rows) {
      Cells cells(row, row[0].c_str());
      read_found_room(cells, page.rooms.emplace_back());
    }
    page.count = page.rooms.size();
    return page;
  }
  static std::string micros(Timestamp time) {
    return std::to_string(time.time_since_epoch().count());
  }

  ReadResult operator()(const read::Named& read) const {
    Array names;
    for (const std::string& name : read.localparts) names.add(name);
    return plain_page(connection.exec(select_named, service, names.take()));
  }
  ReadResult operator()(const read::Seated& read) const {
    Array users;
    for (const Jid& user : read.users) users.add(user.str());
    return plain_page(connection.exec(select_seated, service, users.take()));
  }
  ReadResult operator()(const read::Unused& read) const {
    return plain_page(
        connection.exec(select_unused, service, micros(read.since), std::to_string(read.max)));
  }
  ReadResult operator()(const read::Buried& read) const {
    found::Buried found;
    for (const pqxx::row& row :
         connection.exec(select_burials, service, micros(read.now), std::to_string(read.max))) {
      read_or_skip(key_of(row), [&] {
        Cells cells(row, row[0].c_str());
        found::Buried::Entry entry;
        entry.localpart = cells.text();
        entry.burial.at = cells.time();
        entry.burial.until = cells.time();
        entry.burial.by = cells.jid();
        entry.burial.reason = cells.text();
        found.entries.push_back(std::move(entry));
      });
    }
    return found;
  }
  ReadResult operator()(const read::Audit& read) const {
    found::Audit found;
    for (const pqxx::row& row :
         connection.exec(select_acts, service, read.about, std::to_string(read.max))) {
      read_or_skip(service + " audit", [&] {
        Cells cells(row, "audit");
        Act act;
        act.at = cells.time();
        act.actor = cells.jid();
        act.what = cells.text();
        act.target = cells.text();
        act.reason = cells.text();
        found.acts.push_back(std::move(act));
      });
    }
    return found;
  }
  ReadResult operator()(const read::ForCommand& read) const { return std::visit(*this, read.what); }

  ReadResult operator()(const read::RoomsOf& read) const {
    found::RoomsOf found;
    const pqxx::result rows = connection.exec(
        select_rooms_of, service, std::string(read.user.bare_view()), domain_of(read.user));
    for (const pqxx::row& row : rows) {
      read_or_skip(key_of(row), [&] {
        Cells cells(row, row[0].c_str());
        found::RoomsOf::Entry entry;
        entry.room = Jid::from_prepared(cells.text(), service);
        entry.affiliation = cells.word(Affiliation::owner);
        entry.nicks = cells.texts();
        if (entry.affiliation != Affiliation::none || !entry.nicks.empty()) {
          found.entries.push_back(std::move(entry));
        }
      });
    }
    return found;
  }
};

}  // namespace

ReadResult MucReader::read(Connection& connection, const std::string& service, const Read& read) {
  return std::visit(Look{connection, service}, read);
}

std::vector<std::string> MucReader::pending_keys(Connection& connection, const std::string& service,
                                                 const std::string& from, Timestamp until,
                                                 std::size_t limit) {
  const pqxx::result rows =
      connection.exec(select_pending, service, from,
                      std::to_string(until.time_since_epoch().count()), std::to_string(limit));
  std::vector<std::string> keys;
  keys.reserve(static_cast<std::size_t>(rows.size()));
  for (const pqxx::row& row : rows) keys.push_back(row[0].as<std::string>());
  return keys;
}

}  // namespace stoa::store::postgres
