#include <algorithm>
#include <map>
#include <optional>

#include "store/postgres/columns.hpp"
#include "store/postgres/config_json.hpp"
#include "store/postgres/pubsub_batch.hpp"

namespace stoa::store::postgres {
namespace {

constexpr Statement delete_nodes{"delete_nodes",
                                 "DELETE FROM nodes WHERE number = ANY($1::bigint[])"};

constexpr Statement delete_redirects{
    "delete_node_redirects",
    "DELETE FROM node_redirects d USING unnest($1::text[], $2::uuid[]) AS r(service, digest) "
    "WHERE d.service = r.service AND d.digest = r.digest"};

constexpr Statement upsert_redirects{
    "upsert_node_redirects",
    "INSERT INTO node_redirects (service, digest, node, uri, until) "
    "SELECT service, digest, node, uri, stoa_time(until) "
    "FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bigint[]) "
    "AS r(service, digest, node, uri, until) "
    "ON CONFLICT (service, digest) DO UPDATE SET uri = excluded.uri, until = excluded.until"};

constexpr Statement insert_nodes{
    "insert_nodes",
    "INSERT INTO nodes (number, service, node, digest, version, creator, created, title, "
    "access_model, hidden, item_expire, config) "
    "SELECT number, service, node, digest, version, creator, stoa_time(created), title, "
    "access_model, hidden, item_expire, config::jsonb "
    "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[], $5::bigint[], $6::text[], "
    "$7::bigint[], $8::text[], $9::text[], $10::boolean[], $11::bigint[], $12::text[]) "
    "AS r(number, service, node, digest, version, creator, created, title, access_model, hidden, "
    "item_expire, config)"};

constexpr Statement update_nodes{
    "update_nodes",
    "UPDATE nodes n SET version = r.version, title = r.title, access_model = r.access_model, "
    "hidden = r.hidden, item_expire = r.item_expire, config = r.config::jsonb "
    "FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::boolean[], "
    "$6::bigint[], $7::text[]) "
    "AS r(number, version, title, access_model, hidden, item_expire, config) "
    "WHERE n.number = r.number"};

// What changes the rows of items says of which nodes how many.

constexpr Statement purge_items{
    "purge_items",
    "WITH gone AS (DELETE FROM items i USING unnest($1::bigint[], $2::bigint[], $3::bigint[]) "
    "AS r(node, up_to, keep) "
    "WHERE i.node = r.node AND i.seq <= r.up_to AND i.seq IS DISTINCT FROM r.keep "
    "RETURNING i.node) "
    "SELECT node, count(*) FROM gone GROUP BY node"};

constexpr Statement delete_items{
    "delete_items",
    "WITH gone AS (DELETE FROM items i USING unnest($1::bigint[], $2::uuid[]) AS r(node, digest) "
    "WHERE i.node = r.node AND i.digest = r.digest RETURNING i.node) "
    "SELECT node, count(*) FROM gone GROUP BY node"};

// A row that was there has been locked to be updated: its xmax is set.
constexpr Statement upsert_items{
    "upsert_items",
    "WITH came AS (INSERT INTO items AS i (node, seq, first_seq, digest, id, publisher, created, "
    "published, payload) "
    "SELECT node, seq, first_seq, digest, id, publisher, stoa_time(created), "
    "stoa_time(published), payload "
    "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], "
    "$7::bigint[], $8::bigint[], $9::text[]) "
    "AS r(node, seq, first_seq, digest, id, publisher, created, published, payload) "
    "ON CONFLICT (node, digest) DO UPDATE SET seq = excluded.seq, first_seq = excluded.first_seq, "
    "publisher = excluded.publisher, created = excluded.created, "
    "published = excluded.published, payload = excluded.payload "
    "RETURNING i.node, i.xmax = 0 AS fresh) "
    "SELECT node, count(*) FROM came WHERE fresh GROUP BY node"};

constexpr Statement count_items{
    "count_items",
    "UPDATE nodes n SET item_count = n.item_count + r.came - r.gone "
    "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS r(number, came, gone) "
    "WHERE n.number = r.number"};

constexpr Statement delete_subscriptions{
    "delete_subscriptions",
    "DELETE FROM subscriptions s USING unnest($1::bigint[], $2::uuid[]) AS r(node, key) "
    "WHERE s.node = r.node AND s.key = r.key"};

constexpr Statement upsert_subscriptions{
    "upsert_subscriptions",
    "INSERT INTO subscriptions (node, key, jid, bare, subid, state, bounces, deliver, "
    "include_body, expires, announce, since, kind, depth, temporary, shows) "
    "SELECT node, key, jid, bare, subid, state, bounces, deliver, include_body, "
    "stoa_time(expires), stoa_time(announce), stoa_time(since), kind, depth, temporary, shows "
    "FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], "
    "$7::smallint[], $8::boolean[], $9::boolean[], $10::bigint[], $11::bigint[], $12::bigint[], "
    "$13::text[], $14::bigint[], $15::boolean[], $16::smallint[]) "
    "AS r(node, key, jid, bare, subid, state, bounces, deliver, include_body, expires, announce, "
    "since, kind, depth, temporary, shows) "
    "ON CONFLICT (node, key) DO UPDATE SET state = excluded.state, bounces = excluded.bounces, "
    "deliver = excluded.deliver, include_body = excluded.include_body, "
    "expires = excluded.expires, announce = excluded.announce, since = excluded.since, "
    "kind = excluded.kind, depth = excluded.depth, temporary = excluded.temporary, "
    "shows = excluded.shows"};

constexpr Statement delete_affiliations{
    "delete_node_affiliations",
    "DELETE FROM node_affiliations a USING unnest($1::bigint[], $2::text[]) AS r(node, jid) "
    "WHERE a.node = r.node AND a.jid = r.jid"};

constexpr Statement upsert_affiliations{
    "upsert_node_affiliations",
    "INSERT INTO node_affiliations (node, jid, affiliation) "
    "SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) "
    "ON CONFLICT (node, jid) DO UPDATE SET affiliation = excluded.affiliation"};

constexpr Statement delete_links{
    "delete_node_links",
    "DELETE FROM node_links l USING unnest($1::bigint[], $2::bigint[]) AS r(child, parent) "
    "WHERE l.child = r.child AND l.parent = r.parent"};

constexpr Statement insert_links{"insert_node_links",
                                 "INSERT INTO node_links (child, parent) "
                                 "SELECT * FROM unnest($1::bigint[], $2::bigint[]) "
                                 "ON CONFLICT DO NOTHING"};

constexpr Statement relate_nodes{
    "relate_nodes",
    "UPDATE nodes n SET linked_to = r.linked_to, hung_from = r.hung_from, orphaned = false "
    "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS r(number, linked_to, hung_from) "
    "WHERE n.number = r.number"};

std::optional<std::uint64_t> expire_of(const pubsub::NodeConfig& config) {
  if (!config.item_expire) return std::nullopt;
  return std::uint64_t{*config.item_expire};
}

std::string json_of(const pubsub::NodeConfig& config) {
  return config_json(pubsub::stored_text(config));
}

std::string subscription_key(const RowKey& key) {
  std::string whole(key.name);
  whole += '\n';
  whole += key.name2;
  return digest(whole);
}

void write_deletions(Connection& connection, const PubsubBatch& batch) {
  Columns<1> gone;
  for (const NodeWork& work : batch.nodes) {
    if (work.deleted) gone.add(work.number);
  }
  gone.write(connection, delete_nodes);
}

void write_redirects(Connection& connection, const PubsubBatch& batch) {
  Columns<2> ended;
  Columns<5> made;
  for (const auto& [name, redirect] : batch.redirects) {
    const auto& [service, node] = name;
    if (redirect == nullptr) {
      ended.add(service, digest(node));
    } else {
      made.add(service, digest(node), node, redirect->uri, redirect->until);
    }
  }
  ended.write(connection, delete_redirects);
  made.write(connection, upsert_redirects);
}

void write_nodes(Connection& connection, const PubsubBatch& batch) {
  Columns<12> created;
  Columns<7> configured;
  for (const NodeWork& work : batch.nodes) {
    if (!work.created && !work.configured) continue;
    const pubsub::NodeConfig& config =
        work.configured ? *work.configured->after : *work.created->config;
    const std::uint64_t version = work.configured ? work.configured->version : 1;
    const auto access = token(config.access_model);
    if (const auto* made = work.created) {
      // One that ends in the same batch never has its name.
      const std::string service = (work.buried ? " " : "") + work.service;
      const std::string key =
          work.buried ? "buried" + std::to_string(work.number) : std::string(made->node);
      created.add(work.number, service, made->node, digest(key), version, made->creator.str(),
                  made->created, config.title, access, config.hidden, expire_of(config),
                  json_of(config));
    } else {
      configured.add(work.number, version, config.title, access, config.hidden, expire_of(config),
                     json_of(config));
    }
  }
  created.write(connection, insert_nodes);
  configured.write(connection, update_nodes);
}

std::optional<std::uint64_t> number_of(const pubsub::Relation& relation) {
  if (!relation.is_set()) return std::nullopt;
  return relation.number;
}

void write_relations(Connection& connection, const PubsubBatch& batch) {
  Columns<3> related;
  for (const NodeWork& work : batch.nodes) {
    if (!work.related) continue;
    related.add(work.number, number_of(work.related->link_after),
                number_of(work.related->parent_after));
  }
  related.write(connection, relate_nodes);
}

/// How many items came to a node and went.
struct Moved {
  std::uint64_t came = 0;
  std::uint64_t gone = 0;
};
using Moves = std::map<std::uint64_t, Moved>;

template <std::size_t N>
void write_counted(Connection& connection, const Statement& statement, Columns<N>& columns,
                   Moves& moves, std::uint64_t Moved::*which) {
  if (columns.rows() == 0) return;
  for (const auto& row : columns.write(connection, statement)) {
    moves[row[0].template as<std::uint64_t>()].*which += row[1].template as<std::uint64_t>();
  }
}

void write_items(Connection& connection, const PubsubBatch& batch) {
  Columns<3> purged;
  Columns<2> retracted;
  Columns<9> published;
  for (const NodeWork& work : batch.nodes) {
    for (const auto* purge : work.purges) {
      purged.add(work.number, purge->up_to,
                 purge->keep ? std::optional(purge->keep->seq) : std::nullopt);
    }
    for (const auto& [key, row] : work.items.slots()) {
      if (!row) {
        retracted.add(work.number, digest(key.name));
        continue;
      }
      const pubsub::ItemMeta& meta = (*row)->meta;
      const pubsub::Payload& payload = (*row)->payload;
      published.add(work.number, meta.seq, meta.first_seq, digest(meta.id), meta.id,
                    meta.publisher.str(), meta.created, meta.published,
                    payload ? std::optional(std::string_view(*payload)) : std::nullopt);
    }
  }
  Moves moves;
  write_counted(connection, purge_items, purged, moves, &Moved::gone);
  write_counted(connection, delete_items, retracted, moves, &Moved::gone);
  write_counted(connection, upsert_items, published, moves, &Moved::came);
  Columns<3> counts;
  for (const auto& [number, moved] : moves) {
    if (moved.came != moved.gone) counts.add(number, moved.came, moved.gone);
  }
  counts.write(connection, count_items);
}

std::optional<std::uint64_t> depth_of(const pubsub::SubscribeOptions& options) {
  if (!options.depth) return std::nullopt;
  return std::uint64_t{*options.depth};
}

void write_subscriptions(Connection& connection, const PubsubBatch& batch) {
  Columns<2> ended;
  Columns<16> set;
  for (const NodeWork& work : batch.nodes) {
    for (const auto& [key, row] : work.subscriptions.slots()) {
      if (!row) {
        ended.add(work.number, subscription_key(key));
        continue;
      }
      const pubsub::Subscription& s = **row;
      set.add(work.number, subscription_key(key), s.jid.str(), s.jid.bare_view(), s.subid,
              token(s.state), std::uint64_t{s.bounces}, s.options.deliver, s.options.include_body,
              s.expires, s.announce, s.since, token(s.options.type), depth_of(s.options),
              s.options.temporary, std::uint64_t{s.options.shows});
    }
  }
  ended.write(connection, delete_subscriptions);
  set.write(connection, upsert_subscriptions);
}

void write_affiliations(Connection& connection, const PubsubBatch& batch) {
  Columns<2> ended;
  Columns<3> set;
  for (const NodeWork& work : batch.nodes) {
    for (const auto& [key, row] : work.affiliations.slots()) {
      if (row) {
        set.add(work.number, key.name, token(*row));
      } else {
        ended.add(work.number, key.name);
      }
    }
  }
  ended.write(connection, delete_affiliations);
  set.write(connection, upsert_affiliations);
}

void write_links(Connection& connection, const PubsubBatch& batch) {
  Columns<2> out;
  Columns<2> in;
  for (const NodeWork& work : batch.nodes) {
    for (const auto& [parent, way] : work.links) {
      (way == pubsub::change::Linked::Way::in ? in : out).add(work.number, parent);
    }
  }
  out.write(connection, delete_links);
  in.write(connection, insert_links);
}

}  // namespace

void write_batch(Connection& connection, const PubsubBatch& batch) {
  write_deletions(connection, batch);
  write_fates(connection, batch);
  write_redirects(connection, batch);
  write_nodes(connection, batch);
  write_relations(connection, batch);
  write_archive(connection, batch);
  write_items(connection, batch);
  write_subscriptions(connection, batch);
  write_affiliations(connection, batch);
  write_links(connection, batch);
  write_burials(connection, batch);
  write_acts(connection, batch);
}

}  // namespace stoa::store::postgres
