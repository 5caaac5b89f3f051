#include <algorithm>
#include <utility>

#include <stoa/dispatch/sender_order.hpp>

namespace stoa::dispatch {

SenderOrder::SenderOrder(Metrics& metrics, Executor post)
    : metrics_(metrics), post_(std::move(post)) {}

bool SenderOrder::queue(Stanza& stanza) {
  Waiting& waiting = waiting_[stanza.from.str()];
  if (total_ >= max_total || waiting.queued.size() - waiting.next >= max_queued) return false;
  waiting.queued.push_back(std::move(stanza));
  ++total_;
  return true;
}

void SenderOrder::begin(const Jid& sender) {
  ++waiting_[sender.str()].requests;
  Metrics::set(metrics_.senders_waiting, waiting_.size());
}

void SenderOrder::end(const Jid& sender) {
  const auto it = waiting_.find(sender.str());
  if (it == waiting_.end() || --it->second.requests > 0) return;
  if (it->second.queued.empty()) {
    waiting_.erase(it);
    Metrics::set(metrics_.senders_waiting, waiting_.size());
  } else if (!it->second.turn_posted) {
    it->second.turn_posted = true;
    post_([this, name = sender.str()] { run(name); });
  }
}

void SenderOrder::run(const std::string& sender) {
  // handle_ may begin another wait of this sender, and may add and remove others: find anew each
  // time.
  for (auto it = waiting_.find(sender); it != waiting_.end(); it = waiting_.find(sender)) {
    Waiting& waiting = it->second;
    waiting.turn_posted = false;
    if (waiting.requests > 0) return;
    if (waiting.next == waiting.queued.size()) {
      waiting_.erase(it);
      Metrics::set(metrics_.senders_waiting, waiting_.size());
      return;
    }
    Stanza stanza = std::move(waiting.queued[waiting.next++]);
    if (waiting.next == waiting.queued.size()) {
      waiting.queued.clear();
      waiting.next = 0;
    }
    --total_;
    // Held by a request of its own, so that what handle_ ends does not post a second turn.
    ++waiting.requests;
    handle_(std::move(stanza));
    --waiting_[sender].requests;
  }
}

std::uint64_t SenderOrder::last_after(const Jid& sender) const {
  if (after_.empty()) return 0;
  const auto it = after_.find(sender.str());
  return it == after_.end() ? 0 : it->second.back();
}

void SenderOrder::note_after(const Jid& sender, std::uint64_t after) {
  std::vector<std::uint64_t>& noted = after_[sender.str()];
  const auto place = std::lower_bound(noted.begin(), noted.end(), after);
  if (place == noted.end() || *place != after) noted.insert(place, after);
  highest_after_ = std::max(highest_after_, after);
}

void SenderOrder::forget_after(const Jid& sender, std::uint64_t after) {
  const auto it = after_.find(sender.str());
  if (it == after_.end()) return;
  std::erase(it->second, after);
  if (it->second.empty()) after_.erase(it);
}

void SenderOrder::committed(std::uint64_t watermark) {
  if (after_.empty()) return;
  if (highest_after_ <= watermark) {
    after_.clear();
    return;
  }
  for (auto it = after_.begin(); it != after_.end();) {
    std::vector<std::uint64_t>& noted = it->second;
    noted.erase(noted.begin(), std::upper_bound(noted.begin(), noted.end(), watermark));
    it = noted.empty() ? after_.erase(it) : std::next(it);
  }
}

}  // namespace stoa::dispatch
