#pragma once

#include <optional>
#include <string>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/base/time.hpp>
#include <stoa/disco/disco.hpp>
#include <stoa/forms/form.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/stanza/stanza.hpp>
#include <stoa/xml/element.hpp>

/// What every address of the service answers alike, whichever service it hosts: ping (XEP-0199),
/// version (0092), uptime (0012), time (0202), vCard (0054), contact addresses (0157).
namespace stoa::disco {

/// The kinds of XEP-0157; the enumerator is the field's name without `-addresses`.
enum class ContactKind { abuse, admin, feedback, sales, security, status, support };

struct Contact {
  ContactKind kind = ContactKind::admin;
  std::string uri = {};
};

/// From the configuration.
struct ServiceProfile {
  std::string name = {};                   ///< of the software
  std::string version = {};                ///< of the software
  std::string os = {};                     ///< empty: not told
  std::optional<xml::Element> vcard = {};  ///< `<vCard xmlns='vcard-temp'/>`
  std::vector<Contact> contacts = {};
};

/// When the service started, and now.
struct Uptime {
  Timestamp started = {};
  Timestamp now = {};
};

/// The payload of a result; empty for an empty result.
using Answer = std::optional<xml::Element>;

/// The answer to an iq get of the kinds above; nullopt where the request is none of these (or the
/// profile has no vCard), and then somebody else answers it. Never call it for another kind of
/// stanza.
std::optional<Answer> answer(const Stanza& request, const ServiceProfile& profile, Uptime uptime);

/// The features of what answer() answers, from the same table, and of service discovery itself.
std::vector<std::string> service_features(const ServiceProfile& profile);

/// The form of contact addresses (FORM_TYPE http://jabber.org/network/serverinfo); nullopt where
/// the profile has none.
std::optional<forms::Form> contact_form(const ServiceProfile& profile);

/// Adds service_features() and contact_form() to an info.
void add_common(Info& info, const ServiceProfile& profile);

}  // namespace stoa::disco
