#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "store/postgres/list_counts.hpp"
#include "store/postgres/muc_rows.hpp"

namespace stoa::store::postgres {

using namespace muc;

namespace {

// The list of rooms that somebody sees is two lists, each in the order of an index or short: the
// rooms that strangers see, and of the others those that he or his domain has to do with. Whoever
// sees all rooms sees one list. $1 is the service, $2 the user, $3 his domain. Nothing here reads
// the whole of a long list: its length is kept (schema/0015), and a place is counted from the
// nearer end, up to 10,000 rooms; beyond that it is not told.

#define STOA_OWN_ROOMS                                                                  \
  "WITH own AS MATERIALIZED (SELECT x.number, x.localpart FROM room_affiliates f "      \
  "CROSS JOIN LATERAL (SELECT * FROM rooms r WHERE r.number = f.room OFFSET 0) AS x "   \
  "WHERE f.jid IN ($2, $3::text) AND x.service = $1 AND NOT x.listed "                  \
  "AND x.locked_by IS NULL AND stoa_is_room(x.localpart) "                              \
  "AND f.affiliation IN ('member', 'admin', 'owner') AND $2::text <> '' "               \
  "AND (f.jid = $2 OR (f.jid = $3::text AND NOT EXISTS (SELECT FROM room_affiliates o " \
  "WHERE o.room = f.room AND o.jid = $2 AND o.affiliation <> 'none')))) "
#define STOA_NO_OWN                                   \
  "WITH own AS (SELECT number, localpart FROM rooms " \
  "WHERE $2::text IS NULL AND $3::text IS NULL AND false) "
#define STOA_LISTED "x.service = $1 AND x.listed "
#define STOA_ANY "x.service = $1 AND x.localpart >= '!' "

// How many there are, and whether the room $4 is one of them.
#define STOA_SUMMARY(own, condition, list) \
  own "SELECT " STOA_LIST_LENGTH(list) " + (SELECT count(*) FROM own), "                     \
      "EXISTS (SELECT FROM rooms x WHERE " condition "AND x.localpart = $4) "           \
      "OR EXISTS (SELECT FROM own WHERE localpart = $4)"

#define STOA_SHOWN(page, order)                                                         \
  "SELECT r.localpart, r.name, r.description, r.lang, "                                 \
  "(SELECT count(DISTINCT s.nick) FROM room_seats s WHERE s.room = r.number), "         \
  "NOT r.members_only AND NOT r.password_protected, r.whois = 'moderators' FROM (" page \
  ") AS p JOIN rooms r ON r.number = p.number ORDER BY r.localpart" order

// $5 of them behind $4, without the first $6.
#define STOA_BEHIND(own, condition)                                                \
  own STOA_SHOWN(                                                                  \
      "SELECT number, localpart FROM ((SELECT x.number, x.localpart FROM rooms x " \
      "WHERE " condition                                                           \
      "AND x.localpart > $4 ORDER BY x.localpart "                                 \
      "LIMIT $5::bigint + $6::bigint) "                                            \
      "UNION ALL SELECT number, localpart FROM own WHERE localpart > $4) AS seen " \
      "ORDER BY localpart LIMIT $5 OFFSET $6",                                     \
      "")

// $5 of them before $4, or at the end of the list.
#define STOA_BEFORE(own, condition)                                                \
  own STOA_SHOWN(                                                                  \
      "SELECT number, localpart FROM ((SELECT x.number, x.localpart FROM rooms x " \
      "WHERE " condition                                                           \
      "AND ($4 = '' OR x.localpart < $4) "                                         \
      "ORDER BY x.localpart DESC LIMIT $5::bigint) "                               \
      "UNION ALL SELECT number, localpart FROM own "                               \
      "WHERE $4 = '' OR localpart < $4) AS seen "                                  \
      "ORDER BY localpart DESC LIMIT $5",                                          \
      " DESC")

#define STOA_PLACE(own, condition, list) \
  own ", near AS MATERIALIZED (SELECT count(*) AS n FROM (SELECT FROM rooms x WHERE " condition \
      "AND x.localpart < $4 ORDER BY x.localpart DESC LIMIT 10001) AS s), "                   \
      "far AS MATERIALIZED (SELECT count(*) AS n FROM (SELECT FROM rooms x WHERE " condition    \
      "AND x.localpart >= $4 ORDER BY x.localpart LIMIT 10001) AS s) "                        \
      "SELECT CASE WHEN (SELECT n FROM near) <= 10000 THEN (SELECT n FROM near) "             \
      "WHEN (SELECT n FROM far) <= 10000 THEN " STOA_LIST_LENGTH(list) " - (SELECT n FROM far) END " \
      "+ (SELECT count(*) FROM own WHERE localpart < $4)"

struct Statements {
  Statement summary;
  Statement behind;
  Statement before;
  Statement place;
};

constexpr Statements for_users{
    {"count_rooms_seen", STOA_SUMMARY(STOA_OWN_ROOMS, STOA_LISTED, "listed rooms"), Plan::by_keys},
    {"rooms_behind", STOA_BEHIND(STOA_OWN_ROOMS, STOA_LISTED), Plan::by_keys},
    {"rooms_before", STOA_BEFORE(STOA_OWN_ROOMS, STOA_LISTED), Plan::by_keys},
    {"place_of_room", STOA_PLACE(STOA_OWN_ROOMS, STOA_LISTED, "listed rooms"), Plan::by_keys}};

constexpr Statements for_all{{"count_all_rooms", STOA_SUMMARY(STOA_NO_OWN, STOA_ANY, "rooms")},
                             {"all_rooms_behind", STOA_BEHIND(STOA_NO_OWN, STOA_ANY)},
                             {"all_rooms_before", STOA_BEFORE(STOA_NO_OWN, STOA_ANY)},
                             {"place_among_all_rooms", STOA_PLACE(STOA_NO_OWN, STOA_ANY, "rooms")}};

#undef STOA_OWN_ROOMS
#undef STOA_NO_OWN
#undef STOA_LISTED
#undef STOA_ANY
#undef STOA_SUMMARY
#undef STOA_SHOWN
#undef STOA_BEHIND
#undef STOA_BEFORE
#undef STOA_PLACE

}  // namespace

void read_found_room(Cells& cells, found::Room& room) {
  room.localpart = cells.text();
  room.name = cells.text();
  room.description = cells.text();
  room.lang = cells.text();
  room.users = cells.number();
  room.open = cells.flag();
  room.semi_anonymous = cells.flag();
}

found::Rooms list_rooms(Connection& connection, const std::string& service,
                        const read::Rooms& read) {
  found::Rooms page;
  if (read.none) return page;
  const Snapshot snapshot(connection);
  const Statements& statements = read.hidden_too ? for_all : for_users;
  const auto ask = [&](const Statement& statement, const auto&... more) {
    return connection.exec(statement, service, std::string(read.affiliated.bare_view()),
                           std::string(read.affiliated.domain()), more...);
  };
  const std::string anchor = !read.after.empty() ? read.after : read.before.value_or("");
  const pqxx::result summary = ask(statements.summary, anchor);
  page.count = summary.at(0).at(0).as<std::uint64_t>();
  page.unknown_uid = !anchor.empty() && !summary[0][1].as<bool>();
  if (page.unknown_uid || read.max == 0) return page;

  const bool backward = read.after.empty() && read.before.has_value();
  const std::uint64_t skipped =
      anchor.empty() && !backward ? std::min(read.index.value_or(0), page.count) : 0;
  const pqxx::result rows = backward
                                ? ask(statements.before, anchor, std::uint64_t{read.max})
                                : ask(statements.behind, anchor, std::uint64_t{read.max}, skipped);
  page.rooms.reserve(static_cast<std::size_t>(rows.size()));
  for (const pqxx::row& row : rows) {
    Cells cells(row, row[0].c_str());
    read_found_room(cells, page.rooms.emplace_back());
  }
  if (backward) std::reverse(page.rooms.begin(), page.rooms.end());
  page.first_index = skipped;
  if (page.rooms.empty() || (anchor.empty() && !backward)) return page;
  const pqxx::result place = ask(statements.place, page.rooms.front().localpart);
  page.first_index.reset();
  if (!place.at(0).at(0).is_null()) page.first_index = place[0][0].as<std::uint64_t>();
  return page;
}

}  // namespace stoa::store::postgres
