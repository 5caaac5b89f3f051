#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

/// The closed sets of words of XEP-0045. Enumerators are the wire's tokens; token() writes them,
/// the
/// *_of functions read them (nullopt for a word that is none of them).
namespace stoa::muc {

/// A lasting association of a bare JID, or a domain, with a room (XEP-0045, 5.2), in rising order.
enum class Affiliation : std::uint8_t { outcast, none, member, admin, owner };
std::string_view token(Affiliation affiliation);
std::optional<Affiliation> affiliation_of(std::string_view token);

/// What an occupant may do for the length of a visit (XEP-0045, 5.1), in rising order.
enum class Role : std::uint8_t { none, visitor, participant, moderator };
std::string_view token(Role role);
std::optional<Role> role_of(std::string_view token);
using Roles = std::set<Role>;

/// muc#roomconfig_whois: who sees real JIDs.
enum class Whois : std::uint8_t { moderators, anyone };
std::string_view token(Whois whois);

/// muc#roomconfig_allowpm: who may write private messages.
enum class AllowPm : std::uint8_t { anyone, participants, moderators, none };
std::string_view token(AllowPm allow);

/// How a room takes registrations (XEP-0045, 7.10 and 9.9).
enum class RegisterMode : std::uint8_t { open, approve, closed };
std::string_view token(RegisterMode mode);

}  // namespace stoa::muc
