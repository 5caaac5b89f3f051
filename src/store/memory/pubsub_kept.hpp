#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <stoa/pubsub/model/change.hpp>
#include <stoa/pubsub/model/command_read.hpp>

namespace stoa::store::memory {

/// Nodes that are kept after their end, and the record of what was done.
class KeptNodes {
 public:
  /// Whose rows go for good, since their time was over when this one was buried.
  std::vector<std::uint64_t> bury(const pubsub::change::NodeDeleted& deleted);
  void bring_back(std::uint64_t number) { buried_.erase(number); }
  void note(const pubsub::Act& act) { acts_.push_back(act); }

  pubsub::BuriedNodes list(Timestamp now, std::size_t cap) const;
  std::size_t size() const { return buried_.size(); }
  /// The last one of that name; nullptr where there is none.
  const pubsub::Kept* last(const std::string& node) const;
  pubsub::Acts acts(const std::string& about, std::size_t cap) const;

 private:
  std::vector<const pubsub::Kept*> latest_first() const;

  std::map<std::uint64_t, pubsub::Kept> buried_;
  std::vector<pubsub::Act> acts_;
};

}  // namespace stoa::store::memory
