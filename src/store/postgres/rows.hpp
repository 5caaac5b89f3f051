#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <stoa/dispatch/ports.hpp>

#include "store/postgres/columns.hpp"
#include "store/postgres/muc_tables.hpp"
#include "store/postgres/pubsub_tables.hpp"

namespace stoa::store::postgres {

/// Everything that one transaction writes. What is added keeps pointers into the changes until
/// flush(), or clear().
class Rows {
 public:
  explicit Rows(Connection& connection) : connection_(connection) {}

  /// Throws Fault.
  void add(const std::string& service, const pubsub::Change& change) {
    nodes_.add(service, change);
  }
  void add(const std::string& service, const muc::Change& change) { rooms_.add(service, change); }
  void add(std::uint64_t seq, const char* service, const std::vector<dispatch::OutboxRow>& outbox);
  void flush();
  /// All of it is one statement, which can be a transaction by itself.
  bool simple() const;
  /// Writes such rows as a transaction of its own that also notes its number in the journal, in one
  /// round trip. No transaction may be open.
  void flush_alone(std::uint64_t number);
  void clear();
  void delivered(const std::string& domain, std::uint64_t seq);

 private:
  Connection& connection_;
  PubsubWriter nodes_;
  MucWriter rooms_;
  Columns<9> outbox_;
};

}  // namespace stoa::store::postgres
