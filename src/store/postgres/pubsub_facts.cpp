#include <type_traits>
#include <variant>

#include "store/postgres/array.hpp"
#include "store/postgres/damage.hpp"
#include "store/postgres/pubsub_rows.hpp"
#include "store/postgres/pubsub_tables.hpp"

namespace stoa::store::postgres {

namespace need = pubsub::need;
namespace fact = pubsub::fact;

namespace {

constexpr Statement fetch_index{"fetch_index",
                                "SELECT " STOA_ITEM_COLUMNS
                                " FROM items i WHERE " STOA_STANDING_OF_1 " ORDER BY i.seq"};

constexpr Statement fetch_items{"fetch_items", "SELECT " STOA_ITEM_COLUMNS
                                               " FROM items i WHERE " STOA_STANDING_OF_1
                                               " AND i.digest = ANY($2::uuid[]) "
                                               "ORDER BY i.seq"};

constexpr Statement fetch_oldest{"fetch_oldest", "SELECT " STOA_ITEM_COLUMNS
                                                 " FROM items i WHERE " STOA_STANDING_OF_1
                                                 " ORDER BY i.seq LIMIT $2"};

constexpr Statement fetch_last{"fetch_last", "SELECT " STOA_ITEM_COLUMNS
                                             ", i.payload FROM items i WHERE " STOA_STANDING_OF_1
                                             " ORDER BY i.seq DESC LIMIT 1"};

constexpr Statement fetch_published{"fetch_published",
                                    "SELECT " STOA_ITEM_COLUMNS
                                    ", i.payload FROM items i WHERE " STOA_STANDING_OF_1
                                    " AND i.seq = ANY($2::bigint[]) "
                                    "ORDER BY i.seq"};

constexpr Statement count_owned{
    "count_owned",
    "SELECT count(*) FROM node_affiliations a JOIN nodes n ON n.number = a.node "
    "WHERE a.jid = $2 AND a.affiliation = 'owner' AND n.service = $1"};

constexpr Statement count_held{
    "count_held",
    "SELECT count(*) FROM subscriptions s JOIN nodes n ON n.number = s.node "
    "WHERE s.bare = $2 AND n.service = $1"};

constexpr Statement count_bytes{
    "count_bytes",
    "SELECT coalesce(sum(octet_length(i.payload)), 0)::bigint "
    "FROM nodes n JOIN items i ON i.node = n.number AND i.stands AND i.seq >= n.standing_from "
    "WHERE n.service = $1 AND n.creator = $2"};

constexpr Statement count_node_bytes{"count_node_bytes",
                                     "SELECT coalesce(sum(octet_length(i.payload)), 0)::bigint "
                                     "FROM items i WHERE " STOA_STANDING_OF_1};

constexpr Statement count_node_items{"count_node_items",
                                     "SELECT count(*) FROM items WHERE node = $1"};

constexpr Statement find_relative{
    "find_relative",
    "WITH RECURSIVE down(node) AS (SELECT $4::bigint UNION "
    "SELECT l.child FROM node_links l JOIN down d ON l.parent = d.node), "
    "up(node) AS (SELECT $4::bigint UNION "
    "SELECT l.parent FROM node_links l JOIN up u ON l.child = u.node) "
    "SELECT n.number, stoa_config_text(n.config), "
    "stoa_affiliation(n.number, $3), "
    "(SELECT count(*) FROM node_links l WHERE l.parent = n.number), "
    "EXISTS (SELECT FROM down d WHERE d.node = n.number), "
    "EXISTS (SELECT FROM up u WHERE u.node = n.number) "
    "FROM nodes n WHERE n.service = $1 AND n.digest = $2::uuid"};

constexpr Statement find_children{
    "find_children",
    "SELECT n.node FROM node_links l JOIN nodes n ON n.number = l.child WHERE l.parent = $1 "
    "ORDER BY n.node"};

constexpr Statement find_above{
    "find_above",
    "WITH RECURSIVE root(number) AS ("
    "SELECT n.number FROM nodes n WHERE n.service = $2 AND n.digest = $3::uuid), "
    "up(node, distance) AS (SELECT p, 1 FROM unnest($1::bigint[]) AS p UNION "
    "SELECT coalesce(l.parent, r.number), u.distance + 1 "
    "FROM up u LEFT JOIN node_links l ON l.child = u.node LEFT JOIN root r ON true "
    "WHERE u.distance < 1000 AND coalesce(l.parent, r.number) <> u.node), "
    "near AS (SELECT node, min(distance) AS distance FROM up GROUP BY node) "
    "SELECT s.node, n.node, s.jid, s.subid, s.kind, EXISTS (SELECT FROM subscriptions o "
    "WHERE o.node = s.node AND o.bare = s.bare AND o.jid = s.jid AND o.subid <> s.subid) FROM near "
    "JOIN nodes n ON n.number = near.node "
    "JOIN subscriptions s ON s.node = near.node "
    "WHERE n.service = $2 AND s.state = 'subscribed' AND s.deliver AND (s.depth IS NULL OR s.depth "
    ">= near.distance) "
    "ORDER BY s.node, s.jid, s.subid"};

pubsub::Relative relative_in(const std::string& node, const pqxx::row& row) {
  pubsub::Relative found{.node = node};
  found.number = row[0].as<std::uint64_t>();
  const auto config = pubsub::config_of(text_in(row[1]));
  if (!config) damaged(found.number, "the configuration cannot be read");
  found.collection = config->collection();
  found.policy = config->children_association_policy;
  found.whitelist = config->children_association_whitelist;
  found.children_max = config->children_max;
  if (!row[2].is_null()) found.affiliation = affiliation_in(found.number, row[2]);
  found.children = row[3].as<std::uint64_t>();
  found.below = row[4].as<bool>();
  found.above = row[5].as<bool>();
  return found;
}

std::vector<pubsub::ItemMeta> metas(const pqxx::result& rows) {
  std::vector<pubsub::ItemMeta> items;
  items.reserve(rows.size());
  for (const auto& row : rows) items.push_back(meta_in(row));
  return items;
}

struct Fetch {
  Connection& connection;
  const std::string& service;
  std::uint64_t number;

