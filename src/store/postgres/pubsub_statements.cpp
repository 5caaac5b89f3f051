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
    "ON CONFLICT (service, digest) DO UPDATE SET uri = excluded.uri, until = excluded.until, "
    "version = node_redirects.version + 1"};

constexpr Statement insert_nodes{
    "insert_nodes",
    "INSERT INTO nodes (number, service, node, digest, config_version, creator, created, title, "
    "access_model, hidden, item_expire, config, nested) "
    "SELECT number, service, node, digest, config_version, creator, stoa_time(created), title, "
    "access_model, hidden, item_expire, config::jsonb, node = chr(127) "
    "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[], $5::bigint[], $6::text[], "
    "$7::bigint[], $8::text[], $9::text[], $10::boolean[], $11::bigint[], $12::text[]) "
    "AS r(number, service, node, digest, config_version, creator, created, title, access_model, "
    "hidden, "
    "item_expire, config)"};

constexpr Statement update_nodes{
    "update_nodes",
    "UPDATE nodes n SET version = n.version + 1, config_version = r.config_version, title = "
    "r.title, access_model = r.access_model, "
    "hidden = r.hidden, item_expire = r.item_expire, config = r.config::jsonb "
    "FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::boolean[], "
    "$6::bigint[], $7::text[]) "
    "AS r(number, config_version, title, access_model, hidden, item_expire, config) "
    "WHERE n.number = r.number"};

constexpr Statement delete_subscriptions{
    "delete_subscriptions",
    "DELETE FROM subscriptions s USING unnest($1::bigint[], $2::uuid[]) AS r(node, key) "
    "WHERE s.node = r.node AND s.key = r.key"};

constexpr Statement upsert_subscriptions{
    "upsert_subscriptions",
    "INSERT INTO subscriptions (node, key, jid, bare, subid, state, bounces, deliver, "
    "include_body, expires, announce, since, kind, depth, temporary, shows, digest, "
    "digest_frequency, digest_from, digest_next, digest_due, filter, public, resend_at, resend) "
    "SELECT node, key, jid, bare, subid, state, bounces, deliver, include_body, "
    "stoa_time(expires), stoa_time(announce), stoa_time(since), kind, depth, temporary, shows, "
    "digest, digest_frequency, digest_from, digest_next, stoa_time(digest_due), filter, public, "
    "stoa_time(resend_at), resend "
    "FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], "
    "$7::smallint[], $8::boolean[], $9::boolean[], $10::bigint[], $11::bigint[], $12::bigint[], "
    "$13::text[], $14::bigint[], $15::boolean[], $16::smallint[], $17::boolean[], $18::bigint[], "
    "$19::bigint[], $20::bigint[], $21::bigint[], $22::text[], $23::boolean[], "
    "$24::bigint[], $25::text[]) "
    "AS r(node, key, jid, bare, subid, state, bounces, deliver, include_body, expires, announce, "
    "since, kind, depth, temporary, shows, digest, digest_frequency, digest_from, digest_next, "
    "digest_due, filter, public, resend_at, resend) "
    "ON CONFLICT (node, key) DO UPDATE SET state = excluded.state, bounces = excluded.bounces, "
    "deliver = excluded.deliver, include_body = excluded.include_body, "
    "expires = excluded.expires, announce = excluded.announce, since = excluded.since, "
    "kind = excluded.kind, depth = excluded.depth, temporary = excluded.temporary, "
    "shows = excluded.shows, digest = excluded.digest, "
    "digest_frequency = excluded.digest_frequency, digest_from = excluded.digest_from, "
    "digest_next = excluded.digest_next, digest_due = excluded.digest_due, "
    "filter = excluded.filter, public = excluded.public, "
    "resend_at = excluded.resend_at, resend = excluded.resend, version = subscriptions.version + "
    "1"};

constexpr Statement delete_affiliations{
    "delete_node_affiliations",
    "DELETE FROM node_affiliations a USING unnest($1::bigint[], $2::text[]) AS r(node, jid) "
    "WHERE a.node = r.node AND a.jid = r.jid"};

