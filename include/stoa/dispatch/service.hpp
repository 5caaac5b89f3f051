#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <stoa/disco/disco.hpp>
#include <stoa/dispatch/ports.hpp>
#include <stoa/stanza/stanza.hpp>

namespace stoa::dispatch {

/// A page asked of one service's list at the bare domain. Keys are the service's own (room localpart,
/// NodeID), in byte order; the same order always.
struct ListRequest {
  Jid requester;
  std::string after;                   ///< only keys behind it; empty: from the first
  std::optional<std::string> before;   ///< the page just before it; empty string: the last page
  std::optional<std::uint64_t> index;  ///< the page from this position
  std::size_t max = 0;                 ///< at most so many; 0: the count alone
};

struct ListPage {
  struct Entry {
    std::string key;
    disco::Item item;
  };
  std::vector<Entry> entries;
  std::uint64_t first_index = 0;  ///< position of the first entry in the requester's whole list
  std::uint64_t count = 0;        ///< length of the requester's whole list
};

/// One service at one domain (rooms, or nodes), as the dispatcher sees it. EntityService<E> makes one of
/// an Engine. Loop thread only.
class Service {
 public:
  virtual ~Service() = default;

  /// false: not this service's business, nothing was done, ask the next one. true: taken over; every iq
  /// request is answered exactly once, now or later.
  virtual bool handle(Stanza& stanza) = 0;

  virtual disco::Info info() const = 0;
  virtual void list(ListRequest request, std::function<void(Found<ListPage>)> then) = 0;

  /// JournalEvents, passed on: only units of this service's entities.
  virtual void committed(std::uint64_t watermark) = 0;
  virtual void refused(std::uint64_t seq, EntityTag entity, Refusal why) = 0;

  /// When run_due() is next wanted; nullopt for never.
  virtual std::optional<Timestamp> deadline() const = 0;
  virtual void run_due(Timestamp now) = 0;

  /// Begins what a fresh start owes: outbox rows of an earlier run are sent, entities with occupants or
  /// deadlines are touched, at a bounded rate. Called once, when the link is up for the first time.
  virtual void recover() = 0;
};

}  // namespace stoa::dispatch
