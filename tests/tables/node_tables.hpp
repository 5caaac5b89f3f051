#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <stoa/pubsub/model/change.hpp>
#include <stoa/pubsub/model/node.hpp>
#include <stoa/pubsub/model/read.hpp>

#include "store/postgres/connection.hpp"
#include "store/postgres/pubsub_tables.hpp"
#include "tables/own_tables.hpp"

namespace stoa::test {

inline const std::string nodes_service = "pubsub.shakespeare.lit";

inline Jid jid(const std::string& text) {
  return Jid::parse(text).value();
}

inline Timestamp at(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(1'790'000'000 + seconds) + std::chrono::microseconds(7));
}

inline pubsub::SharedConfig config_with(auto change) {
  pubsub::NodeConfig config;
  change(config);
  return std::make_shared<const pubsub::NodeConfig>(std::move(config));
}

inline pubsub::SharedConfig plain_config() {
  return config_with([](auto&) {});
}

inline pubsub::change::NodeCreated created(std::uint64_t number, std::string node,
                                           pubsub::SharedConfig config = plain_config()) {
  return {number, std::move(node), jid("hamlet@denmark.lit"), at(0), std::move(config)};
}

/// The pubsub tables in a new database, and what memory makes of the same changes.
class NodeTables {
 public:
  NodeTables() : connection(database_.url(), "tables test", nullptr) {}

  /// A change of a batch, also in memory.
  void add(const std::string& node, pubsub::Change change) {
    pubsub::apply(memory[node], change);
    changes_.push_back(std::move(change));
    writer.add(nodes_service, changes_.back());
  }

  /// Writes the batch.
  void commit() {
    connection.run("BEGIN");
    writer.write(connection);
    connection.run("COMMIT");
    changes_.clear();
  }

  void store(const std::string& node, pubsub::Change change) {
    add(node, std::move(change));
    commit();
  }

  pubsub::NodeState load(const std::string& node) {
    return Reader::load(connection, nodes_service, node);
  }

  template <class Page, class Read>
  Page read(const Read& read) {
    return std::get<Page>(Reader::read(connection, nodes_service, read));
  }
  template <class Fact>
  Fact fetch(std::uint64_t number, const pubsub::Need& need) {
    return std::get<Fact>(Reader::fetch(connection, nodes_service, number, need));
  }

  using Reader = store::postgres::PubsubReader;
  const std::string& url() const { return database_.url(); }

 private:
  OwnTables database_;
  std::deque<pubsub::Change> changes_;  // the writer points into them

 public:
  store::postgres::Connection connection;
  store::postgres::PubsubWriter writer;
  std::map<std::string, pubsub::NodeState> memory;
};

inline pubsub::Item item(std::uint64_t seq, std::string id) {
  pubsub::Item made;
  made.meta.id = std::move(id);
  made.meta.seq = seq;
  made.meta.first_seq = seq;
  made.meta.publisher = jid("hamlet@denmark.lit");
  made.meta.created = at(static_cast<std::int64_t>(seq));
  made.meta.published = made.meta.created;
  made.payload = std::make_shared<const std::string>(
      "<entry xmlns='urn:example:" + std::to_string(seq) + "'/>");
  return made;
}

inline pubsub::Subscription subscription(const std::string& subscriber, std::string subid) {
  pubsub::Subscription made;
  made.jid = jid(subscriber);
  made.subid = std::move(subid);
  made.since = at(1);
  return made;
}

}  // namespace stoa::test
