#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/store/store.hpp>

#include "support/postgres/cluster.hpp"
#include "support/postgres/loop.hpp"

namespace stoa::test {

inline constexpr const char* domain = "services.example";

/// A store on a database, opened, with units that hold one outbox row each: the smallest thing
/// whose presence in the database can be asked for.
class Writing {
 public:
  explicit Writing(store::Options options) : store_(options, loop.executor()) {
    store_.attach(heard);
    journal_ = store_.journal<pubsub::Engine>(domain);
    loader = store_.loader<pubsub::Engine>(domain);
    store_.open([this](store::Ready r) { ready = r; }, [this](std::string why) { fatal = why; });
  }
  ~Writing() { store_.detach(); }

  bool wait_ready() {
    const bool open = loop.run_until([&] { return ready || !fatal.empty(); }) && ready;
    if (open) next = ready->first_seq;
    return open;
  }

  /// Appends a unit with a message of that text (as XML) and returns its seq.
  std::uint64_t append(dispatch::EntityTag entity, const std::string& text = "row",
                       Durability durability = Durability::hard) {
    dispatch::Unit<pubsub::Change> unit;
    unit.seq = next++;
    unit.entity = entity;
    unit.durability = durability;
    unit.changes = std::make_shared<const std::vector<pubsub::Change>>();
    unit.outbox.push_back(
        {domain, entity, "all", "<message to='", "'><body>" + text + "</body>", "</message>"});
    journal_->append(std::move(unit));
    return next - 1;
  }
  /// Likewise one that changes something and says nothing.
  std::uint64_t append(dispatch::EntityTag entity, pubsub::Change change) {
    dispatch::Unit<pubsub::Change> unit;
    unit.seq = next++;
    unit.entity = entity;
    unit.changes = std::make_shared<const std::vector<pubsub::Change>>(1, std::move(change));
    journal_->append(std::move(unit));
    return next - 1;
  }

  bool wait_settled(std::uint64_t seq,
                    std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    return loop.run_until([&] { return heard.watermark >= seq; }, patience);
  }

  store::Store& store() { return store_; }
  dispatch::JournalControl& control() { return store_.control(); }

  Loop loop;
  Heard heard;
  std::optional<store::Ready> ready;
  std::string fatal;
  std::uint64_t next = 1;
  std::unique_ptr<dispatch::LoaderPort<pubsub::Engine>> loader;

 private:
  store::Store store_;
  std::unique_ptr<dispatch::JournalPort<pubsub::Change>> journal_;
};

inline store::Options options_for(std::string url) {
  store::Options options;
  options.url = std::move(url);
  return options;
}

/// The seqs that are in the database.
std::set<std::uint64_t> stored(const std::string& url);

}  // namespace stoa::test
