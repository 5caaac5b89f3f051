#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/stanza/outgoing.hpp>
#include <stoa/stanza/step.hpp>

/// What dispatch needs of the world outside: a journal that stores, a loader that reads, an outlet
/// that writes to the server. All are called on the loop thread and call back on the loop thread.
namespace stoa::dispatch {

/// Which loaded entity a unit belongs to: unique within this run, never reused. The journal keeps
/// units of one entity together when one of them fails.
using EntityTag = std::uint64_t;

/// One broadcast of the outbox: stored with its unit, sent again after a crash (same ids) to those
/// whom the engine names then, deleted once the server has proved that it took it.
struct OutboxRow {
  std::string domain;    ///< the service's domain
  std::uint64_t entity;  ///< number of the entity
  std::string audience;  ///< the engine's word for whom
  std::string head;      ///< as in Outgoing
  std::string middle;
  std::string tail;
};

/// The durable side of one decided request.
template <class Change>
struct Unit {
  std::uint64_t seq = 0;  ///< position in the journal; rising by one
  EntityTag entity = 0;
  std::string key;  ///< of the entity, as in LoaderPort::load
  Durability durability = Durability::hard;
  /// shared_ptr: whoever decided keeps the same changes until they are stored, to undo them.
  std::shared_ptr<const std::vector<Change>> changes;
  std::vector<OutboxRow> outbox;
};

/// Takes the units of one service. Units of all services share one journal, one order and one
/// sequence.
template <class Change>
class JournalPort {
 public:
  virtual ~JournalPort() = default;
  /// JournalEvents are never called from within.
  virtual void append(Unit<Change> unit) = 0;
};

enum class Refusal {
  content,  ///< the store refuses what this unit says; the unit is to blame
  timeout,  ///< not stored within commit_timeout because the store is away
  full,     ///< the queue is full; not taken
};

/// What dispatch does for the journal.
class JournalEvents {
 public:
  virtual ~JournalEvents() = default;
  /// Everything up to `watermark` is settled: stored, or reported by refused().
  virtual void committed(std::uint64_t watermark) = 0;
  /// The unit `seq` was not stored, and neither is any later unit of its entity: the journal skips
  /// these until resume(entity) reaches it.
  virtual void refused(std::uint64_t seq, EntityTag entity, Refusal why) = 0;
  /// The journal has been failing for longer than archive_grace (true), or works again (false).
  virtual void store_away(bool away) = 0;
};

/// The part of the journal that is the same for every service.
class JournalControl {
 public:
  virtual ~JournalControl() = default;
  /// Units of the entity that are appended from now on are good again.
  virtual void resume(EntityTag entity) = 0;
  /// The server has proved that it took everything of `domain` up to `seq`: outbox rows may go.
  /// Soft.
  virtual void delivered(const std::string& domain, std::uint64_t seq) = 0;
};

/// Why a look-up has no result. `damaged`: stored data that cannot be read, for this entity only,
/// logged with its key by the store. `away`: the database cannot be reached within the read
/// timeout.
enum class ReadFault { damaged, away };

template <class T>
using Found = std::variant<T, ReadFault>;

/// Looks things up for one service. Every call is executed once everything up to `after` is
/// settled. The callback runs exactly once, later, on the loop thread (never from within the call).
template <class E>
class LoaderPort {
 public:
  template <class T>
  using Then = std::function<void(Found<T>)>;

  virtual ~LoaderPort() = default;
  virtual void load(std::string key, std::uint64_t after, Then<typename E::State> then) = 0;
  /// The key of the entity of that number; empty where there is none.
  virtual void key_of(std::uint64_t number, Then<std::string> then) = 0;
  virtual void fetch(std::uint64_t number, typename E::Need need, std::uint64_t after,
                     Then<typename E::Facts> then) = 0;
  virtual void read(typename E::Read read, std::uint64_t after,
                    Then<typename E::ReadResult> then) = 0;
  /// Keys behind `from` (exclusive, in order) of entities that must be touched after a start
  /// because they hold occupants or have deadlines up to `until`; at most `limit`.
  virtual void pending_keys(std::string from, Timestamp until, std::size_t limit,
                            Then<std::vector<std::string>> then) = 0;
  /// The outbox rows of this service's domain left by an earlier run, in order, with their seqs.
  virtual void outbox(std::uint64_t from, std::size_t limit,
                      Then<std::vector<std::pair<std::uint64_t, OutboxRow>>> then) = 0;
};

/// Where released output goes: the link that serves a domain.
class Outlet {
 public:
  virtual ~Outlet() = default;
  /// `mark`: all output of units up to this seq is out with this one; 0: says nothing. Comes back
  /// through Dispatcher::delivered when the server has proved that it took it.
  virtual void send(Outgoing outgoing, std::uint64_t mark) = 0;
  /// Whether so much waits to be written that nothing should be added which can wait.
  virtual bool congested() const = 0;
  /// Whether enough waits to be written to keep the link busy for some milliseconds.
  virtual bool busy() const { return congested(); }
};

}  // namespace stoa::dispatch
