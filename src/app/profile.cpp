#include "app/profile.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include <sys/utsname.h>

#include <stoa/stanza/namespaces.hpp>

namespace stoa::app {

namespace {

void add_field(xml::Element& vcard, std::string_view name, const std::string& value) {
  if (!value.empty()) vcard.add(xml::Element(name, ns::vcard).text(value));
}

void add_contacts(std::vector<disco::Contact>& contacts, disco::ContactKind kind,
                  const std::vector<std::string>& uris) {
  for (const std::string& uri : uris) contacts.push_back({kind, uri});
}

std::string system_name() {
  utsname system{};
  return uname(&system) == 0 ? std::string(system.sysname) + " " + system.release : std::string();
}

}  // namespace

disco::ServiceProfile profile_of(const ServiceConfig& config) {
  using Kind = disco::ContactKind;
  disco::ServiceProfile profile;
  profile.name = "Stoa";
  profile.version = STOA_VERSION;
  if (config.show_system) profile.os = system_name();
  xml::Element vcard("vCard", ns::vcard);
  add_field(vcard, "FN", config.name);
  add_field(vcard, "DESC", config.description);
  add_field(vcard, "URL", config.url);
  profile.vcard = std::move(vcard);
  add_contacts(profile.contacts, Kind::abuse, config.abuse);
  add_contacts(profile.contacts, Kind::admin, config.admin);
  add_contacts(profile.contacts, Kind::feedback, config.feedback);
  add_contacts(profile.contacts, Kind::sales, config.sales);
  add_contacts(profile.contacts, Kind::security, config.security);
  add_contacts(profile.contacts, Kind::status, config.status);
  add_contacts(profile.contacts, Kind::support, config.support);
  return profile;
}

}  // namespace stoa::app
