#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <stoa/muc/model/tokens.hpp>

namespace stoa::muc {

/// The configuration of a room (XEP-0045, 16.5.3, and extensions), with the factory defaults. A
/// value; rooms share one immutable object for as long as they are configured alike. Affiliations,
/// though in the same form, are not part of it.
struct RoomConfig {
  std::string name;
  std::string description;
  std::string lang;
  std::string password;                   ///< kept, without effect, while password_protected is off
  std::string pubsub;                     ///< XMPP URI of the associated node
  std::string logs_url;                   ///< roominfo_logs; set by the service
  std::vector<std::string> reactions;     ///< XEP-0444 restriction: the only emojis; empty: all
  std::optional<std::int64_t> max_users;  ///< nullopt: the service's limit
  std::int64_t max_history = 50;          ///< messages on joining
  std::int64_t slow_mode = 0;             ///< XEP-0500, seconds
  std::int64_t voice_interval = 1800;     ///< seconds between two voice requests of one user
  std::optional<std::int64_t> max_reactions;  ///< XEP-0444 restriction per user
  Roles presence_broadcast{Role::visitor, Role::participant, Role::moderator};
  Roles member_list{Role::visitor, Role::participant, Role::moderator};
  Whois whois = Whois::moderators;
  AllowPm allow_pm = AllowPm::anyone;
  RegisterMode register_mode = RegisterMode::open;
  bool public_log = false;
  bool change_subject = false;
  bool allow_invites = false;
  bool public_room = true;
  bool persistent = false;
  bool moderated = false;
  bool members_only = false;
  bool password_protected = false;
  bool forward_mentions = false;
  bool archive = true;
  bool visitor_status = true;
  bool visitor_nick_change = true;
  bool voice_requests = true;
  bool nick_lockdown = false;
  bool occupant_iq = true;            ///< IQ between occupants
  bool moderators_reachable = false;  ///< private messages to and from moderators always pass
  bool show_unavailable = false;      ///< absent members with a reserved nick are shown
  bool hats = true;
  bool strict_references = false;  ///< corrections of other people's messages are refused

  bool semi_anonymous() const { return whois == Whois::moderators; }
  bool broadcasts(Role role) const { return presence_broadcast.contains(role); }

  friend bool operator==(const RoomConfig&, const RoomConfig&) = default;
};

/// shared_ptr because all unconfigured rooms of a service hold the same immutable object.
using ConfigPtr = std::shared_ptr<const RoomConfig>;

}  // namespace stoa::muc
