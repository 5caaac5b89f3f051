#include "scenarios/runner/loop.hpp"

#include <chrono>
#include <utility>

namespace scenario {

void Loop::post(std::function<void()> what) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(what));
  }
  posted_.notify_one();
}

bool Loop::run_one(Wait wait) {
  std::function<void()> what;
  {
    std::unique_lock lock(mutex_);
    if (wait == Wait::yes) {
      posted_.wait_for(lock, std::chrono::seconds(30), [this] { return !queue_.empty(); });
    }
    if (queue_.empty()) return false;
    what = std::move(queue_.front());
    queue_.pop_front();
  }
  what();
  return true;
}

void Loop::clear() {
  std::deque<std::function<void()>> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(queue_);
}

bool Loop::empty() {
  const std::lock_guard lock(mutex_);
  return queue_.empty();
}

}  // namespace scenario
