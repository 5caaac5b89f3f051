#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <stoa/muc/model/change.hpp>
#include <stoa/muc/model/facts.hpp>
#include <stoa/muc/model/read.hpp>

#include "store/postgres/connection.hpp"

namespace stoa::store::postgres {

/// The muc tables (schema/0003_muc.sql), written to. One object per journal connection; journal
/// thread only. `service` is the domain of the service that the changes belong to.
class MucWriter {
 public:
  MucWriter();
  ~MucWriter();
  /// Takes a change into the batch. Changes of one row are merged so that writing the batch ends as
  /// if they had been written one by one.
  void add(const std::string& service, const muc::Change& change);
  /// Writes the batch within the transaction that is open on the connection, one statement per kind
  /// of change, and empties it. Throws Fault; the batch is empty then too.
  void write(Connection& connection);
  /// Nothing was added, and nothing is left to do.
  bool idle() const;
  /// The batch is one statement, of messages that are archived.
  bool simple() const;
  /// Writes such a batch as a transaction of its own, with its number in the journal: one round
  /// trip. No transaction may be open.
  void write_alone(Connection& connection, std::uint64_t number);
  void clear();

 private:
  struct Batch;
  std::unique_ptr<Batch> batch_;
  std::size_t changes_ = 0;   ///< in the batch
  std::size_t messages_ = 0;  ///< of those: archived
};

/// The muc tables, looked up. Reader threads; one call, one snapshot. Damaged rows throw
/// DamagedRow (fault.hpp), a Fault passes through.
struct MucReader {
  static muc::RoomState load(Connection& connection, const std::string& service,
                             const std::string& localpart);
  static std::string key_of(Connection& connection, const std::string& service,
                            std::uint64_t number);
  static muc::Facts fetch(Connection& connection, const std::string& service, std::uint64_t number,
                          const muc::Need& need);
  static muc::ReadResult read(Connection& connection, const std::string& service,
                              const muc::Read& read);
  /// Rooms with occupants, or with a deadline up to `until`, by key behind `from`.
  static std::vector<std::string> pending_keys(Connection& connection, const std::string& service,
                                               const std::string& from, Timestamp until,
                                               std::size_t limit);
};

}  // namespace stoa::store::postgres
