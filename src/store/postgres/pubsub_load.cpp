#include <memory>

#include "store/postgres/array.hpp"
#include "store/postgres/fault.hpp"
#include "store/postgres/pubsub_rows.hpp"
#include "store/postgres/pubsub_tables.hpp"

namespace stoa::store::postgres {

using pubsub::NodeState;

namespace {

#define STOA_NODE_COLUMNS                                                                   \
  "n.number, n.version, n.node, n.creator, stoa_micros(n.created), n.item_count, "          \
  "greatest((SELECT max(seq) FROM items i WHERE i.node = n.number), "                       \
  "(SELECT max(seq) FROM node_archive a WHERE a.node = n.number), "                         \
  "(SELECT max(seq) FROM node_log g WHERE g.node = n.number)), "                            \
  "CASE WHEN n.item_expire IS NOT NULL THEN (SELECT stoa_micros(i.published) FROM items i " \
  "WHERE i.node = n.number ORDER BY i.seq LIMIT 1) END, n.nested, "                         \
  "n.linked_to, n.hung_from, (SELECT r.node FROM nodes r "                                  \
  "WHERE r.number = coalesce(n.linked_to, n.hung_from)), n.orphaned, "                      \
  "EXISTS (SELECT FROM node_watchers w WHERE w.node = n.number)"

constexpr Statement load_node{"load_node",
                              "SELECT " STOA_NODE_COLUMNS
                              " FROM nodes n WHERE n.service = $1 AND n.digest = $2::uuid"};

constexpr Statement load_buried_node{
    "load_buried_node",
    "SELECT " STOA_NODE_COLUMNS
    ", stoa_micros(b.at), stoa_micros(b.until), b.by "
    "FROM nodes_buried b JOIN nodes n ON n.number = b.node "
    "WHERE b.service = $1 AND n.node = $2 ORDER BY b.at DESC, b.node DESC LIMIT 1"};
#undef STOA_NODE_COLUMNS

constexpr Statement load_config{"load_config",
                                "SELECT stoa_config_text(config) FROM nodes WHERE number = $1"};

constexpr Statement load_redirect{"load_redirect",
                                  "SELECT uri, stoa_micros(until) FROM node_redirects "
                                  "WHERE service = $1 AND digest = $2::uuid"};

constexpr Statement load_affiliations{
    "load_affiliations",
    "SELECT jid, affiliation FROM node_affiliations WHERE node = $1 ORDER BY jid"};

constexpr Statement load_subscriptions{"load_subscriptions",
                                       "SELECT " STOA_SUBSCRIPTION_COLUMNS
                                       " FROM subscriptions s WHERE s.node = $1 "
                                       "ORDER BY s.jid, s.since, s.subid"};

constexpr Statement load_watchers{"load_watchers",
                                  "SELECT jid, subid FROM node_watchers WHERE node = $1"};

constexpr Statement load_parents{
    "load_parents",
    "SELECT n.number, n.node FROM node_links l JOIN nodes n ON n.number = l.parent "
    "WHERE l.child = $1"};

constexpr Statement node_key{"node_key",
                             "SELECT node FROM nodes WHERE number = $1 AND service = $2"};

// Deadlines are few at any moment, and all that are due are dealt with: it does no harm to look at
// each of them once per page.
constexpr Statement pending_nodes{
    "pending_nodes",
    "SELECT node FROM ("
    "SELECT n.node FROM subscriptions s JOIN nodes n ON n.number = s.node "
    "WHERE s.due <= stoa_time($3) AND n.service = $1 AND n.node > $2 "
    "UNION "
    "SELECT n.node FROM nodes n WHERE n.orphaned AND n.service = $1 AND n.node > $2 "
    "UNION "
    "SELECT n.node FROM nodes n CROSS JOIN LATERAL (SELECT i.published FROM items i "
    "WHERE i.node = n.number ORDER BY i.seq LIMIT 1) AS oldest "
    "WHERE n.item_expire IS NOT NULL AND n.service = $1 AND n.head >= left($2, 300) "
    "AND n.node > $2 "
    "AND oldest.published <= stoa_time($3) - n.item_expire * interval '1 second'"
    ") AS due ORDER BY node LIMIT $4"};

pubsub::SharedConfig config_of_node(Connection& connection, std::uint64_t number) {
  std::optional<pubsub::NodeConfig> config;
  try {
    const auto rows = connection.exec(load_config, number);
    config = pubsub::config_of(text_in(rows.at(0).at(0)));
  } catch (const Fault& fault) {
    if (fault.kind != FaultKind::content) throw;
  }
  if (!config) damaged(number, "the configuration cannot be read");
  return std::make_shared<const pubsub::NodeConfig>(std::move(*config));
}

void load_relations(const pqxx::row& row, NodeState& state) {
  pubsub::Relations found;
  for (auto [column, relation] : {std::pair(9, &found.link), std::pair(10, &found.parent)}) {
    if (row[column].is_null()) continue;
    relation->number = row[column].as<std::uint64_t>();
    if (!row[11].is_null()) relation->node = row[11].as<std::string>();
  }
  state.relate(found.link, found.parent);
  state.orphaned = row[12].as<bool>();
}

NodeState load_existing(Connection& connection, const pqxx::row& row) {
  NodeState state;
  state.number = row[0].as<std::uint64_t>();
  state.version = row[1].as<std::uint64_t>();
  state.node = row[2].as<std::string>();
  state.creator = jid_in(state.number, row[3]);
  state.created = time_in(row[4]);
  state.item_count = row[5].as<std::uint64_t>();
  if (!row[6].is_null()) state.next_seq = row[6].as<std::uint64_t>() + 1;
  state.oldest_published = maybe_time_in(row[7]);
  state.config = config_of_node(connection, state.number);
  load_relations(row, state);
  for (const auto& one : connection.exec(load_affiliations, state.number)) {
    state.affiliations.emplace(jid_in(state.number, one[0]), affiliation_in(state.number, one[1]));
  }
  for (const auto& one : connection.exec(load_subscriptions, state.number)) {
    state.subscriptions.put(subscription_in(one));
  }
  if (row[13].as<bool>()) {
    auto watchers = std::make_shared<pubsub::Watchers>();
    for (const auto& one : connection.exec(load_watchers, state.number)) {
      watchers->emplace(jid_in(state.number, one[0]), one[1].as<std::string>());
    }
    state.watchers = std::move(watchers);
  }
  if (row[8].as<bool>()) {
    for (const auto& one : connection.exec(load_parents, state.number)) {
      state.parents.emplace(one[0].as<std::uint64_t>(), one[1].as<std::string>());
    }
  }
  state.shrink();
  return state;
}

}  // namespace

NodeState PubsubReader::load(Connection& connection, const std::string& service,
                             const std::string& node) {
  const std::string key = digest(node);
  const auto found = connection.exec(load_node, service, key);
  if (!found.empty()) return load_existing(connection, found[0]);
  NodeState state;
  const auto redirect = connection.exec(load_redirect, service, key);
  if (!redirect.empty()) {
    state.redirect = pubsub::Redirect{redirect[0][0].as<std::string>(), time_in(redirect[0][1])};
  }
  return state;
}

pubsub::Kept PubsubReader::load_buried(Connection& connection, const std::string& service,
                                       const std::string& node) {
  const auto found = connection.exec(load_buried_node, service, node);
  if (found.empty()) return {};
  const pqxx::row& row = found[0];
  auto state = std::make_shared<const NodeState>(load_existing(connection, row));
  const std::uint64_t number = state->number;
  return {{time_in(row[14]), time_in(row[15]), jid_in(number, row[16])}, std::move(state)};
}

std::string PubsubReader::key_of(Connection& connection, const std::string& service,
                                 std::uint64_t number) {
  const auto rows = connection.exec(node_key, number, service);
  return rows.empty() ? std::string() : rows[0][0].as<std::string>();
}

std::vector<std::string> PubsubReader::pending_keys(Connection& connection,
                                                    const std::string& service,
                                                    const std::string& from, Timestamp until,
                                                    std::size_t limit) {
  std::vector<std::string> keys;
  const auto rows =
      connection.exec(pending_nodes, service, from, until.time_since_epoch().count(), limit);
  for (const auto& row : rows) keys.push_back(row[0].as<std::string>());
  return keys;
}

}  // namespace stoa::store::postgres
