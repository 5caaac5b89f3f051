#include "store/postgres/notices.hpp"

#include <mutex>
#include <optional>
#include <utility>

namespace stoa::store::postgres {

struct Notices::Shared : std::enable_shared_from_this<Notices::Shared> {
  Executor executor;
  std::mutex mutex;
  bool posted = false;
  std::vector<Refused> refused;
  std::uint64_t settled = 0;
  std::optional<bool> away;
  dispatch::JournalEvents* events = nullptr;  // loop thread only
  std::uint64_t told = 0;                     // loop thread only

  void post_locked() {
    if (posted) return;
    posted = true;
    executor([self = shared_from_this()] { self->deliver(); });
  }

  void deliver() {
    std::unique_lock lock(mutex);
    posted = false;
    if (events == nullptr) return;
    const std::vector<Refused> units = std::exchange(refused, {});
    const std::uint64_t watermark = settled;
    const std::optional<bool> change = std::exchange(away, std::nullopt);
    lock.unlock();
    for (const Refused& unit : units) events->refused(unit.seq, unit.entity, unit.why);
    if (watermark > told) {
      told = watermark;
      events->committed(watermark);
    }
    if (change) events->store_away(*change);
  }
};

Notices::Notices(Executor executor) : shared_(std::make_shared<Shared>()) {
  shared_->executor = std::move(executor);
}

Notices::~Notices() = default;

void Notices::attach(dispatch::JournalEvents& events) {
  const std::lock_guard lock(shared_->mutex);
  shared_->events = &events;
  shared_->post_locked();
}

void Notices::detach() {
  const std::lock_guard lock(shared_->mutex);
  shared_->events = nullptr;
}

void Notices::tell(const std::vector<Refused>& refused, std::uint64_t settled) {
  const std::lock_guard lock(shared_->mutex);
  if (refused.empty() && settled <= shared_->settled) return;
  for (const Refused& unit : refused) shared_->refused.push_back(unit);
  shared_->settled = std::max(shared_->settled, settled);
  shared_->post_locked();
}

void Notices::tell_away(bool away) {
  const std::lock_guard lock(shared_->mutex);
  shared_->away = away;
  shared_->post_locked();
}

}  // namespace stoa::store::postgres
