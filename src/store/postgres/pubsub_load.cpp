#include <charconv>
#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

#include <pqxx/array>

#include "store/postgres/array.hpp"
#include "store/postgres/fault.hpp"
#include "store/postgres/pubsub_rows.hpp"
#include "store/postgres/pubsub_tables.hpp"
#include "store/postgres/stored_jid.hpp"

namespace stoa::store::postgres {

using pubsub::NodeState;

namespace {

#define STOA_NODE_COLUMNS                                                                      \
  "n.number, n.config_version, n.node, n.creator, stoa_micros(n.created), n.item_count, "      \
  "greatest((SELECT max(seq) FROM items i WHERE i.node = n.number), "                          \
  "(SELECT max(seq) FROM node_log g WHERE g.node = n.number)), "                               \
  "CASE WHEN n.item_expire IS NOT NULL THEN (SELECT stoa_micros(i.published) FROM items i "    \
  "WHERE i.node = n.number AND i.stands AND i.seq >= n.standing_from ORDER BY i.seq LIMIT 1) " \
  "END, n.nested, "                                                                            \
  "n.linked_to, n.hung_from, (SELECT r.node FROM nodes r "                                     \
  "WHERE r.number = coalesce(n.linked_to, n.hung_from)), n.orphaned, "                         \
  "stoa_config_text(n.config), "                                                               \
  "(SELECT array_agg(a.jid ORDER BY a.jid) FROM node_affiliations a "                          \
  "WHERE a.node = n.number), "                                                                 \
  "(SELECT array_agg(a.affiliation ORDER BY a.jid) FROM node_affiliations a "                  \
  "WHERE a.node = n.number), "                                                                 \
  "EXISTS (SELECT FROM subscriptions s WHERE s.node = n.number), "                             \
  "(SELECT o.by || E'\\n' || o.receiver || E'\\n' || stoa_micros(o.until) "                    \
  "FROM node_offers o WHERE o.node = n.number), "                                              \
  "EXISTS (SELECT FROM node_watchers w WHERE w.node = n.number)"
/// What these are, in their order.
namespace node_column {
enum Column {
  number,
  config_version,
  name,
  creator,
  created,
  item_count,
  last_seq,
  oldest,
  nested,
  linked_to,
  hung_from,
  relative,
  orphaned,
  config,
  affiliated,
  affiliations,
  subscribed,
  offer,
  watched,
  behind  ///< the first one of the statement's own
};
}  // namespace node_column

constexpr Statement load_node{
    "load_node",
    "SELECT " STOA_NODE_COLUMNS
    ", d.uri, stoa_micros(d.until) "
    "FROM (SELECT $1::text AS service, $2::uuid AS digest) AS k "
    "LEFT JOIN nodes n ON n.service = k.service AND n.digest = k.digest "
    "LEFT JOIN node_redirects d ON d.service = k.service AND d.digest = k.digest",
    Plan::by_keys};

constexpr Statement load_buried_node{
    "load_buried_node",
    "SELECT " STOA_NODE_COLUMNS
    ", stoa_micros(b.at), stoa_micros(b.until), b.by "
    "FROM nodes_buried b JOIN nodes n ON n.number = b.node "
    "WHERE b.service = $1 AND n.node = $2 ORDER BY b.at DESC, b.node DESC LIMIT 1"};
#undef STOA_NODE_COLUMNS

constexpr Statement load_subscriptions{"load_subscriptions",
                                       "SELECT " STOA_SUBSCRIPTION_COLUMNS
                                       " FROM subscriptions s WHERE s.node = $1 "
                                       "ORDER BY s.jid, s.since, s.subid",
                                       Plan::by_keys};

constexpr Statement load_watchers{
    "load_watchers", "SELECT jid, subid FROM node_watchers WHERE node = $1", Plan::by_keys};

constexpr Statement load_parents{
    "load_parents",
    "SELECT n.number, n.node FROM node_links l JOIN nodes n ON n.number = l.parent "
    "WHERE l.child = $1",
    Plan::by_keys};

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
    "WHERE i.node = n.number AND i.stands AND i.seq >= n.standing_from "
    "ORDER BY i.seq LIMIT 1) AS oldest "
    "WHERE n.item_expire IS NOT NULL AND n.service = $1 AND n.head >= left($2, 300) "
    "AND n.node > $2 "
    "AND oldest.published <= stoa_time($3) - n.item_expire * interval '1 second'"
    ") AS due ORDER BY node LIMIT $4"};

/// Most nodes have one of a few configurations: those that say the same share one.
pubsub::SharedConfig stored_config(std::uint64_t number, const pqxx::field& field) {
  constexpr std::size_t most_known = 64;
  thread_local std::unordered_map<std::string, std::weak_ptr<const pubsub::NodeConfig>> known;
  const std::string text(text_in(field));
  if (const auto at = known.find(text); at != known.end()) {
    if (auto config = at->second.lock()) return config;
  }
  auto config = pubsub::config_of(text);
  if (!config) damaged(number, "the configuration cannot be read");
  auto shared = std::make_shared<const pubsub::NodeConfig>(std::move(*config));
  if (known.size() >= most_known) known.clear();
  known[text] = shared;
  return shared;
}

void load_relations(const pqxx::row& row, NodeState& state) {
  pubsub::Relations found;
  for (auto [column, relation] : {std::pair(node_column::linked_to, &found.link),
                                  std::pair(node_column::hung_from, &found.parent)}) {
    if (row[column].is_null()) continue;
    relation->number = row[column].as<std::uint64_t>();
    if (!row[node_column::relative].is_null())
      relation->node = row[node_column::relative].as<std::string>();
  }
  state.relate(found.link, found.parent);
  state.orphaned = row[node_column::orphaned].as<bool>();
}

void load_affiliations(const pqxx::row& row, NodeState& state) {
  pqxx::array_parser jids = row[node_column::affiliated].as_array();
  pqxx::array_parser words = row[node_column::affiliations].as_array();
  for (;;) {
    const auto [what, jid] = jids.get_next();
    const auto [also, word] = words.get_next();
    if (what == pqxx::array_parser::done) return;
    if (what != pqxx::array_parser::string_value) continue;
    state.affiliations.emplace(jid_in(state.number, jid), affiliation_in(state.number, word));
  }
}

/// Of three lines: by, receiver, until.
pubsub::KnownOffer offer_in(std::uint64_t node, const pqxx::field& field) {
  if (field.is_null()) return nullptr;
  const std::string_view text = text_in(field);
  const std::size_t first = text.find('\n');
  const std::size_t second = text.find('\n', first + 1);
  if (second == text.npos) damaged(node, "an offer cannot be read");
  const auto by = stored_jid(text.substr(0, first));
  const auto receiver = stored_jid(text.substr(first + 1, second - first - 1));
  std::int64_t micros = 0;
  std::from_chars(text.data() + second + 1, text.data() + text.size(), micros);
  if (!by || !receiver) damaged(node, "an offer cannot be read");
  return std::make_shared<const pubsub::Offer>(
      pubsub::Offer{*by, *receiver, Timestamp(std::chrono::microseconds(micros))});
}

/// Everything that the row of the node itself tells.
NodeState load_row(const pqxx::row& row) {
  NodeState state;
  state.number = row[node_column::number].as<std::uint64_t>();
  state.version = row[node_column::config_version].as<std::uint64_t>();
  state.node = row[node_column::name].as<std::string>();
  state.creator = jid_in(state.number, row[node_column::creator]);
  state.created = time_in(row[node_column::created]);
  state.item_count = row[node_column::item_count].as<std::uint64_t>();
  if (!row[node_column::last_seq].is_null())
    state.next_seq = row[node_column::last_seq].as<std::uint64_t>() + 1;
  state.oldest_published = maybe_time_in(row[node_column::oldest]);
  state.config = stored_config(state.number, row[node_column::config]);
  load_relations(row, state);
  if (!row[node_column::affiliated].is_null()) load_affiliations(row, state);
  state.offer = offer_in(state.number, row[node_column::offer]);
  return state;
}

/// Whether there is more to a node than its row tells.
bool has_more(const pqxx::row& row) {
  return row[node_column::subscribed].as<bool>() || row[node_column::nested].as<bool>() ||
         row[node_column::watched].as<bool>();
}

/// As of the moment of the row.
void load_more(Connection& connection, const pqxx::row& row, NodeState& state) {
  if (row[node_column::subscribed].as<bool>()) {
    for (const auto& one : connection.exec(load_subscriptions, state.number)) {
      state.subscriptions.put(subscription_in(one));
    }
  }
  if (row[node_column::watched].as<bool>()) {
    auto watchers = std::make_shared<pubsub::Watchers>();
    for (const auto& one : connection.exec(load_watchers, state.number)) {
      watchers->emplace(jid_in(state.number, one[0]), one[1].as<std::string>());
    }
    state.watchers = std::move(watchers);
  }
  if (row[node_column::nested].as<bool>()) {
    for (const auto& one : connection.exec(load_parents, state.number)) {
      state.parents.put(one[0].as<std::uint64_t>(), one[1].as<std::string>());
    }
  }
}

/// What PostgreSQL cannot make a row of is damage of that node.
pqxx::result row_of_node(Connection& connection, const std::string& service,
                         const std::string& key) {
  try {
    return connection.exec(load_node, service, key);
  } catch (const Fault& fault) {
    if (fault.kind != FaultKind::content) throw;
    throw DamagedRow(fault.what());
  }
}

}  // namespace

