#include "store/memory/pubsub_kept.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace stoa::store::memory {

using pubsub::Kept;

std::vector<std::uint64_t> KeptNodes::bury(const pubsub::change::NodeDeleted& deleted) {
  std::vector<std::uint64_t> over;
  for (const auto& [number, kept] : buried_) {
    if (kept.burial.until <= deleted.kept->at) over.push_back(number);
  }
  for (const std::uint64_t number : over) buried_.erase(number);
  pubsub::NodeState node = *deleted.before;
  node.parents.clear();
  node.relate({}, {});
  node.orphaned = false;
  buried_[deleted.number] = {*deleted.kept,
                             std::make_shared<const pubsub::NodeState>(std::move(node))};
  return over;
}

std::vector<const Kept*> KeptNodes::latest_first() const {
  std::vector<const Kept*> all;
  for (const auto& [number, kept] : buried_) all.push_back(&kept);
  std::sort(all.begin(), all.end(), [](const Kept* a, const Kept* b) {
    if (a->burial.at != b->burial.at) return a->burial.at > b->burial.at;
    return a->node->number > b->node->number;
  });
  return all;
}

pubsub::BuriedNodes KeptNodes::list(Timestamp now, std::size_t cap) const {
  pubsub::BuriedNodes found;
  for (const Kept* kept : latest_first()) {
    const bool listed = kept->burial.until > now && found.rows.size() < cap;
    if (listed) found.rows.push_back({kept->node->node, kept->burial});
  }
  return found;
}

const Kept* KeptNodes::last(const std::string& node) const {
  for (const Kept* kept : latest_first()) {
    if (kept->node->node == node) return kept;
  }
  return nullptr;
}

pubsub::Acts KeptNodes::acts(const std::string& about, std::size_t cap) const {
  pubsub::Acts found;
  for (auto act = acts_.rbegin(); act != acts_.rend() && found.acts.size() < cap; ++act) {
    const bool meant = about.empty() || act->node == about || act->target == about ||
                       act->actor.str() == about || act->actor.bare_view() == about;
    if (meant) found.acts.push_back(*act);
  }
  return found;
}

}  // namespace stoa::store::memory
