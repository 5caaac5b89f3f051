#include <charconv>
#include <variant>

#include "store/postgres/damage.hpp"
#include "store/postgres/pubsub_rows.hpp"
#include "store/postgres/pubsub_tables.hpp"

namespace stoa::store::postgres {

using pubsub::ReadResult;

namespace {

constexpr Statement count_subscriptions{
    "count_subscriptions_of",
    "SELECT count(*) FROM subscriptions s JOIN nodes n ON n.number = s.node "
    "WHERE s.bare = $2 AND n.service = $1"};

constexpr Statement place_of_subscription{
    "place_of_subscription",
    "WITH own AS (SELECT n.number, s.subid, row_number() OVER (ORDER BY n.node, s.subid, s.jid) "
    "AS place FROM subscriptions s JOIN nodes n ON n.number = s.node "
    "WHERE s.bare = $2 AND n.service = $1) "
    "SELECT min(place) - 1 FROM own WHERE number = $3 AND subid = $4 HAVING count(*) > 0"};

constexpr Statement subscriptions_page{
    "subscriptions_page",
    "SELECT " STOA_SUBSCRIPTION_COLUMNS
    ", n.node FROM subscriptions s JOIN nodes n ON n.number = s.node "
    "WHERE s.bare = $2 AND n.service = $1 ORDER BY n.node, s.subid, s.jid OFFSET $3 LIMIT $4"};

constexpr Statement count_affiliations{"count_affiliations_of",
                                       "SELECT count(*) FROM " STOA_AFFILIATED
                                       "JOIN nodes n ON n.number = a.node WHERE n.service = $1"};

constexpr Statement place_of_affiliation{
    "place_of_affiliation",
    "WITH own AS (SELECT n.node FROM " STOA_AFFILIATED
    "JOIN nodes n ON n.number = a.node WHERE n.service = $1) "
    "SELECT (SELECT count(*) FROM own o WHERE o.node < $3) FROM own WHERE node = $3"};

constexpr Statement affiliations_page{
    "affiliations_page",
    "SELECT n.number, n.node, a.affiliation "
    "FROM " STOA_AFFILIATED
    "JOIN nodes n ON n.number = a.node WHERE n.service = $1 ORDER BY n.node OFFSET $3 LIMIT $4"};

// The children of $1 that $2 sees; an admin ($3) sees all.
#define STOA_SEEN                                                                      \
  "WITH seen AS (SELECT n.number, n.node, n.title FROM node_links l "                  \
  "JOIN nodes n ON n.number = l.child "                                                \
  "CROSS JOIN LATERAL (SELECT stoa_affiliation(n.number, $2) AS affiliation) AS a "    \
  "WHERE l.parent = $1 AND ($3 OR a.affiliation IN ('member', 'publisher', 'owner') "  \
  "OR (a.affiliation IS DISTINCT FROM 'outcast' AND CASE WHEN n.hidden "               \
  "THEN EXISTS (SELECT FROM subscriptions s WHERE s.node = n.number AND s.bare = $2) " \
  "ELSE n.access_model IN ('open', 'authorize', 'payment') END))) "

constexpr Statement count_children{"count_children", STOA_SEEN "SELECT count(*) FROM seen"};
constexpr Statement place_of_child{
    "place_of_child",
    STOA_SEEN "SELECT (SELECT count(*) FROM seen o WHERE o.node < $4) FROM seen WHERE node = $4"};
constexpr Statement children_page{
    "children_page", STOA_SEEN "SELECT node, title FROM seen ORDER BY node OFFSET $4 LIMIT $5"};
#undef STOA_SEEN

constexpr Statement owns_any{
    "owns_any",
    "SELECT CASE WHEN $3 THEN EXISTS (SELECT FROM nodes n WHERE n.service = $1) "
    "ELSE EXISTS (SELECT FROM node_affiliations a JOIN nodes n ON n.number = a.node "
    "WHERE a.jid = $2 AND a.affiliation = 'owner' AND n.service = $1) END"};

constexpr Statement own_with_pending{
    "own_with_pending",
    "SELECT n.node FROM node_affiliations a JOIN nodes n ON n.number = a.node "
    "WHERE a.jid = $2 AND a.affiliation = 'owner' AND n.service = $1 "
    "AND EXISTS (SELECT FROM subscriptions s WHERE s.node = n.number AND s.state = 'pending') "
    "ORDER BY n.node LIMIT $3"};

constexpr Statement all_with_pending{
    "all_with_pending",
    "SELECT n.node FROM (SELECT DISTINCT s.node FROM subscriptions s WHERE s.state = 'pending') "
    "AS p JOIN nodes n ON n.number = p.node WHERE n.service = $1 ORDER BY n.node LIMIT $2"};

std::uint64_t number_in(const pqxx::result& rows) {
  return rows.at(0).at(0).as<std::uint64_t>();
}

/// A row's position, counted by the statement; nullopt where it has found no such row.
std::optional<std::uint64_t> place_in(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return number_in(rows);
}

/// The UID that a page is counted from; nullptr for a page that begins or ends with the list.
const std::string* anchor_of(const std::optional<rsm::Request>& page) {
  if (!page) return nullptr;
  if (page->after) return &*page->after;
  return page->before && !page->before->empty() ? &*page->before : nullptr;
}

Window window_or_all(const std::optional<rsm::Request>& page, std::uint64_t total,
                     std::uint64_t anchor, std::size_t cap) {
  if (!page) return {0, std::min<std::uint64_t>(cap, total)};
  return window_of(*page, total, anchor, cap);
}

struct Find {
  Connection& connection;
  const std::string& service;

