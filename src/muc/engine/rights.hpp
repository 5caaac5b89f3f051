#pragma once

#include <cstdint>
#include <optional>

#include "muc/engine/draft.hpp"

/// Who may do what in a room: XEP-0045, 5.1.1 by role and 5.2.1 by affiliation, as one table. Where
/// a cell depends on the room's configuration or on who else is concerned, nothing is refused here
/// and the rule itself decides.
namespace stoa::muc {

/// What the role of an occupant decides; it is looked up by session.
enum class InRoom : std::uint8_t {
  speak,
  rename,
  write_privately,
  invite,
  set_subject,
  ask_for_voice,
  moderate,  ///< kick, grant and revoke voice, read the lists of roles, retract messages
  name_moderators,
};

/// What the affiliation of a user decides, present or not; it is looked up by bare JID.
enum class OfRoom : std::uint8_t {
  enter,
  enter_members_only,
  register_nick,
  read_members,
  manage_bans,
  manage_members,
  read_admins,  ///< and owners
  manage_admins,
  configure,  ///< and destroy
  set_vcard,
};

std::optional<StanzaError> denied(InRoom act, const Scene& scene, const Jid& session);
std::optional<StanzaError> denied(OfRoom act, const Scene& scene, const Jid& user);

/// Whether `actor` may give `target` (bare) that affiliation ([MUC-PRIV-16], [MUC-PRIV-18],
/// [MUC-PRIV-24]).
std::optional<StanzaError> may_affiliate(const Scene& scene, const Jid& actor, const Jid& target,
                                         Affiliation wanted);

}  // namespace stoa::muc
