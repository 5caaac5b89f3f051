#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <pqxx/pqxx>
#include <stoa/pubsub/model/change.hpp>
#include <stoa/pubsub/model/read.hpp>

namespace stoa::store {

/// The pubsub tables (schema/0002_pubsub.sql), written to. One object per journal connection; journal thread only.
/// `service` is the domain of the service that the changes belong to.
class PubsubWriter {
 public:
  PubsubWriter();
  ~PubsubWriter();
  /// Prepares its statements on a new connection.
  static void prepare(pqxx::connection& connection);

  /// Takes a change into the batch. Changes of one row are merged so that writing the batch ends as
  /// if they had been written one by one.
  void add(const std::string& service, const pubsub::Change& change);
  /// Writes the batch within the transaction, one statement per kind of change, and empties it.
  /// Throws what pqxx throws; the batch is empty then too.
  void write(pqxx::transaction_base& transaction);
  void clear();

 private:
  struct Batch;
  std::unique_ptr<Batch> batch_;
};

/// The pubsub tables, looked up. Reader threads; one call, one transaction (read only). Damaged rows
/// throw DamagedRow (fault.hpp), what pqxx throws passes through.
struct PubsubReader {
  static void prepare(pqxx::connection& connection);
  static pubsub::NodeState load(pqxx::transaction_base& tx, const std::string& service,
                                const std::string& node);
  static std::string key_of(pqxx::transaction_base& tx, const std::string& service,
                            std::uint64_t number);
  static pubsub::Facts fetch(pqxx::transaction_base& tx, const std::string& service,
                             std::uint64_t number, const pubsub::Need& need);
  static pubsub::ReadResult read(pqxx::transaction_base& tx, const std::string& service,
                                 const pubsub::Read& read);
  /// Nodes with a deadline up to `until`, by key behind `from`.
  static std::vector<std::string> pending_keys(pqxx::transaction_base& tx,
                                               const std::string& service, const std::string& from,
                                               Timestamp until, std::size_t limit);
};

}  // namespace stoa::store
