#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace scenario {

/// What is posted, from any thread, in order.
class Loop {
 public:
  void post(std::function<void()> what);

  /// Runs the next one, if need be waiting for it; false where there is none (any more, after so
  /// long that none will come).
  enum class Wait { no, yes };
  bool run_one(Wait wait);
  void clear();
  bool empty();

 private:
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> queue_;
};

}  // namespace scenario
