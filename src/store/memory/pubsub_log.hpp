#pragma once

#include <cstdint>
#include <map>

#include <stoa/pubsub/model/change.hpp>
#include <stoa/pubsub/model/read.hpp>

namespace stoa::store::memory {

/// The logs that digests of nodes are made from.
class NodeLogs {
 public:
  void write(const pubsub::change::Logged& logged);
  void drop(std::uint64_t node) { logs_.erase(node); }
  pubsub::LogPage find(std::uint64_t number, const pubsub::need::Log& need) const;
  /// The seq behind the last entry; 0 where there is none.
  std::uint64_t next_seq(std::uint64_t number) const;

 private:
  using Log = std::map<std::uint64_t, pubsub::LogEntry>;
  std::map<std::uint64_t, Log> logs_;
};

}  // namespace stoa::store::memory
