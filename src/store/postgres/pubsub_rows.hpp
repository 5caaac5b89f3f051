#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pqxx/result>

#include <stoa/pubsub/model/item.hpp>
#include <stoa/pubsub/model/read.hpp>
#include <stoa/pubsub/model/subscription.hpp>

#include "store/postgres/connection.hpp"

/// Stored rows of nodes as values; what cannot be read is a DamagedRow.
namespace stoa::store::postgres {

/// Throws DamagedRow: `what` of that node is not what the program writes.
[[noreturn]] void damaged(std::uint64_t node, std::string_view what);

std::string_view text_in(const pqxx::field& field);  ///< valid while the result is
Jid jid_in(std::uint64_t node, const pqxx::field& field);
Jid jid_in(std::uint64_t node, std::string_view text);
Timestamp time_in(const pqxx::field& field);  ///< of microseconds
std::optional<Timestamp> maybe_time_in(const pqxx::field& field);
pubsub::Affiliation affiliation_in(std::uint64_t node, const pqxx::field& field);
pubsub::Affiliation affiliation_in(std::uint64_t node, std::string_view word);

/// The affiliations of $2 as a table `a`: own entries, and where there is none that of the domain.
#define STOA_AFFILIATED                                                          \
  "(SELECT DISTINCT ON (e.node) e.node, e.affiliation FROM node_affiliations e " \
  "WHERE e.jid IN ($2, split_part($2, '@', 2)) "                                 \
  "AND (e.jid = $2 OR e.affiliation <> 'owner') "                                \
  "ORDER BY e.node, e.jid = $2 DESC) AS a "

/// What a statement selects for subscription_in(), in its order.
#define STOA_SUBSCRIPTION_COLUMNS                                                            \
  "s.node, s.jid, s.subid, s.state, s.bounces, s.deliver, s.include_body, "                  \
  "stoa_micros(s.expires), stoa_micros(s.announce), stoa_micros(s.since), s.kind, s.depth, " \
  "s.temporary, s.shows, s.digest, s.digest_frequency, s.digest_from, s.digest_next, "       \
  "stoa_micros(s.digest_due), s.filter, s.public, "                                          \
  "stoa_micros(s.resend_at), s.resend"
/// How many these are.
inline constexpr int subscription_columns = 23;
pubsub::Subscription subscription_in(const pqxx::row& row);

/// Of the rows of node $1 those that stand among its items (schema/0016).
#define STOA_STANDING_OF_1                 \
  "i.node = $1 AND i.stands AND i.seq >= " \
  "(SELECT n.standing_from FROM nodes n WHERE n.number = $1)"

/// For meta_in(), and with the payload behind it for item_in().
#define STOA_ITEM_COLUMNS                                                   \
  "i.node, i.id, i.seq, i.first_seq, i.publisher, stoa_micros(i.created), " \
  "stoa_micros(i.published)"
pubsub::ItemMeta meta_in(const pqxx::row& row);
pubsub::Item item_in(const pqxx::row& row);
pubsub::Payload payload_in(std::uint64_t node, const pqxx::field& field);  ///< nullptr for NULL

/// The rows of a page: positions [begin, end) of `total`.
struct Window {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  std::uint64_t size() const { return end - begin; }
};

/// As rsm::page, where the position of the UID that the request names is known: `anchor`.
Window window_of(const rsm::Request& request, std::uint64_t total, std::uint64_t anchor,
                 std::size_t cap);

pubsub::Lineage fetch_lineage(Connection& connection, const std::string& service,
                              std::uint64_t number, const pubsub::need::Lineage& need);
pubsub::Orphans fetch_orphans(Connection& connection, const pubsub::need::Orphans& need);

pubsub::LogPage read_log(Connection& connection, std::uint64_t number,
                         const pubsub::need::Log& need);
pubsub::BuriedNodes read_buried(Connection& connection, const std::string& service, Timestamp now,
                                std::size_t cap);
pubsub::Acts read_acts(Connection& connection, const std::string& service, const std::string& about,
                       std::size_t cap);
pubsub::ReadResult read_for_command(Connection& connection, const std::string& service,
                                    const pubsub::CommandRead& read);
pubsub::ReadResult read_archive(Connection& connection, const pubsub::ArchiveRead& read);
pubsub::ReadResult read_concerned(Connection& connection, const std::string& service,
                                  const pubsub::ConcernedRead& read);
pubsub::ReadResult read_watched(Connection& connection, const std::string& service,
                                const pubsub::WatchedRead& read);
pubsub::ReadResult read_items(Connection& connection, const pubsub::ItemsRead& read);
pubsub::ReadResult read_joined(Connection& connection, const std::string& service,
                               const pubsub::JoinedRead& read);
pubsub::ReadResult read_nodes(Connection& connection, const std::string& service,
                              const pubsub::NodesRead& read);

}  // namespace stoa::store::postgres