  pubsub::Facts operator()(const need::Index&) const {
    return fact::Index{metas(connection.exec(fetch_index, number))};
  }
  pubsub::Facts operator()(const need::Items& need) const {
    Array digests;
    for (const std::string& id : need.ids) digests.add(digest(id));
    return fact::Items{need.ids, metas(connection.exec(fetch_items, number, digests.take()))};
  }
  pubsub::Facts operator()(const need::Oldest& need) const {
    return fact::Oldest{need.count, metas(connection.exec(fetch_oldest, number, need.count))};
  }
  pubsub::Facts operator()(const need::Last&) const {
    const auto rows = connection.exec(fetch_last, number);
    if (rows.empty()) return fact::Last{};
    return fact::Last{item_in(rows[0])};
  }
  pubsub::Facts operator()(const need::Published& need) const {
    Array seqs;
    for (const std::uint64_t seq : need.seqs) seqs.add(seq);
    fact::Published found{.asked = need.seqs};
    for (const auto& row : connection.exec(fetch_published, number, seqs.take())) {
      found.items.push_back(item_in(row));
    }
    return found;
  }
  pubsub::Facts operator()(const need::OwnedNodes& need) const {
    const auto rows = connection.exec(count_owned, service, need.bare.str());
    return fact::OwnedNodes{need, rows.at(0).at(0).as<std::uint64_t>()};
  }
  pubsub::Facts operator()(const need::HeldSubscriptions& need) const {
    const auto rows = connection.exec(count_held, service, need.bare.str());
    return fact::HeldSubscriptions{need, rows.at(0).at(0).as<std::uint64_t>()};
  }
  pubsub::Facts operator()(const need::StoredBytes& need) const {
    const auto rows = connection.exec(count_bytes, service, need.creator.str());
    return fact::StoredBytes{need, rows.at(0).at(0).as<std::uint64_t>()};
  }
  pubsub::Facts operator()(const need::Kin& need) const {
    const Snapshot snapshot(connection);
    fact::Kin kin{.requester = need.requester, .asked = need.nodes};
    for (const std::string& node : need.nodes) {
      const auto rows =
          connection.exec(find_relative, service, digest(node), need.requester.str(), number);
      kin.found.push_back(rows.empty() ? pubsub::Relative{.node = node}
                                       : relative_in(node, rows[0]));
    }
    for (const auto& row : connection.exec(find_children, number)) {
      kin.children.push_back(row[0].as<std::string>());
    }
    return kin;
  }
  pubsub::Facts operator()(const need::Above& need) const {
    Array from;
    for (const std::uint64_t parent : need.from) from.add(parent);
    fact::Above above{.from = need.from};
    for (const auto& row :
         connection.exec(find_above, from.take(), service, digest(std::string(pubsub::root_key)))) {
      const auto collection = row[0].as<std::uint64_t>();
      const auto node = row[1].as<std::string>();
      read_or_skip(service + ' ' + node, [&] {
        const auto type = pubsub::subscription_type_of(text_in(row[4]));
        if (!type) damaged(collection, "unknown type of a subscription");
        above.subscriptions.push_back({collection, node, jid_in(collection, row[2]),
                                       row[3].as<std::string>(), *type, row[5].as<bool>()});
      });
    }
    return above;
  }
  pubsub::Facts operator()(const need::Lineage& need) const {
    const Snapshot snapshot(connection);
    return fetch_lineage(connection, service, number, need);
  }
  pubsub::Facts operator()(const need::Orphans& need) const {
    return fetch_orphans(connection, need);
  }
  pubsub::Facts operator()(const need::Log& need) const {
    return read_log(connection, number, need);
  }
  pubsub::Facts operator()(const need::NodeBytes&) const {
    const auto rows = connection.exec(count_node_bytes, number);
    return fact::NodeBytes{rows.at(0).at(0).as<std::uint64_t>()};
  }
  pubsub::Facts operator()(const need::ItemCount&) const {
    const auto rows = connection.exec(count_node_items, number);
    return fact::ItemCount{rows.at(0).at(0).as<std::uint64_t>()};
  }
  pubsub::Facts operator()(const need::Kept& need) const {
    return PubsubReader::load_buried(connection, service, need.node);
  }
  pubsub::Facts operator()(const need::Roster&) const { return fact::Roster{}; }
};

}  // namespace

pubsub::Facts PubsubReader::fetch(Connection& connection, const std::string& service,
                                  std::uint64_t number, const pubsub::Need& need) {
  return std::visit(Fetch{connection, service, number}, need);
}

}  // namespace stoa::store::postgres
