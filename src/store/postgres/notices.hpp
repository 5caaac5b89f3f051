#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <stoa/dispatch/ports.hpp>
#include <stoa/store/options.hpp>

#include "store/postgres/queue.hpp"

namespace stoa::store::postgres {

/// Brings the journal's news to the loop thread: whatever has gathered by the time the loop looks
/// is told in one go, refusals before the watermark that covers them. Thread-safe.
class Notices {
 public:
  explicit Notices(Executor executor);
  ~Notices();
  Notices(const Notices&) = delete;
  Notices& operator=(const Notices&) = delete;

  /// Loop thread. Nothing is told before; nothing after detach().
  void attach(dispatch::JournalEvents& events);
  void detach();

  void tell(const std::vector<Refused>& refused, std::uint64_t settled);
  void tell_away(bool away);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // with the functions that wait in the loop's queue
};

}  // namespace stoa::store::postgres
