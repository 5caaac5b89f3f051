#include "store/postgres/ports.hpp"

#include <type_traits>
#include <variant>

#include "store/postgres/damage.hpp"
#include "store/postgres/stored_xml.hpp"

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

namespace {

/// A stanza to somebody is made of it; a broken one would cost the link its stream.
dispatch::OutboxRow outbox_row_in(const std::string& domain, const pqxx::row& row) {
  dispatch::OutboxRow read{domain,
                           row[1].as<std::uint64_t>(),
                           row[2].as<std::string>(),
                           row[3].as<std::string>(),
                           row[4].as<std::string>(),
                           row[5].as<std::string>()};
  if (!is_element(read.head + "a" + read.middle + read.tail)) {
    throw DamagedRow("seq " + std::string(row[0].c_str()) + ", of entity " + row[1].c_str() +
                     ": no XML");
  }
  return read;
}

}  // namespace

OutboxRows read_outbox(Connection& connection, const OutboxQuery& query) {
  OutboxRows rows;
  std::uint64_t from = query.from;
  // An empty page is the end: it must not be one of damaged rows.
  while (rows.empty()) {
    const pqxx::result found =
        connection.exec(select_outbox, query.domain, query.service, std::to_string(from),
                        std::to_string(query.before), std::to_string(query.limit));
    if (found.empty()) return rows;
    rows.reserve(static_cast<std::size_t>(found.size()));
    for (const pqxx::row& row : found) {
      from = row[0].as<std::uint64_t>();
      read_or_skip(query.domain + " outbox", [&] {
        rows.push_back({from, outbox_row_in(query.domain, row)});
      });
    }
  }
  return rows;
}

}  // namespace stoa::store::postgres
