#include <algorithm>

#include "store/postgres/array.hpp"
#include "store/postgres/list_counts.hpp"
#include "store/postgres/pubsub_rows.hpp"

namespace stoa::store::postgres {

using pubsub::NodePage;
using pubsub::NodesRead;

namespace {

// What a requester sees is two lists, each in the order of an index or short: the nodes that
// strangers see, without those that have cast it out, and of the others those that it has to do
// with. $1 is the service, $2 the requester, $3 the bound.

// Looked up one by one, however many PostgreSQL expects.
#define STOA_ITS_NODE \
  "CROSS JOIN LATERAL (SELECT * FROM nodes x WHERE x.number = a.node OFFSET 0) AS n "

#define STOA_CAST_OUT "(SELECT WHERE stoa_affiliation(n.number, $2) = 'outcast')"

#define STOA_OWN                                                                                 \
  "WITH own AS MATERIALIZED ("                                                                   \
  "SELECT n.number, n.node, n.title FROM " STOA_AFFILIATED STOA_ITS_NODE                         \
  "WHERE a.affiliation IN ('member', 'publisher', 'owner') AND n.service = $1 AND NOT n.listed " \
  "AND NOT n.nested "                                                                            \
  "UNION "                                                                                       \
  "SELECT n.number, n.node, n.title FROM subscriptions s JOIN nodes n ON n.number = s.node "     \
  "WHERE s.bare = $2 AND n.service = $1 AND n.hidden AND NOT n.nested AND NOT "                  \
  "EXISTS " STOA_CAST_OUT ") "

constexpr Statement nodes_behind{
    "nodes_behind",
    STOA_OWN
    "SELECT node, title FROM ("
    "(SELECT n.node, n.title FROM nodes n WHERE n.service = $1 AND n.listed "
    "AND n.head >= left($3, 300) AND n.node > $3 AND NOT EXISTS " STOA_CAST_OUT
    " ORDER BY n.head, n.node LIMIT $4::bigint + $5::bigint) "
    "UNION ALL SELECT node, title FROM own WHERE node > $3) AS seen "
    "ORDER BY node LIMIT $4 OFFSET $5",
    Plan::by_keys};

constexpr Statement nodes_before{
    "nodes_before",
    STOA_OWN
    "SELECT node, title FROM ("
    "(SELECT n.node, n.title FROM nodes n WHERE n.service = $1 AND n.listed "
    "AND n.head <= left($3, 300) AND n.node < $3 AND NOT EXISTS " STOA_CAST_OUT
    " ORDER BY n.head DESC, n.node DESC LIMIT $4) "
    "UNION ALL SELECT node, title FROM own WHERE node < $3) AS seen "
    "ORDER BY node DESC LIMIT $4",
    Plan::by_keys};

constexpr Statement last_nodes{
    "last_nodes",
    STOA_OWN
    "SELECT node, title FROM ("
    "(SELECT n.node, n.title FROM nodes n WHERE n.service = $1 AND n.listed "
    "AND NOT EXISTS " STOA_CAST_OUT
    " ORDER BY n.head DESC, n.node DESC LIMIT $3) "
    "UNION ALL SELECT node, title FROM own) AS seen "
    "ORDER BY node DESC LIMIT $3",
    Plan::by_keys};

// How long a list is, is kept (schema/0015). A place is counted from the nearer end, up to 10,000
// nodes; beyond that it is not told.
#define STOA_PLACE(condition, list)                                                        \
  "near AS MATERIALIZED (SELECT count(*) AS n FROM (SELECT FROM nodes n "                  \
  "WHERE n.service = $1 AND " condition                                                    \
  " AND n.head <= left($3, 300) AND n.node < $3 ORDER BY n.head DESC LIMIT 10001) AS s), " \
  "far AS MATERIALIZED (SELECT count(*) AS n FROM (SELECT FROM nodes n "                   \
  "WHERE n.service = $1 AND " condition                                                    \
  " AND n.head >= left($3, 300) AND n.node >= $3 ORDER BY n.head LIMIT 10001) AS s) "      \
  "SELECT CASE WHEN (SELECT n FROM near) <= 10000 THEN (SELECT n FROM near) "              \
  "WHEN (SELECT n FROM far) <= 10000 THEN " STOA_LIST_LENGTH(list) " - (SELECT n FROM far) END "

constexpr Statement count_nodes{
    "count_nodes",
    STOA_OWN "SELECT " STOA_LIST_LENGTH(
        "listed nodes") " - (SELECT count(*) FROM " STOA_AFFILIATED STOA_ITS_NODE
                        "WHERE a.affiliation = 'outcast' AND n.service = $1 AND n.listed) "
                        "+ (SELECT count(*) FROM own)",
    Plan::by_keys};

constexpr Statement count_nodes_before{
    "count_nodes_before",
    STOA_OWN ", " STOA_PLACE(
        "n.listed",
        "listed nodes") "- (SELECT count(*) FROM " STOA_AFFILIATED STOA_ITS_NODE
                        "WHERE a.affiliation = 'outcast' AND n.service = $1 AND n.listed "
                        "AND n.node < $3) "
                        "+ (SELECT count(*) FROM own WHERE node < $3)",
    Plan::by_keys};

#undef STOA_OWN
#undef STOA_CAST_OUT
#undef STOA_ITS_NODE

// An admin sees all; $2 is not looked at.

constexpr Statement all_nodes_behind{
    "all_nodes_behind",
    "SELECT node, title FROM nodes WHERE service = $1 AND NOT nested AND $2::text IS NOT NULL "
    "AND head >= left($3, 300) AND node > $3 ORDER BY head, node LIMIT $4 OFFSET $5"};

constexpr Statement all_nodes_before{
    "all_nodes_before",
    "SELECT node, title FROM nodes WHERE service = $1 AND NOT nested AND $2::text IS NOT NULL "
    "AND head <= left($3, 300) AND node < $3 ORDER BY head DESC, node DESC LIMIT $4"};

constexpr Statement all_last_nodes{
    "all_last_nodes",
    "SELECT node, title FROM nodes WHERE service = $1 AND NOT nested AND $2::text IS NOT NULL "
    "ORDER BY head DESC, node DESC LIMIT $3"};

constexpr Statement count_all_nodes{
    "count_all_nodes", "SELECT " STOA_LIST_LENGTH("nodes") " WHERE $2::text IS NOT NULL"};

constexpr Statement count_all_nodes_before{
    "count_all_nodes_before",
    "WITH " STOA_PLACE("NOT n.nested", "nodes") "WHERE $2::text IS NOT NULL"};

#undef STOA_PLACE

// What a requester sees of an account, whose nodes are few: $3 says that it hears the account's
// presence, $4 in which groups of its roster it is.
#define STOA_SEEN                                                                      \
  "WITH seen AS MATERIALIZED ("                                                        \
  "SELECT n.node, n.title FROM nodes n "                                               \
  "LEFT JOIN node_affiliations a ON a.node = n.number AND a.jid = $2 "                 \
  "WHERE n.service = $1 AND NOT n.nested "                                             \
  "AND (a.affiliation IN ('member', 'publisher', 'owner') "                            \
  "OR (a.affiliation IS DISTINCT FROM 'outcast' AND CASE WHEN n.hidden "               \
  "THEN EXISTS (SELECT FROM subscriptions s WHERE s.node = n.number AND s.bare = $2) " \
  "WHEN n.access_model = 'presence' THEN $3::boolean "                                 \
  "WHEN n.access_model = 'roster' "                                                    \
  "THEN coalesce(n.config -> 'pubsub#roster_groups_allowed' ?| $4::text[], false) "    \
  "ELSE n.access_model IN ('open', 'authorize', 'payment') END))) "

constexpr Statement contact_nodes_behind{
    "contact_nodes_behind",
    STOA_SEEN "SELECT node, title FROM seen WHERE node > $5 ORDER BY node LIMIT $6 OFFSET $7"};
constexpr Statement contact_nodes_before{
    "contact_nodes_before",
    STOA_SEEN "SELECT node, title FROM seen WHERE node < $5 ORDER BY node DESC LIMIT $6"};
constexpr Statement contact_last_nodes{
    "contact_last_nodes", STOA_SEEN "SELECT node, title FROM seen ORDER BY node DESC LIMIT $5"};
constexpr Statement count_contact_nodes{"count_contact_nodes",
                                        STOA_SEEN "SELECT count(*) FROM seen"};
constexpr Statement count_contact_nodes_before{
    "count_contact_nodes_before", STOA_SEEN "SELECT count(*) FROM seen WHERE node < $5"};
#undef STOA_SEEN

struct Statements {
  const Statement& behind;
  const Statement& before;
  const Statement& last;
  const Statement& count;
  const Statement& count_before;
};

constexpr Statements for_users{nodes_behind, nodes_before, last_nodes, count_nodes,
                               count_nodes_before};
constexpr Statements for_admins{all_nodes_behind, all_nodes_before, all_last_nodes, count_all_nodes,
                                count_all_nodes_before};
constexpr Statements for_contacts{contact_nodes_behind, contact_nodes_before, contact_last_nodes,
                                  count_contact_nodes, count_contact_nodes_before};

/// `exec` runs one of the statements with what all of them are given.
template <class Exec>
NodePage page_of_nodes(const Statements& statements, const NodesRead& read, const Exec& exec) {
  const auto number = [](const pqxx::result& rows) { return rows.at(0).at(0).as<std::uint64_t>(); };
  NodePage page;
  page.count = number(exec(statements.count));
  if (read.max == 0) return page;

  const std::uint64_t offset = read.index.value_or(0);
  if (offset >= page.count) {
    page.first_index = page.count;
    return page;
  }
  pqxx::result rows;
  if (!read.before) {
    rows = exec(statements.behind, read.after, read.max, offset);
  } else if (read.before->empty()) {
    rows = exec(statements.last, read.max);
  } else {
    rows = exec(statements.before, *read.before, read.max);
  }
  for (const auto& row : rows) {
    page.rows.push_back({row[0].as<std::string>(), row[1].as<std::string>()});
  }
  if (read.before) std::reverse(page.rows.begin(), page.rows.end());
  if (read.index) {
    page.first_index = offset;
  } else if (!page.rows.empty() && !(read.after.empty() && !read.before)) {
    const std::string& first = page.rows.front().node;
    const pqxx::result place = exec(statements.count_before, first);
    page.first_index.reset();
    if (!place.at(0).at(0).is_null()) page.first_index = place[0][0].as<std::uint64_t>();
  }
  return page;
}

}  // namespace

pubsub::ReadResult read_nodes(Connection& connection, const std::string& service,
                              const NodesRead& read) {
  const std::string& jid = read.bare.str();
  if (read.contact && !read.admin) {
    Array groups;
    for (const std::string& group : read.contact->groups) groups.add(group);
    const std::string in = groups.take();
    return page_of_nodes(for_contacts, read, [&](const Statement& statement, const auto&... more) {
      return connection.exec(statement, service, jid, read.contact->hears, in, more...);
    });
  }
  return page_of_nodes(read.admin ? for_admins : for_users, read,
                       [&](const Statement& statement, const auto&... more) {
                         return connection.exec(statement, service, jid, more...);
                       });
}

}  // namespace stoa::store::postgres
