#include "store/memory/pubsub_log.hpp"

#include <memory>

namespace stoa::store::memory {

using pubsub::LogEntry;

namespace {

/// What a later entry speaks of again is past, and its payload goes.
void pass(LogEntry& entry) {
  entry.live = false;
  entry.item.payload = nullptr;
}

}  // namespace

void NodeLogs::write(const pubsub::change::Logged& logged) {
  Log& log = logs_[logged.number];
  for (const LogEntry& entry : logged.entries) {
    for (auto& [seq, before] : log) {
      if (before.item.meta.id == entry.item.meta.id) pass(before);
    }
    log[entry.seq] = entry;
  }
  log.erase(log.begin(), log.lower_bound(logged.dropped));
}

pubsub::LogPage NodeLogs::find(std::uint64_t number, const pubsub::need::Log& need) const {
  pubsub::LogPage page{.from = need.from};
  const auto found = logs_.find(number);
  if (found == logs_.end()) return page;
  constexpr std::size_t around = 200;
  std::size_t used = 0;
  for (auto at = found->second.lower_bound(need.from); at != found->second.end(); ++at) {
    const LogEntry& entry = at->second;
    used += around + entry.item.meta.id.size();
    if (entry.item.payload) used += entry.item.payload->size();
    const bool full = used > need.bytes || page.entries.size() == pubsub::log_page_entries;
    if (full && !page.entries.empty()) {
      page.more = true;
      break;
    }
    page.entries.push_back(entry);
  }
  return page;
}

std::uint64_t NodeLogs::next_seq(std::uint64_t number) const {
  const auto found = logs_.find(number);
  if (found == logs_.end() || found->second.empty()) return 0;
  return found->second.rbegin()->first + 1;
}

}  // namespace stoa::store::memory