  ReadResult operator()(const pubsub::ItemsRead& read) const {
    return read_items(connection, read);
  }
  ReadResult operator()(const pubsub::JoinedRead& read) const {
    return read_joined(connection, service, read);
  }
  ReadResult operator()(const pubsub::ArchiveRead& read) const {
    return read_archive(connection, read);
  }
  ReadResult operator()(const pubsub::CommandRead& read) const {
    return read_for_command(connection, service, read);
  }
  ReadResult operator()(const pubsub::WatchedRead& read) const {
    return read_watched(connection, service, read);
  }
  ReadResult operator()(const pubsub::ConcernedRead& read) const {
    return read_concerned(connection, service, read);
  }
  ReadResult operator()(const pubsub::NodesRead& read) const {
    return read_nodes(connection, service, read);
  }
  ReadResult operator()(const pubsub::SubscriptionsRead& read) const;
  ReadResult operator()(const pubsub::AffiliationsRead& read) const;
  ReadResult operator()(const pubsub::PendingNodesRead& read) const;
  ReadResult operator()(const pubsub::ChildrenRead& read) const;

 private:
  std::optional<std::uint64_t> place(const pubsub::SubscriptionsRead& read,
                                     const std::string& uid) const;
};

std::optional<std::uint64_t> Find::place(const pubsub::SubscriptionsRead& read,
                                         const std::string& uid) const {
  std::uint64_t number = 0;
  const char* const end = uid.data() + uid.size();
  const auto [slash, fault] = std::from_chars(uid.data(), end, number);
  constexpr std::uint64_t largest = INT64_MAX;
  if (fault != std::errc() || slash == end || *slash != '/' || number > largest) {
    return std::nullopt;
  }
  return place_in(connection.exec(place_of_subscription, service, read.bare.str(), number,
                                  std::string(slash + 1, end)));
}

ReadResult Find::operator()(const pubsub::SubscriptionsRead& read) const {
  const std::string& jid = read.bare.str();
  std::uint64_t anchor = 0;
  if (const std::string* uid = anchor_of(read.page)) {
    const auto found = place(read, *uid);
    if (!found) return pubsub::UnknownUid{};
    anchor = *found;
  }
  pubsub::SubscriptionPage page;
  page.count = number_in(connection.exec(count_subscriptions, service, jid));
  const Window window = window_or_all(read.page, page.count, anchor, read.cap);
  page.first_index = window.begin;
  if (window.size() == 0) return page;
  for (const auto& row :
       connection.exec(subscriptions_page, service, jid, window.begin, window.size())) {
    const auto node = row[subscription_columns].as<std::string>();
    read_or_skip(service + ' ' + node, [&] {
      page.rows.push_back({row[0].as<std::uint64_t>(), node, subscription_in(row)});
    });
  }
  return page;
}

ReadResult Find::operator()(const pubsub::AffiliationsRead& read) const {
  const std::string& jid = read.bare.str();
  std::uint64_t anchor = 0;
  if (const std::string* uid = anchor_of(read.page)) {
    const auto found = place_in(connection.exec(place_of_affiliation, service, jid, *uid));
    if (!found) return pubsub::UnknownUid{};
    anchor = *found;
  }
  pubsub::AffiliationPage page;
  page.count = number_in(connection.exec(count_affiliations, service, jid));
  const Window window = window_or_all(read.page, page.count, anchor, read.cap);
  page.first_index = window.begin;
  if (window.size() == 0) return page;
  for (const auto& row :
       connection.exec(affiliations_page, service, jid, window.begin, window.size())) {
    const auto node = row[1].as<std::string>();
    read_or_skip(service + ' ' + node, [&] {
      page.rows.push_back({node, affiliation_in(row[0].as<std::uint64_t>(), row[2])});
    });
  }
  return page;
}

ReadResult Find::operator()(const pubsub::ChildrenRead& read) const {
  const std::string& jid = read.bare.str();
  std::uint64_t anchor = 0;
  if (const std::string* uid = anchor_of(read.page)) {
    const auto found =
        place_in(connection.exec(place_of_child, read.number, jid, read.admin, *uid));
    if (!found) return pubsub::UnknownUid{};
    anchor = *found;
  }
  pubsub::NodePage page;
  page.count = number_in(connection.exec(count_children, read.number, jid, read.admin));
  const Window window = window_or_all(read.page, page.count, anchor, read.cap);
  page.first_index = window.begin;
  if (window.size() == 0) return page;
  for (const auto& row :
       connection.exec(children_page, read.number, jid, read.admin, window.begin, window.size())) {
    page.rows.push_back({row[0].as<std::string>(), row[1].as<std::string>()});
  }
  return page;
}

ReadResult Find::operator()(const pubsub::PendingNodesRead& read) const {
  pubsub::PendingNodes found;
  const std::string& jid = read.bare.str();
  found.owns_any = connection.exec(owns_any, service, jid, read.admin).at(0).at(0).as<bool>();
  const auto rows = read.admin ? connection.exec(all_with_pending, service, read.cap)
                               : connection.exec(own_with_pending, service, jid, read.cap);
  for (const auto& row : rows) found.nodes.push_back(row[0].as<std::string>());
  return found;
}

}  // namespace

ReadResult PubsubReader::read(Connection& connection, const std::string& service,
                              const pubsub::Read& read) {
  std::optional<Snapshot> snapshot;
  if (!std::holds_alternative<pubsub::ItemsRead>(read)) snapshot.emplace(connection);
  return std::visit(Find{connection, service}, read);
}

}  // namespace stoa::store::postgres