constexpr Statement upsert_affiliations{
    "upsert_node_affiliations",
    "INSERT INTO node_affiliations (node, jid, affiliation) "
    "SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) "
    "ON CONFLICT (node, jid) DO UPDATE SET affiliation = excluded.affiliation, version = "
    "node_affiliations.version + 1"};

constexpr Statement delete_watchers{
    "delete_node_watchers",
    "DELETE FROM node_watchers w USING unnest($1::bigint[], $2::uuid[]) AS r(node, key) "
    "WHERE w.node = r.node AND w.key = r.key"};

constexpr Statement upsert_watchers{
    "upsert_node_watchers",
    "INSERT INTO node_watchers (node, key, jid, bare, subid) "
    "SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[]) "
    "ON CONFLICT (node, key) DO UPDATE SET subid = excluded.subid, version = node_watchers.version "
    "+ 1"};

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
    "UPDATE nodes n SET linked_to = r.linked_to, hung_from = r.hung_from, orphaned = false, "
    "version = n.version + 1 "
    "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS r(number, linked_to, hung_from) "
    "WHERE n.number = r.number"};

std::optional<std::uint64_t> expire_of(const pubsub::NodeConfig& config) {
  if (!config.item_expire) return std::nullopt;
  return std::uint64_t{*config.item_expire};
}

/// Who reads a node, as statements must know it; one that must be paid for is listed like an open
/// one, and read by nobody without an affiliation.
std::string_view access_of(const pubsub::NodeConfig& config) {
  using enum pubsub::AccessModel;
  const bool stricter = config.access_model != open && config.access_model != authorize;
  return config.payment_required && !stricter ? "payment" : token(config.access_model);
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
    const auto access = access_of(config);
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

std::optional<std::uint64_t> depth_of(const pubsub::SubscribeOptions& options) {
  if (!options.depth) return std::nullopt;
  return std::uint64_t{*options.depth};
}

std::optional<std::uint64_t> mark_of(const pubsub::Subscription& subscription,
                                     std::uint64_t pubsub::DigestMark::*which) {
  if (!subscription.digest) return std::nullopt;
  return (*subscription.digest).*which;
}

void write_subscriptions(Connection& connection, const PubsubBatch& batch) {
  Columns<2> ended;
  Columns<25> set;
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
              s.options.temporary, std::uint64_t{s.options.shows}, s.options.digest,
              std::uint64_t{s.options.digest_frequency}, mark_of(s, &pubsub::DigestMark::from),
              mark_of(s, &pubsub::DigestMark::next),
              s.digest ? std::optional(s.digest->due) : std::nullopt,
              s.options.filter ? std::optional(stored_text(*s.options.filter)) : std::nullopt,
              s.options.is_public, s.missed ? std::optional(s.missed->due) : std::nullopt,
              s.missed ? std::optional(stored_text(*s.missed)) : std::nullopt);
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

void write_watchers(Connection& connection, const PubsubBatch& batch) {
  Columns<2> ended;
  Columns<5> set;
  for (const NodeWork& work : batch.nodes) {
    for (const auto& [key, row] : work.watchers.slots()) {
      const std::string place = digest(std::string(key.name));
      if (row) {
        set.add(work.number, place, (*row)->jid.str(), (*row)->jid.bare_view(), (*row)->after);
      } else {
        ended.add(work.number, place);
      }
    }
  }
  ended.write(connection, delete_watchers);
  set.write(connection, upsert_watchers);
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
  silence_archive(connection, batch);
  write_recounts(connection, batch);
  write_log(connection, batch);
  write_subscriptions(connection, batch);
  write_affiliations(connection, batch);
  write_watchers(connection, batch);
  write_links(connection, batch);
  write_offers(connection, batch);
  write_burials(connection, batch);
  write_acts(connection, batch);
}

}  // namespace stoa::store::postgres
