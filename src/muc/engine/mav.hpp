#pragma once

#include <optional>
#include <string>

#include "muc/engine/draft.hpp"

namespace stoa::muc {

/// Affiliation versions (XEP-0463) in a join: what must be fetched first, nullopt if nothing.
std::optional<Need> lacks_affiliations(const Scene& scene, const request::Join& ask);

/// Sends the affiliations, or what changed since the version that the newcomer knows, before any
/// presence (5.2.1); an error where it may not see them (5.2.3). Nothing unless it asked.
void tell_affiliations(Draft& draft, const request::Join& ask, const Occupant& newcomer);

/// `<mav until='…'/>` for the `<x/>` of a self-presence.
std::string affiliation_version(const RoomState& room);

/// `<mav since='…' until='…'/>` for a change of affiliation (5.2.2).
std::string affiliation_step(std::uint64_t since, std::uint64_t until);

}  // namespace stoa::muc
