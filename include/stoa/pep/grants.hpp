#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <stoa/xml/element.hpp>

/// What a server lets its component do (XEP-0355, XEP-0356).
namespace stoa::pep {

inline constexpr std::string_view delegation_stem = "urn:xmpp:delegation:";
inline constexpr std::string_view privilege_stem = "urn:xmpp:privilege:";
inline constexpr std::string_view account_management = "urn:xmpp:pam:0";  ///< XEP-0376
inline constexpr std::string_view blocking = "urn:xmpp:blocking";

/// Whether the namespace is a version of that protocol that we speak: 1 or 2.
bool is_version_of(std::string_view stem, std::string_view ns);

/// `<delegation/>` of a message (XEP-0355, 4.2).
struct Delegated {
  std::string ns = {};  ///< as the server speaks it
  std::set<std::string> namespaces = {};
};

/// `<privilege/>` of a message (XEP-0356). What is not named is not allowed.
struct Privileges {
  enum class Presence { none, managed, roster };

  std::string ns = {};
  bool roster = false;    ///< may be read
  bool messages = false;  ///< may be sent in the name of users
  Presence presence = Presence::none;
  /// Namespaces in which iqs of that type may be sent in the name of users.
  std::set<std::string, std::less<>> iq_get = {};
  std::set<std::string, std::less<>> iq_set = {};
};

/// nullopt where the message holds none.
std::optional<Delegated> read_delegation(const xml::Element& message);
std::optional<Privileges> read_privileges(const xml::Element& message);

}  // namespace stoa::pep
