#include "muc/engine/rates.hpp"

#include <algorithm>
#include <chrono>

namespace stoa::muc {
namespace {

std::optional<Meter> copy(const Meter* meter) {
  return meter ? std::optional(*meter) : std::nullopt;
}

}  // namespace

const Meter* meter_of(const RoomState& room, Meter::Of of, const Jid& user) {
  for (const Meter& meter : room.extra().meters) {
    if (meter.of == of && meter.user == user) return &meter;
  }
  return nullptr;
}

Spending spend(const Scene& scene, Meter::Of of, const Jid& user, const Rate& rate) {
  if (rate.burst <= 0) return {};
  const Meter* known = meter_of(scene.room, of, user);
  double level = 0;
  if (known) {
    const std::chrono::duration<double> passed = scene.now() - known->at;
    level = std::max(0.0, known->level - passed.count() * rate.per_second);
  }
  if (level + 1 > rate.burst) return {Spent::too_many, std::nullopt};
  return {Spent::yes,
          change::fleeting::Metered{copy(known), Meter{of, user, level + 1, scene.now()}}};
}

Duration pause_of(const Rate& rate) {
  return Duration(static_cast<std::int64_t>(1e6 / std::max(rate.per_second, 1e-3)));
}

change::fleeting::Metered noted(const Scene& scene, Meter::Of of, const Jid& user) {
  return {copy(meter_of(scene.room, of, user)), Meter{of, user, 0, scene.now()}};
}

}  // namespace stoa::muc
