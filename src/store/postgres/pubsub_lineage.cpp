#include <map>
#include <memory>

#include "store/postgres/array.hpp"
#include "store/postgres/pubsub_rows.hpp"

namespace stoa::store::postgres {

using pubsub::NodeState;

namespace {

constexpr Statement way_up{
    "way_up",
    "SELECT u.ancestor, n.number, n.node, stoa_config_text(n.config), n.creator "
    "FROM stoa_way_up($1) u LEFT JOIN nodes n ON n.number = u.node ORDER BY u.distance"};

constexpr Statement affiliations_above{
    "affiliations_above",
    "SELECT node, jid, affiliation FROM node_affiliations WHERE node = ANY($1::bigint[])"};

constexpr Statement subscriptions_above{
    "subscriptions_above", "SELECT " STOA_SUBSCRIPTION_COLUMNS
                           " FROM subscriptions s JOIN nodes n ON n.number = s.node "
                           "WHERE s.node = ANY($1::bigint[]) AND s.state = 'subscribed' "
                           "AND (s.bare = $2 OR n.access_model = 'authorize')"};

constexpr Statement find_forebear{
    "find_forebear",
    "SELECT n.number, stoa_config_text(n.config), "
    "stoa_affiliation(n.number, $3), "
    "EXISTS (SELECT FROM subscriptions s WHERE s.node = n.number AND s.bare = $3 "
    "AND s.state = 'subscribed'), "
    "n.number = $4 OR EXISTS (SELECT FROM stoa_way_up(n.number) u WHERE u.node = $4), "
    "p.number, p.node "
    "FROM nodes n LEFT JOIN LATERAL (SELECT o.number, o.node FROM stoa_way_up(n.number) u "
    "JOIN nodes o ON o.number = u.node WHERE u.ancestor ORDER BY u.distance LIMIT 1) AS p ON true "
    "WHERE n.service = $1 AND n.digest = $2::uuid"};

constexpr Statement find_orphans{
    "find_orphans",
    "SELECT node FROM nodes WHERE orphaned AND linked_to = $1 "
    "UNION SELECT node FROM nodes WHERE orphaned AND hung_from = $1 ORDER BY node"};

pubsub::SharedConfig config_in(std::uint64_t number, const pqxx::field& field) {
  auto config = pubsub::config_of(text_in(field));
  if (!config) damaged(number, "the configuration cannot be read");
  return std::make_shared<const pubsub::NodeConfig>(std::move(*config));
}

pubsub::Forebear forebear_in(const std::string& node, const pqxx::row& row) {
  pubsub::Forebear found{.node = node, .number = row[0].as<std::uint64_t>()};
  found.publish_model = config_in(found.number, row[1])->publish_model;
  if (!row[2].is_null()) found.affiliation = affiliation_in(found.number, row[2]);
  found.subscribed = row[3].as<bool>();
  found.beneath = row[4].as<bool>();
  if (!row[5].is_null()) {
    found.parent = {row[5].as<std::uint64_t>(), row[6].as<std::string>()};
  }
  return found;
}

/// The nodes above, nearest first, with what rights depend on.
void fetch_ancestors(Connection& connection, std::uint64_t number, const Jid& requester,
                     pubsub::Lineage& lineage) {
  std::map<std::uint64_t, std::shared_ptr<NodeState>> by_number;
  Array numbers;
  for (const auto& row : connection.exec(way_up, number)) {
    if (row[1].is_null()) lineage.broken = true;
    if (row[1].is_null() || !row[0].as<bool>()) continue;
    auto state = std::make_shared<NodeState>();
    state->number = row[1].as<std::uint64_t>();
    state->node = row[2].as<std::string>();
    state->config = config_in(state->number, row[3]);
    state->creator = jid_in(state->number, row[4]);
    numbers.add(state->number);
    by_number.emplace(state->number, state);
    lineage.ancestors.push_back(std::move(state));
  }
  if (by_number.empty()) return;
  const std::string all = numbers.take();
  for (const auto& row : connection.exec(affiliations_above, all)) {
    const auto node = row[0].as<std::uint64_t>();
    by_number.at(node)->affiliations.emplace(jid_in(node, row[1]), affiliation_in(node, row[2]));
  }
  for (const auto& row : connection.exec(subscriptions_above, all, requester.str())) {
    by_number.at(row[0].as<std::uint64_t>())->subscriptions.put(subscription_in(row));
  }
}

}  // namespace

pubsub::Lineage fetch_lineage(Connection& connection, const std::string& service,
                              std::uint64_t number, const pubsub::need::Lineage& need) {
  pubsub::Lineage lineage{.requester = need.requester, .asked = need.nodes};
  const std::string& requester = need.requester.str();
  for (const std::string& node : need.nodes) {
    const auto rows = connection.exec(find_forebear, service, digest(node), requester, number);
    lineage.found.push_back(rows.empty() ? pubsub::Forebear{.node = node}
                                         : forebear_in(node, rows[0]));
  }
  if (number != 0) fetch_ancestors(connection, number, need.requester, lineage);
  return lineage;
}

pubsub::Orphans fetch_orphans(Connection& connection, const pubsub::need::Orphans& need) {
  pubsub::Orphans orphans{.of = need.of};
  for (const auto& row : connection.exec(find_orphans, need.of)) {
    orphans.nodes.push_back(row[0].as<std::string>());
  }
  return orphans;
}

}  // namespace stoa::store::postgres
