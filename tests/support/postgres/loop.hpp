#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include <stoa/dispatch/ports.hpp>
#include <stoa/store/options.hpp>

namespace stoa::test {

/// The loop thread of a test: what was posted runs while the test waits for something.
class Loop {
 public:
  store::Executor executor() {
    return [this](std::function<void()> task) {
      {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
      }
      wake_.notify_one();
    };
  }

  template <class Condition>
  bool run_until(Condition condition,
                 std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        if (!wake_.wait_until(lock, until, [&] { return !tasks_.empty(); })) return condition();
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
    return true;
  }

  void run_for(std::chrono::milliseconds time) {
    run_until([] { return false; }, time);
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
};

/// What dispatch would hear from the journal.
struct Heard : dispatch::JournalEvents {
  struct No {
    std::uint64_t seq;
    dispatch::EntityTag entity;
    dispatch::Refusal why;
  };
  std::uint64_t watermark = 0;
  std::vector<No> refusals;
  std::vector<bool> away;

  void committed(std::uint64_t mark) override { watermark = mark; }
  void refused(std::uint64_t seq, dispatch::EntityTag entity, dispatch::Refusal why) override {
    refusals.push_back({seq, entity, why});
  }
  void store_away(bool is_away) override { away.push_back(is_away); }

  bool refused_seq(std::uint64_t seq) const {
    return std::any_of(refusals.begin(), refusals.end(),
                       [&](const No& no) { return no.seq == seq; });
  }
};

}  // namespace stoa::test
