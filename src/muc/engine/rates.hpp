#pragma once

#include <optional>

#include "muc/engine/draft.hpp"

namespace stoa::muc {

/// The meter of that user, nullptr where there is none.
const Meter* meter_of(const RoomState& room, Meter::Of of, const Jid& user);

/// Counts one act of `user` (bare; empty for the room as a whole) against the rate, token-bucket
/// fashion. nullopt: too many. Otherwise the change to put into the step; there is nothing in it
/// where the rate has no limit.
using Metering = std::optional<change::fleeting::Metered>;
enum class Spent { yes, too_many };
struct Spending {
  Spent outcome = Spent::yes;
  Metering metering;
};
Spending spend(const Scene& scene, Meter::Of of, const Jid& user, const Rate& rate);

/// After so long the rate allows one more.
Duration pause_of(const Rate& rate);

/// Notes when `user` did it last.
change::fleeting::Metered noted(const Scene& scene, Meter::Of of, const Jid& user);

}  // namespace stoa::muc
