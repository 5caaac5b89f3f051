#include "store/postgres/rows.hpp"

namespace stoa::store::postgres {
namespace {

constexpr Statement insert_outbox{
    "insert_outbox",
    "INSERT INTO outbox (domain, seq, part, service, entity, audience, head, middle, tail) "
    "SELECT * FROM unnest($1::text[], $2::bigint[], $3::integer[], $4::text[], $5::bigint[], "
    "$6::text[], $7::text[], $8::text[], $9::text[])"};

constexpr Statement delete_outbox{"delete_outbox",
                                  "DELETE FROM outbox WHERE domain = $1 AND seq <= $2"};

}  // namespace

void Rows::add(std::uint64_t seq, const char* service,
               const std::vector<dispatch::OutboxRow>& outbox) {
  std::uint64_t part = 0;
  for (const dispatch::OutboxRow& row : outbox) {
    outbox_.add(row.domain, seq, part++, service, row.entity, row.audience, row.head, row.middle,
                row.tail);
  }
}

void Rows::flush() {
  nodes_.write(connection_);
  rooms_.write(connection_);
  outbox_.write(connection_, insert_outbox);
}

bool Rows::simple() const {
  if (outbox_.rows() > 0) return false;
  return (nodes_.simple() && rooms_.idle()) || (rooms_.simple() && nodes_.idle());
}

void Rows::flush_alone(std::uint64_t number) {
  nodes_.simple() ? nodes_.write_alone(connection_, number)
                  : rooms_.write_alone(connection_, number);
}

void Rows::clear() {
  nodes_.clear();
  rooms_.clear();
  outbox_.clear();
}

void Rows::delivered(const std::string& domain, std::uint64_t seq) {
  connection_.exec(delete_outbox, domain, std::to_string(seq));
}

}  // namespace stoa::store::postgres