// Most nodes are one row, read in one round trip. Where there is more, that row may be of another
// moment than the rest, so it is read again.
NodeState PubsubReader::load(Connection& connection, const std::string& service,
                             const std::string& node) {
  const std::string key = digest(node);
  std::optional<Snapshot> snapshot;
  auto found = row_of_node(connection, service, key);
  if (!found[0][node_column::number].is_null() && has_more(found[0])) {
    snapshot.emplace(connection);
    found = row_of_node(connection, service, key);
  }
  const pqxx::row row = found[0];
  if (row[node_column::number].is_null()) {
    NodeState state;
    if (!row[node_column::behind].is_null()) {
      state.redirect = pubsub::Redirect{row[node_column::behind].as<std::string>(),
                                        time_in(row[node_column::behind + 1])};
    }
    return state;
  }
  NodeState state = load_row(row);
  load_more(connection, row, state);
  state.shrink();
  return state;
}

pubsub::Kept PubsubReader::load_buried(Connection& connection, const std::string& service,
                                       const std::string& node) {
  const Snapshot snapshot(connection);
  const auto found = connection.exec(load_buried_node, service, node);
  if (found.empty()) return {};
  const pqxx::row row = found[0];
  NodeState state = load_row(row);
  load_more(connection, row, state);
  state.shrink();
  const std::uint64_t at = state.number;
  return {{time_in(row[node_column::behind]), time_in(row[node_column::behind + 1]),
           jid_in(at, row[node_column::behind + 2])},
          std::make_shared<const NodeState>(std::move(state))};
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
