#include "store/postgres/columns.hpp"
#include "store/postgres/pubsub_batch.hpp"

/// Offers of nodes, and counts that are put right.
namespace stoa::store::postgres {

namespace {

constexpr Statement delete_offers{"delete_node_offers",
                                  "DELETE FROM node_offers WHERE node = ANY($1::bigint[])"};

constexpr Statement upsert_offers{
    "upsert_node_offers",
    "INSERT INTO node_offers (node, by, receiver, until) "
    "SELECT node, by, receiver, stoa_time(until) "
    "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) "
    "AS r(node, by, receiver, until) ON CONFLICT (node) DO UPDATE SET by = excluded.by, "
    "receiver = excluded.receiver, until = excluded.until, version = node_offers.version + 1"};

constexpr Statement recount_nodes{
    "recount_nodes",
    "UPDATE nodes n SET item_count = (SELECT count(*) FROM items i WHERE i.node = n.number "
    "AND i.stands AND i.seq >= n.standing_from) "
    "WHERE n.number = ANY($1::bigint[])"};

}  // namespace

void write_offers(Connection& connection, const PubsubBatch& batch) {
  Columns<1> ended;
  Columns<4> made;
  for (const NodeWork& work : batch.nodes) {
    if (work.offer == nullptr) continue;
    if (const pubsub::KnownOffer& offer = work.offer->after) {
      made.add(work.number, offer->by.str(), offer->receiver.str(), offer->until);
    } else {
      ended.add(work.number);
    }
  }
  ended.write(connection, delete_offers);
  made.write(connection, upsert_offers);
}

void write_recounts(Connection& connection, const PubsubBatch& batch) {
  Columns<1> counted;
  for (const NodeWork& work : batch.nodes) {
    if (work.recounted) counted.add(work.number);
  }
  counted.write(connection, recount_nodes);
}

}  // namespace stoa::store::postgres
