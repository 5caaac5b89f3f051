#include <memory>
#include <variant>

#include "store/postgres/array.hpp"
#include "store/postgres/damage.hpp"
#include "store/postgres/pubsub_rows.hpp"
#include "store/postgres/pubsub_tables.hpp"

/// What commands look up.
namespace stoa::store::postgres {

using pubsub::ReadResult;

namespace {

namespace look = pubsub::look;

#define STOA_IS_COLLECTION "(coalesce(n.config #>> '{pubsub#node_type,0}', '') = 'collection')"
#define STOA_OWNED_BY(parameter)                                              \
  "(" parameter                                                               \
  " = '' OR EXISTS (SELECT FROM node_affiliations a WHERE a.node = n.number " \
  "AND a.jid = " parameter " AND a.affiliation = 'owner')) "

constexpr Statement involved_nodes{
    "involved_nodes",
    "SELECT n.node FROM node_affiliations a JOIN nodes n ON n.number = a.node "
    "WHERE a.jid = $2 AND n.service = $1 "
    "UNION "
    "SELECT n.node FROM subscriptions s JOIN nodes n ON n.number = s.node "
    "WHERE s.bare = $2 AND n.service = $1 "
    "UNION "
    "SELECT n.node FROM node_watchers w JOIN nodes n ON n.number = w.node "
    "WHERE w.bare = $2 AND n.service = $1 ORDER BY node"};

// At the accounts of the domains $3, and at these. No service of deleted nodes is one of theirs.
constexpr Statement involved_elsewhere{
    "involved_elsewhere",
    "SELECT n.service, n.node FROM (SELECT a.node FROM node_affiliations a WHERE a.jid = $2 "
    "UNION SELECT s.node FROM subscriptions s WHERE s.bare = $2 "
    "UNION SELECT w.node FROM node_watchers w WHERE w.bare = $2) AS i "
    "JOIN nodes n ON n.number = i.node WHERE n.service <> $1 AND n.service NOT LIKE ' %' "
    "AND (n.service = ANY($3::text[]) OR (strpos(n.service, '@') > 0 "
    "AND split_part(n.service, '@', 2) = ANY($3::text[]))) ORDER BY n.service, n.node"};

// $2: how they begin, $3: the owner, $4: leaf or collection; empty for any.
#define STOA_LISTED \
  "FROM nodes n WHERE n.service = $1 AND n.head >= left($2, 300) "                \
  "AND starts_with(n.node, $2) AND " STOA_OWNED_BY("$3") "AND ($4 = '' OR ($4 = " \
  "'collection') = " STOA_IS_COLLECTION ") "
constexpr Statement list_nodes{
    "command_list_nodes",
    "SELECT n.node, n.title, " STOA_IS_COLLECTION
    ", n.item_count, stoa_micros(n.created) " STOA_LISTED
    "AND n.head >= left($5, 300) AND n.node > $5 ORDER BY n.head, n.node LIMIT $6"};
constexpr Statement count_listed{"command_count_nodes", "SELECT count(*) " STOA_LISTED};
#undef STOA_LISTED

constexpr Statement list_items{
    "command_list_items", "SELECT " STOA_ITEM_COLUMNS
                          ", coalesce(octet_length(i.payload), 0)::bigint FROM items i "
                          "WHERE " STOA_STANDING_OF_1 " AND i.seq > $2 ORDER BY i.seq LIMIT $3"};

constexpr Statement count_all{
    "command_count_all",
    "SELECT count(*) FILTER (WHERE NOT " STOA_IS_COLLECTION
    "), count(*) FILTER (WHERE " STOA_IS_COLLECTION
    "), (SELECT count(*) FROM nodes_buried b WHERE b.service = $1), "
    "coalesce(sum(n.item_count), 0)::bigint, "
    "(SELECT coalesce(sum(octet_length(i.payload)), 0)::bigint FROM nodes m "
    "JOIN items i ON i.node = m.number AND i.stands AND i.seq >= m.standing_from "
    "WHERE m.service = $1), "
    "(SELECT count(DISTINCT a.jid) FROM nodes m JOIN node_affiliations a ON a.node = m.number "
    "WHERE m.service = $1 AND a.affiliation = 'owner') "
    "FROM nodes n WHERE n.service = $1"};

constexpr Statement count_all_subscriptions{
    "command_count_subscriptions",
    "SELECT count(*) FILTER (WHERE s.state = 'subscribed'), "
    "count(*) FILTER (WHERE s.state = 'pending'), "
    "count(*) FILTER (WHERE s.state = 'unconfigured'), "
    "count(DISTINCT s.bare) FILTER (WHERE s.state = 'subscribed') "
    "FROM nodes n JOIN subscriptions s ON s.node = n.number WHERE n.service = $1"};

constexpr Statement find_audience{
    "command_audience",
    "SELECT a.jid FROM nodes n JOIN node_affiliations a ON a.node = n.number "
    "WHERE n.service = $1 AND $2::boolean AND a.affiliation = 'owner' "
    "UNION "
    "SELECT s.bare FROM nodes n JOIN subscriptions s ON s.node = n.number "
    "WHERE n.service = $1 AND $3::boolean AND s.state = 'subscribed' ORDER BY 1"};

constexpr Statement find_miscounted{
    "command_miscounted",
    "SELECT n.node FROM nodes n WHERE n.service = $1 AND n.item_count <> "
    "(SELECT count(*) FROM items i WHERE i.node = n.number AND i.stands "
    "AND i.seq >= n.standing_from) ORDER BY n.node LIMIT $2"};

constexpr Statement own_nodes{
    "command_own_nodes",
    "SELECT n.node, n.item_count, (SELECT coalesce(sum(octet_length(i.payload)), 0)::bigint "
    "FROM items i WHERE i.node = n.number AND i.stands "
    "AND i.seq >= n.standing_from) FROM node_affiliations a "
    "JOIN nodes n ON n.number = a.node WHERE a.jid = $2 AND a.affiliation = 'owner' "
    "AND n.service = $1 AND n.node > $3 ORDER BY n.node LIMIT $4"};

constexpr Statement own_use{
    "command_own_use",
    "SELECT (SELECT count(*) FROM node_affiliations a JOIN nodes n ON n.number = a.node "
    "WHERE a.jid = $2 AND a.affiliation = 'owner' AND n.service = $1), "
    "(SELECT coalesce(sum(octet_length(i.payload)), 0)::bigint FROM nodes n "
    "JOIN items i ON i.node = n.number AND i.stands AND i.seq >= n.standing_from "
    "WHERE n.service = $1 AND n.creator = $2), "
    "(SELECT count(*) FROM subscriptions s JOIN nodes n ON n.number = s.node "
    "WHERE s.bare = $2 AND n.service = $1)"};

constexpr Statement offered_nodes{
    "command_offered_nodes",
    "SELECT n.number, n.node, o.by FROM node_offers o JOIN nodes n ON n.number = o.node "
    "JOIN node_affiliations a ON a.node = o.node AND a.jid = o.by AND a.affiliation = 'owner' "
    "WHERE o.receiver = $2 AND n.service = $1 AND o.until > stoa_time($3) "
    "ORDER BY n.node LIMIT $4"};

constexpr Statement following_node{
    "command_following_node",
    "SELECT n.node FROM nodes n WHERE n.service = $1 AND n.head >= left($2, 300) "
    "AND n.node > $2 AND " STOA_OWNED_BY("$3") "ORDER BY n.head, n.node LIMIT 1"};

// Up to the first with which the payloads pass $4 bytes.
constexpr Statement copied_items{
    "command_copied_items",
    "SELECT " STOA_ITEM_COLUMNS
    ", i.payload FROM (SELECT t.*, sum(coalesce(octet_length(t.payload), 0)) OVER (ORDER BY t.seq) "
    "- coalesce(octet_length(t.payload), 0) AS bytes_before FROM (SELECT * FROM items i "
    "WHERE " STOA_STANDING_OF_1
    " AND i.seq > $2 ORDER BY i.seq LIMIT $3) AS t) AS i "
    "WHERE i.bytes_before <= $4 ORDER BY i.seq"};

constexpr Statement items_behind{"command_items_behind",
                                 "SELECT EXISTS (SELECT FROM items i WHERE " STOA_STANDING_OF_1
                                 " AND i.seq > $2)"};

#undef STOA_OWNED_BY
#undef STOA_IS_COLLECTION

std::string word_of(const std::optional<pubsub::NodeType>& type) {
  if (!type) return {};
  return *type == pubsub::NodeType::collection ? "collection" : "leaf";
}

std::uint64_t count_in(const pqxx::field& field) {
  return field.as<std::uint64_t>();
}

pubsub::InvolvedNodes names_in(const pqxx::result& rows) {
  pubsub::InvolvedNodes found;
  for (const auto& row : rows) found.nodes.push_back(row[0].as<std::string>());
  return found;
}

struct FindForCommand {
  Connection& connection;
  const std::string& service;
  std::size_t cap;

