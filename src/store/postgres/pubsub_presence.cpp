#include "store/postgres/array.hpp"
#include "store/postgres/pubsub_rows.hpp"
#include "store/postgres/stored_jid.hpp"

namespace stoa::store::postgres {

namespace {

// Whose presence is needed at all nodes of $1: of these ($2), or of all (NULL).
constexpr Statement find_watched{
    "find_watched",
    "SELECT s.bare FROM subscriptions s JOIN nodes n ON n.number = s.node "
    "WHERE (s.temporary OR s.shows <> 0) AND s.state = 'subscribed' AND n.service = $1 "
    "AND ($2::text[] IS NULL OR s.bare = ANY($2::text[])) "
    "UNION "
    "SELECT s.bare FROM nodes n JOIN subscriptions s ON s.node = n.number "
    "WHERE n.config ?| ARRAY['pubsub#presence_based_delivery', 'pubsub#tempsub'] "
    "AND n.service = $1 AND s.state = 'subscribed' "
    "AND ($2::text[] IS NULL OR s.bare = ANY($2::text[])) "
    "UNION "
    "SELECT i.publisher FROM nodes n JOIN items i ON i.node = n.number "
    "AND i.stands AND i.seq >= n.standing_from "
    "WHERE n.config ? 'pubsub#purge_offline' AND n.service = $1 "
    "AND ($2::text[] IS NULL OR i.publisher = ANY($2::text[])) ORDER BY 1",
    Plan::for_values};

constexpr Statement find_greeting{
    "find_greeting",
    "SELECT DISTINCT n.number FROM subscriptions s JOIN nodes n ON n.number = s.node "
    "WHERE s.bare = $2 AND s.state = 'subscribed' AND s.deliver AND n.service = $1 "
    "AND n.item_count > 0 AND NOT n.config ? 'pubsub#send_last_published_item' ORDER BY 1"};

constexpr Statement find_left{
    "find_left",
    "SELECT n.number FROM subscriptions s JOIN nodes n ON n.number = s.node "
    "WHERE s.bare = $2 AND n.service = $1 AND (s.temporary OR n.config ? 'pubsub#tempsub') "
    "UNION "
    "SELECT n.number FROM nodes n WHERE n.config ? 'pubsub#purge_offline' AND n.service = $1 "
    "AND EXISTS (SELECT FROM items i WHERE i.node = n.number AND i.stands "
    "AND i.seq >= n.standing_from AND i.publisher = $2) ORDER BY 1"};

}  // namespace

pubsub::ReadResult read_watched(Connection& connection, const std::string& service,
                                const pubsub::WatchedRead& read) {
  std::optional<std::string> among;
  if (!read.bares.empty()) {
    Array bares;
    for (const Jid& jid : read.bares) bares.add(jid.str());
    among = bares.take();
  }
  pubsub::Entities found;
  for (const auto& row : connection.exec(find_watched, service, among)) {
    auto jid = stored_jid(text_in(row[0]));
    if (jid) found.bares.push_back(std::move(*jid));
  }
  return found;
}

pubsub::ReadResult read_concerned(Connection& connection, const std::string& service,
                                  const pubsub::ConcernedRead& read) {
  const Statement& statement = read.turn == Turn::arrived ? find_greeting : find_left;
  pubsub::Numbers found;
  for (const auto& row : connection.exec(statement, service, read.bare.str())) {
    found.nodes.push_back(row[0].as<std::uint64_t>());
  }
  return found;
}

}  // namespace stoa::store::postgres
