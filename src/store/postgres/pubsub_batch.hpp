#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <stoa/pubsub/model/change.hpp>

#include "store/postgres/connection.hpp"
#include "store/postgres/pending.hpp"

namespace stoa::store::postgres {

/// What a batch does to one node, in the order in which it is written: purges, then rows. The
/// pointers are into the changes.
struct NodeWork {
  std::uint64_t number = 0;
  std::string service = {};  ///< of a node that is created, buried or restored
  bool deleted = false;      ///< and then nothing else
  const pubsub::change::NodeCreated* created = nullptr;
  const pubsub::change::NodeDeleted* buried = nullptr;         ///< kept in the end
  const pubsub::change::NodeRestored* restored = nullptr;      ///< back in the end
  bool unlinked = false;                                       ///< out of all collections at first
  const pubsub::change::NodeConfigured* configured = nullptr;  ///< the last one
  const pubsub::change::Related* related = nullptr;            ///< the last one
  const pubsub::change::OfferSet* offer = nullptr;             ///< the last one
  bool recounted = false;
  std::vector<const pubsub::change::NodePurged*> purges = {};
  Pending<const pubsub::Item*> items = {};  ///< those that come
  /// What becomes of a publication that no longer stands among the items.
  enum class Fate {
    past,    ///< kept for the archive
    silent,  ///< kept for the archive, without its payload
    fallen,  ///< as `past`, by the node's standing_from alone; deleted where it has no archive
    kept,    ///< likewise, and it has one
    deleted
  };
  std::map<std::uint64_t, Fate> leaving = {};  ///< stored rows, by seq
  /// Publications of this batch that never come to stand.
  std::vector<std::pair<const pubsub::Item*, Fate>> passed = {};
  std::uint64_t standing_from = 0;
  std::int64_t more_items = 0;  ///< the change of their number
  /// Entries of these ids lose their payload, up to that seq.
  std::map<std::string_view, std::uint64_t> silenced = {};
  Pending<const pubsub::Subscription*> subscriptions = {};
  Pending<pubsub::Affiliation> affiliations = {};
  Pending<const pubsub::change::WatcherSet*> watchers = {};
  std::map<std::uint64_t, pubsub::change::Linked::Way> links = {};  ///< by parent
  std::vector<const pubsub::LogEntry*> logged = {};
  std::uint64_t log_dropped = 0;  ///< entries below it go
};

/// Everything that one transaction writes to the pubsub tables.
struct PubsubBatch {
  using Name = std::pair<std::string, std::string_view>;  ///< service, NodeID

  NodeWork& node(std::uint64_t number);

  std::vector<NodeWork> nodes;
  std::unordered_map<std::uint64_t, std::size_t> places;
  std::map<Name, const pubsub::Redirect*> redirects;             ///< nullptr: none is left
  std::vector<std::pair<std::string, const pubsub::Act*>> acts;  ///< service, what was done
};

/// Names of nodes that are buried become free, those of restored ones are taken again.
void write_fates(Connection& connection, const PubsubBatch& batch);
void write_burials(Connection& connection, const PubsubBatch& batch);
void write_acts(Connection& connection, const PubsubBatch& batch);

/// Purges, and publications that never stand among the items: before write_items.
void write_archive(Connection& connection, const PubsubBatch& batch);
/// Clears away some of the items that purges have left; whether there may be more.
bool clear_purged(Connection& connection);
/// Items that come and go; and the oldest leave the archive.
void write_items(Connection& connection, const PubsubBatch& batch);
/// The same as a transaction of its own, which also notes that number in the journal: of a batch
/// that has nothing else.
void write_items_alone(Connection& connection, const PubsubBatch& batch, std::uint64_t number);
/// What was retracted loses its payload: after write_items.
void silence_archive(Connection& connection, const PubsubBatch& batch);

/// Offers of nodes; counts of items, after write_items.
void write_offers(Connection& connection, const PubsubBatch& batch);
void write_recounts(Connection& connection, const PubsubBatch& batch);

/// The logs of digests.
void write_log(Connection& connection, const PubsubBatch& batch);

/// Throws Fault.
void write_batch(Connection& connection, const PubsubBatch& batch);

}  // namespace stoa::store::postgres
