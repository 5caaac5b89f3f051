#include <stoa/pep/grants.hpp>

namespace stoa::pep {

namespace {

/// The child of that name in a version of the protocol; nullptr where there is none.
const xml::Element* announcement(const xml::Element& message, std::string_view name,
                                 std::string_view stem) {
  for (const xml::Element* child : message.children()) {
    if (child->name() == name && is_version_of(stem, child->ns())) return child;
  }
  return nullptr;
}

/// XEP-0356, 6.1. A server that nests the namespaces in one another means the same.
void read_namespaces(const xml::Element& within, Privileges& privileges) {
  for (const xml::Element* named : within.children("namespace", privileges.ns)) {
    const std::string_view type = named->attr_or("type", {});
    const std::string_view ns = named->attr_or("ns", {});
    if (type == "get" || type == "both") privileges.iq_get.emplace(ns);
    if (type == "set" || type == "both") privileges.iq_set.emplace(ns);
    read_namespaces(*named, privileges);
  }
}

/// Unknown accesses and types are passed over.
void read_permission(const xml::Element& permission, Privileges& privileges) {
  const std::string_view access = permission.attr_or("access", {});
  const std::string_view type = permission.attr_or("type", {});
  if (access == "roster") {
    privileges.roster = type == "get" || type == "both";
  } else if (access == "message") {
    privileges.messages = type == "outgoing";
  } else if (access == "presence") {
    if (type == "managed_entity") privileges.presence = Privileges::Presence::managed;
    if (type == "roster") privileges.presence = Privileges::Presence::roster;
  } else if (access == "iq") {
    read_namespaces(permission, privileges);
  }
}

}  // namespace

bool is_version_of(std::string_view stem, std::string_view ns) {
  if (!ns.starts_with(stem)) return false;
  const std::string_view version = ns.substr(stem.size());
  return version == "1" || version == "2";
}

std::optional<Delegated> read_delegation(const xml::Element& message) {
  const xml::Element* const found = announcement(message, "delegation", delegation_stem);
  if (found == nullptr || found->attr("to")) return std::nullopt;  // of one user: client mode
  Delegated delegated{.ns = found->ns()};
  for (const xml::Element* one : found->children("delegated", found->ns())) {
    if (const auto name = one->attr("namespace")) delegated.namespaces.emplace(*name);
  }
  return delegated;
}

std::optional<Privileges> read_privileges(const xml::Element& message) {
  const xml::Element* const found = announcement(message, "privilege", privilege_stem);
  if (found == nullptr) return std::nullopt;
  Privileges privileges{.ns = found->ns()};
  for (const xml::Element* one : found->children("perm", found->ns())) {
    read_permission(*one, privileges);
  }
  return privileges;
}

}  // namespace stoa::pep
