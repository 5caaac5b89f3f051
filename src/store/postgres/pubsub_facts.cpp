#include <type_traits>
#include <variant>

#include "store/postgres/array.hpp"
#include "store/postgres/pubsub_rows.hpp"
#include "store/postgres/pubsub_tables.hpp"

namespace stoa::store::postgres {

namespace need = pubsub::need;
namespace fact = pubsub::fact;

namespace {

constexpr Statement fetch_index{
    "fetch_index", "SELECT " STOA_ITEM_COLUMNS " FROM items i WHERE i.node = $1 ORDER BY i.seq"};

constexpr Statement fetch_items{"fetch_items",
                                "SELECT " STOA_ITEM_COLUMNS
                                " FROM items i WHERE i.node = $1 AND i.digest = ANY($2::uuid[]) "
                                "ORDER BY i.seq"};

constexpr Statement fetch_oldest{"fetch_oldest",
                                 "SELECT " STOA_ITEM_COLUMNS
                                 " FROM items i WHERE i.node = $1 ORDER BY i.seq LIMIT $2"};

constexpr Statement fetch_last{
    "fetch_last", "SELECT " STOA_ITEM_COLUMNS
                  ", i.payload FROM items i WHERE i.node = $1 ORDER BY i.seq DESC LIMIT 1"};

constexpr Statement count_owned{
    "count_owned",
    "SELECT count(*) FROM node_affiliations a JOIN nodes n ON n.number = a.node "
    "WHERE a.jid = $2 AND a.affiliation = 'owner' AND n.service = $1"};

constexpr Statement count_held{
    "count_held",
    "SELECT count(*) FROM subscriptions s JOIN nodes n ON n.number = s.node "
    "WHERE s.bare = $2 AND n.service = $1"};

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
  pubsub::Facts operator()(const need::OwnedNodes& need) const {
    const auto rows = connection.exec(count_owned, service, need.bare.str());
    return fact::OwnedNodes{need, rows.at(0).at(0).as<std::uint64_t>()};
  }
  pubsub::Facts operator()(const need::HeldSubscriptions& need) const {
    const auto rows = connection.exec(count_held, service, need.bare.str());
    return fact::HeldSubscriptions{need, rows.at(0).at(0).as<std::uint64_t>()};
  }
};

}  // namespace

pubsub::Facts PubsubReader::fetch(Connection& connection, const std::string& service,
                                  std::uint64_t number, const pubsub::Need& need) {
  return std::visit(Fetch{connection, service, number}, need);
}

}  // namespace stoa::store::postgres
