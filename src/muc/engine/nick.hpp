#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "muc/engine/draft.hpp"

namespace stoa::muc {

/// A session that goes from one nick to another (7.6).
struct Moving {
  const Occupant& from;  ///< before the step
  const Session& session;
  Seat seat;                             ///< as it will be
  const Occupant* there;                 ///< who has the new nick now: nobody, or the same user
  std::vector<std::uint16_t> own_codes;  ///< on the new self-presence (210)
  std::optional<Affiliation> affiliation = {};  ///< where the same step gives another one
};

/// Why the nick cannot be had, nullopt if it can.
std::optional<StanzaError> nick_refused(const Scene& scene, const Occupant& mover,
                                        std::string_view nick);

/// The change, and the goodbye under the old nick. Returns the occupant as it will be under the new
/// one.
Occupant leave_old_nick(Draft& draft, const Moving& moving);

/// The self-presence under the new nick.
void greet_self(Draft& draft, const Moving& moving, const Occupant& after);
/// What the others hear of the new nick.
void greet_others(Draft& draft, const Moving& moving, const Occupant& after);

}  // namespace stoa::muc