  ReadResult operator()(const look::Involved& what) const {
    auto found = names_in(connection.exec(involved_nodes, service, what.bare.str()));
    if (what.domains.empty()) return found;
    Array domains;
    for (const std::string& domain : what.domains) domains.add(domain);
    for (const auto& row :
         connection.exec(involved_elsewhere, service, what.bare.str(), domains.take())) {
      found.elsewhere.push_back({row[0].as<std::string>(), row[1].as<std::string>()});
    }
    return found;
  }
  ReadResult operator()(const look::AtServer&) const { return pubsub::ServerNodes{}; }
  ReadResult operator()(const look::Buried& what) const {
    return read_buried(connection, service, what.now, cap);
  }
  ReadResult operator()(const look::Acts& what) const {
    return read_acts(connection, service, what.about, cap);
  }
  ReadResult operator()(const look::Nodes& what) const {
    pubsub::ListedNodes found;
    const std::string& owner = what.owner.str();
    const std::string type = word_of(what.type);
    found.count =
        count_in(connection.exec(count_listed, service, what.prefix, owner, type).at(0).at(0));
    for (const auto& row :
         connection.exec(list_nodes, service, what.prefix, owner, type, what.after, cap)) {
      const auto kind = row[2].as<bool>() ? pubsub::NodeType::collection : pubsub::NodeType::leaf;
      found.rows.push_back({row[0].as<std::string>(), row[1].as<std::string>(), kind,
                            count_in(row[3]), time_in(row[4])});
    }
    return found;
  }
  ReadResult operator()(const look::NodeItems& what) const {
    pubsub::FoundItems found;
    for (const auto& row : connection.exec(list_items, what.number, what.above, cap)) {
      found.rows.push_back({meta_in(row), count_in(row[7])});
    }
    return found;
  }
  ReadResult operator()(const look::Totals&) const {
    const auto nodes = connection.exec(count_all, service).at(0);
    const auto subscriptions = connection.exec(count_all_subscriptions, service).at(0);
    return pubsub::ServiceTotals{.leaves = count_in(nodes[0]),
                                 .collections = count_in(nodes[1]),
                                 .deleted = count_in(nodes[2]),
                                 .items = count_in(nodes[3]),
                                 .bytes = count_in(nodes[4]),
                                 .owners = count_in(nodes[5]),
                                 .subscribed = count_in(subscriptions[0]),
                                 .pending = count_in(subscriptions[1]),
                                 .unconfigured = count_in(subscriptions[2]),
                                 .subscribers = count_in(subscriptions[3])};
  }
  ReadResult operator()(const look::Audience& what) const {
    pubsub::AudienceFound found;
    for (const auto& row : connection.exec(find_audience, service, what.owners, what.subscribers)) {
      read_or_skip(service + " audience", [&] { found.bares.push_back(jid_in(0, row[0])); });
    }
    return found;
  }
  ReadResult operator()(const look::Miscounted&) const {
    return names_in(connection.exec(find_miscounted, service, cap));
  }
  ReadResult operator()(const look::Mine& what) const {
    const std::string& jid = what.bare.str();
    const auto use = connection.exec(own_use, service, jid).at(0);
    pubsub::OwnNodes found{
        .count = count_in(use[0]), .bytes = count_in(use[1]), .subscriptions = count_in(use[2])};
    for (const auto& row : connection.exec(own_nodes, service, jid, what.after, cap)) {
      found.rows.push_back({row[0].as<std::string>(), count_in(row[1]), count_in(row[2])});
    }
    return found;
  }
  ReadResult operator()(const look::Offers& what) const {
    pubsub::OfferedNodes found;
    for (const auto& row : connection.exec(offered_nodes, service, what.bare.str(),
                                           what.now.time_since_epoch().count(), cap)) {
      const auto node = row[1].as<std::string>();
      read_or_skip(service + ' ' + node, [&] {
        found.rows.push_back({node, jid_in(count_in(row[0]), row[2])});
      });
    }
    return found;
  }
  ReadResult operator()(const look::Copy& what) const;
};

ReadResult FindForCommand::operator()(const look::Copy& what) const {
  using Part = pubsub::CopyPlace::Part;
  std::string node = what.place.node;
  if (what.place.part == Part::following) {
    const auto rows = connection.exec(following_node, service, node, what.owner.str());
    if (rows.empty()) return pubsub::CopyFound{};
    node = rows[0][0].as<std::string>();
  }
  auto state = PubsubReader::load(connection, service, node);
  if (!state.exists()) return pubsub::CopyFound{};
  pubsub::CopyFound found;
  found.node = std::make_shared<const pubsub::NodeState>(std::move(state));
  if (what.place.part != Part::items) return found;
  const std::uint64_t number = found.node->number;
  for (const auto& row : connection.exec(copied_items, number, what.place.seq, cap, what.bytes)) {
    found.items.push_back(item_in(row));
  }
  if (found.items.empty()) return found;
  const std::uint64_t last = found.items.back().meta.seq;
  found.more = connection.exec(items_behind, number, last).at(0).at(0).as<bool>();
  return found;
}

}  // namespace

ReadResult read_for_command(Connection& connection, const std::string& service,
                            const pubsub::CommandRead& read) {
  return std::visit(FindForCommand{connection, service, read.cap}, read.what);
}

}  // namespace stoa::store::postgres
