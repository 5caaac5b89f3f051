#include <algorithm>
#include <string>

#include "store/postgres/columns.hpp"
#include "store/postgres/damage.hpp"
#include "store/postgres/pubsub_batch.hpp"
#include "store/postgres/pubsub_rows.hpp"

/// Nodes that are kept after their end, and the record of what was done.
namespace stoa::store::postgres {
namespace {

constexpr Statement unlink_nodes{
    "unlink_nodes",
    "DELETE FROM node_links WHERE child = ANY($1::bigint[]) OR parent = ANY($1::bigint[])"};

constexpr Statement hide_nodes{
    "hide_nodes",
    "UPDATE nodes SET service = ' ' || service, digest = md5(number::text)::uuid, "
    "version = version + 1 WHERE number = ANY($1::bigint[]) AND left(service, 1) <> ' '"};

constexpr Statement unhide_nodes{
    "unhide_nodes",
    "WITH risen AS (DELETE FROM nodes_buried WHERE node = ANY($1::bigint[])) "
    "UPDATE nodes n SET service = r.service, digest = r.digest, version = n.version + 1 "
    "FROM unnest($1::bigint[], $2::text[], $3::uuid[]) AS r(number, service, digest) "
    "WHERE n.number = r.number"};

constexpr Statement bury_nodes{
    "bury_nodes",
    "INSERT INTO nodes_buried (node, service, at, until, by) "
    "SELECT node, service, stoa_time(at), stoa_time(until), by "
    "FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[]) "
    "AS r(node, service, at, until, by) ON CONFLICT (node) DO UPDATE SET at = excluded.at, "
    "until = excluded.until, by = excluded.by"};

/// Those whose time was over when the newest one was buried.
constexpr Statement end_node_burials{
    "end_node_burials",
    "DELETE FROM nodes WHERE number IN "
    "(SELECT node FROM nodes_buried WHERE until <= stoa_time($1::bigint))"};

/// What depended on them must go too; they themselves come back without what they depended on.
constexpr Statement orphan_nodes{
    "orphan_nodes",
    "WITH orphans AS (UPDATE nodes SET orphaned = true, version = version + 1 "
    "WHERE (linked_to = ANY($1::bigint[]) OR hung_from = ANY($1::bigint[])) "
    "AND NOT number = ANY($1::bigint[])) "
    "UPDATE nodes SET linked_to = NULL, hung_from = NULL, orphaned = false, version = version + 1 "
    "WHERE number = ANY($1::bigint[])"};

constexpr Statement insert_node_acts{
    "insert_node_acts",
    "INSERT INTO nodes_audit (service, at, actor, act, node, target, detail) "
    "SELECT service, stoa_time(at), actor, act, node, target, detail "
    "FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], "
    "$7::text[]) WITH ORDINALITY AS r(service, at, actor, act, node, target, detail, place) "
    "ORDER BY place"};

constexpr Statement select_buried_nodes{
    "select_buried_nodes",
    "SELECT n.number, n.node, stoa_micros(b.at), stoa_micros(b.until), b.by "
    "FROM nodes_buried b JOIN nodes n ON n.number = b.node "
    "WHERE b.service = $1 AND b.until > stoa_time($2) ORDER BY b.at DESC, b.node DESC LIMIT $3"};

constexpr Statement select_node_acts{
    "select_node_acts",
    "SELECT stoa_micros(at), actor, act, node, target, detail FROM nodes_audit "
    "WHERE service = $1 AND ($2 = '' OR node = $2 OR target = $2 OR actor = $2 "
    "OR starts_with(actor, $2 || '/')) ORDER BY place DESC LIMIT $3"};

}  // namespace

void write_fates(Connection& connection, const PubsubBatch& batch) {
  Columns<1> unlinked;
  Columns<1> hidden;
  Columns<3> shown;
  for (const NodeWork& work : batch.nodes) {
    if (work.deleted) continue;
    if (work.unlinked && !work.created) unlinked.add(work.number);
    if (work.buried && !work.created) hidden.add(work.number);
    if (work.restored && !work.created) {
      shown.add(work.number, work.service, digest(work.restored->node));
    }
  }
  unlinked.write(connection, unlink_nodes);
  hidden.write(connection, hide_nodes);
  shown.write(connection, unhide_nodes);
}

void write_burials(Connection& connection, const PubsubBatch& batch) {
  Columns<5> rows;
  Columns<1> gone;
  Timestamp newest{};
  for (const NodeWork& work : batch.nodes) {
    if (!work.buried) continue;
    const pubsub::Burial& kept = *work.buried->kept;
    gone.add(work.number);
    rows.add(work.number, work.service, kept.at, kept.until, kept.by.str());
    newest = std::max(newest, kept.at);
  }
  if (rows.rows() == 0) return;
  gone.write(connection, orphan_nodes);
  rows.write(connection, bury_nodes);
  connection.exec(end_node_burials, newest.time_since_epoch().count());
}

void write_acts(Connection& connection, const PubsubBatch& batch) {
  Columns<7> rows;
  for (const auto& [service, act] : batch.acts) {
    rows.add(service, act->at, act->actor.str(), act->act, act->node, act->target, act->detail);
  }
  rows.write(connection, insert_node_acts);
}

pubsub::BuriedNodes read_buried(Connection& connection, const std::string& service, Timestamp now,
                                std::size_t cap) {
  pubsub::BuriedNodes found;
  for (const auto& row :
       connection.exec(select_buried_nodes, service, now.time_since_epoch().count(), cap)) {
    const auto number = row[0].as<std::uint64_t>();
    const auto node = row[1].as<std::string>();
    read_or_skip(std::string(service).append(" ").append(node), [&] {
      found.rows.push_back({node, {time_in(row[2]), time_in(row[3]), jid_in(number, row[4])}});
    });
  }
  return found;
}

pubsub::Acts read_acts(Connection& connection, const std::string& service, const std::string& about,
                       std::size_t cap) {
  pubsub::Acts found;
  for (const auto& row : connection.exec(select_node_acts, service, about, cap)) {
    read_or_skip(service + " audit", [&] {
      found.acts.push_back({time_in(row[0]), jid_in(0, row[1]), row[2].as<std::string>(),
                            row[3].as<std::string>(), row[4].as<std::string>(),
                            row[5].as<std::string>()});
    });
  }
  return found;
}

}  // namespace stoa::store::postgres
