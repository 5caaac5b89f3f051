#include "store/postgres/ports.hpp"

#include <type_traits>
#include <variant>

namespace stoa::store::postgres {
namespace {

constexpr Statement select_outbox{
    "select_outbox",
    "SELECT seq, entity, audience, head, middle, tail FROM ("
    "SELECT * FROM outbox WHERE domain = $1 AND service = $2 AND seq > $3 AND seq < $4 "
    "ORDER BY seq FETCH FIRST $5 ROWS WITH TIES) AS page ORDER BY seq, part"};

}  // namespace

std::size_t weight(const pubsub::Change& change) {
  const auto* published = std::get_if<pubsub::change::ItemPublished>(&change);
  if (!published) return 0;
  const auto& [meta, payload] = published->item;
  return meta.id.size() + (payload ? payload->size() : 0);
}

std::size_t weight(const muc::Change& change) {
  if (const auto* archived = std::get_if<muc::change::Archived>(&change)) {
    return sizeof(muc::ArchiveRow) + archived->row->payload.size() + archived->body.size();
  }
  if (const auto* seated = std::get_if<muc::change::Seated>(&change)) {
    return (seated->before ? seated->before->payload.size() : 0) +
           (seated->after ? seated->after->payload.size() : 0);
  }
  return 0;
}

OutboxRows read_outbox(Connection& connection, const OutboxQuery& query) {
  const pqxx::result found =
      connection.exec(select_outbox, query.domain, query.service, std::to_string(query.from),
                      std::to_string(query.before), std::to_string(query.limit));
  OutboxRows rows;
  rows.reserve(static_cast<std::size_t>(found.size()));
  for (const pqxx::row& row : found) {
    rows.push_back(
        {row[0].as<std::uint64_t>(),
         {query.domain, row[1].as<std::uint64_t>(), row[2].as<std::string>(),
          row[3].as<std::string>(), row[4].as<std::string>(), row[5].as<std::string>()}});
  }
  return rows;
}

}  // namespace stoa::store::postgres
