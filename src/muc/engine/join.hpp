#pragma once

#include <string>
#include <vector>

#include "muc/engine/draft.hpp"

namespace stoa::muc {

/// Somebody who asks to enter: what the checks look at.
struct Entering {
  const Scene& scene;
  const request::Join& ask;
  std::string nick;      ///< as asked, or the registered one while nicks are locked down
  std::string key;       ///< folded
  bool renamed = false;  ///< the room chose another nick than asked (210)
  Affiliation affiliation = Affiliation::none;
  Affiliation rank = Affiliation::none;  ///< as affiliation, but for service administrators
  const Occupant* there = nullptr;       ///< who has the nick now
  bool shares = false;                   ///< that is the same user
};

/// The nick that counts ([MUC-ENTER-24]) and who has it.
Entering entering(const Scene& scene, const request::Join& ask);

/// The first check that fails, in the order of XEP-0045 7.2 ([MUC-ENTER-31]).
std::optional<StanzaError> refused(const Entering& who);

/// A nick that anybody could have: not blank, not too long (17.1).
bool is_nick(std::string_view nick, const Limits& limits);

/// Whether the nick (folded) is reserved for somebody else, in this room or in all of them.
bool reserved_for_other(const Scene& scene, std::string_view key, const Jid& user);

/// The role of a newcomer (5.1.2), remembered voice included.
Role first_role(const RoomConfig& config, Affiliation affiliation, const Affiliate* row);

/// The seat of a session that brings this presence.
struct Arriving {
  const Jid& session;
  std::string_view payload;
  std::string_view payload_without_status;
  std::int8_t priority;
};
Seat seat_for(const Scene& scene, const Arriving& who, std::string_view nick, Role role);

/// The occupant as it will be with that seat; `known`: as it is, nullptr for a new one.
Occupant occupant_with(const RoomState& room, const Occupant* known, const Seat& seat);

/// What a session hears on entering ([MUC-ENTER-04]): first the others and itself, with 100 and 170
/// where they are due and further codes; then, after the others were told, history and subject. The
/// room's history must be known (lacks_history).
struct Welcome {
  Occupant occupant;  ///< as it will be
  std::vector<std::uint16_t> codes;
};
void welcome_presence(Draft& draft, const request::Join& ask, const Welcome& whom);
void welcome_messages(Draft& draft, const request::Join& ask);

/// What must be fetched before a welcome can be said, nullopt if nothing.
std::optional<Need> lacks_history(const Scene& scene, const request::Join& ask);

/// Whether the service lets this user make rooms (10.1.1).
bool may_create(const Scene& scene, const Jid& user);

/// Creation of a room by a join (10.1).
RoomDecision create(const Scene& scene, const request::Join& ask);

/// A join by a session that is in the room already ([MUC-ENTER-25], [MUC-ENTER-26]).
RoomDecision join_again(const Scene& scene, const request::Join& ask, const Occupant& occupant);

}  // namespace stoa::muc
