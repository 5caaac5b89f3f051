#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <stoa/pubsub/model/change.hpp>
#include <stoa/pubsub/model/read.hpp>

#include "store/postgres/connection.hpp"

namespace stoa::store::postgres {

/// The pubsub tables (schema/0002_pubsub.sql), written to. One object per journal connection;
/// journal thread only. `service` is the domain of the service that the changes belong to.
class PubsubWriter {
 public:
  PubsubWriter();
  ~PubsubWriter();
  /// Takes a change into the batch. Changes of one row are merged so that writing the batch ends as
  /// if they had been written one by one.
  void add(const std::string& service, const pubsub::Change& change);
  /// Writes the batch within the transaction that is open on the connection, one statement per kind
  /// of change, and empties it. Throws Fault; the batch is empty then too.
  void write(Connection& connection);
  /// Nothing was added, and nothing is left to do.
  bool idle() const { return changes_ == 0 && !purged_; }
  /// The batch is one statement, of items that come and fall from the end of their nodes.
  bool simple() const;
  /// Writes such a batch as a transaction of its own, with its number in the journal: one round
  /// trip. No transaction may be open.
  void write_alone(Connection& connection, std::uint64_t number);
  void clear();

 private:
  struct Batch;
  Batch take();

  std::unique_ptr<Batch> batch_;
  std::size_t changes_ = 0;  ///< in the batch
  std::size_t moves_ = 0;    ///< of those: items that come or fall
  bool purged_ = true;       ///< there may be purged items to clear away
};

/// The pubsub tables, looked up. Reader threads; one call, one snapshot. Damaged rows throw
/// DamagedRow (fault.hpp), a Fault passes through.
struct PubsubReader {
  static pubsub::NodeState load(Connection& connection, const std::string& service,
                                const std::string& node);
  /// The node of that name that was buried last; without a state where there is none.
  static pubsub::Kept load_buried(Connection& connection, const std::string& service,
                                  const std::string& node);
  static std::string key_of(Connection& connection, const std::string& service,
                            std::uint64_t number);
  static pubsub::Facts fetch(Connection& connection, const std::string& service,
                             std::uint64_t number, const pubsub::Need& need);
  static pubsub::ReadResult read(Connection& connection, const std::string& service,
                                 const pubsub::Read& read);
  /// Nodes with a deadline up to `until`, by key behind `from`.
  static std::vector<std::string> pending_keys(Connection& connection, const std::string& service,
                                               const std::string& from, Timestamp until,
                                               std::size_t limit);
};

}  // namespace stoa::store::postgres
