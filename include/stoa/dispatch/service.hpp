#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/disco/disco.hpp>
#include <stoa/disco/list.hpp>
#include <stoa/dispatch/ports.hpp>
#include <stoa/stanza/stanza.hpp>

namespace stoa::dispatch {

using disco::ListPage;
using disco::ListRequest;

/// One service at one domain (rooms, or nodes), as the dispatcher sees it. EntityService<E> makes
/// one of an Engine. Loop thread only.
class Service {
 public:
  virtual ~Service() = default;

  /// false: not this service's business, nothing was done, ask the next one. true: taken over;
  /// every iq request is answered exactly once, now or later.
  virtual bool handle(Stanza& stanza) = 0;

  virtual disco::Info info() const = 0;
  virtual void list(ListRequest request, std::function<void(Found<ListPage>)> then) = 0;

  /// JournalEvents, passed on: only units of this service's entities.
  virtual void committed(std::uint64_t watermark) = 0;
  virtual void refused(std::uint64_t seq, EntityTag entity, Refusal why) = 0;
  virtual void store_away(bool away) = 0;

  /// When run_due() is next wanted; nullopt for never.
  virtual std::optional<Timestamp> deadline() const = 0;
  virtual void run_due(Timestamp now) = 0;

  /// Begins what a fresh start owes: outbox rows of an earlier run are sent, and then, at a bounded
  /// rate, entities with occupants or deadlines are touched. Called once, when the link is up for
  /// the first time. `sent` is called once, later, when the outbox rows are on their way.
  virtual void recover(std::function<void()> sent) = 0;

  /// The link is up again after a break: presence that came meanwhile was lost.
  virtual void reconnected() {}
};

}  // namespace stoa::dispatch
