#include "muc/wire/strip.hpp"

#include <algorithm>
#include <array>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

namespace stoa::muc {
namespace {

/// Everything in these namespaces is the room's to say.
constexpr std::array<std::string_view, 8> reserved{ns::muc,       ns::muc_user,    ns::muc_admin,
                                                   ns::muc_owner, ns::occupant_id, ns::hats,
                                                   ns::mav,       "urn:xmpp:raa:0"};

bool is_moderated(const xml::Element& element) {
  return element.is("moderated", ns::moderate);
}

bool is_own(const xml::Element& child, std::string_view attribute, const Jid& address) {
  const auto value = child.attr(attribute);
  if (!value) return false;
  if (*value == address.str()) return true;
  const auto jid = Jid::parse(*value);
  return jid && *jid == address;
}

bool names_origin(const xml::Element& addresses) {
  for (const xml::Element* address : addresses.children()) {
    if (address->attr_or("type", "") == "ofrom") return true;
  }
  return false;
}

}  // namespace

bool Strip::drops(const xml::Element& child) const {
  if (std::find(reserved.begin(), reserved.end(), child.ns()) != reserved.end()) return true;
  if (is_moderated(child)) return true;
  if (child.is("stanza-id", ns::sid)) return is_own(child, "by", room);
  if (child.is("delay", ns::delay) || child.is("x", ns::legacy_delay)) {
    return is_own(child, "from", room) || is_own(child, "from", service);
  }
  return child.is("addresses", ns::addresses) && names_origin(child);
}

void Strip::write(std::string& out, const xml::Element& child) const {
  if (!child.is("retract", ns::retract) || !child.child("moderated", ns::moderate)) {
    return xml::write(out, child, ns::client);
  }
  xml::Element clean = child;
  std::erase_if(clean.nodes(), [](const xml::Node& node) {
    return node.element() && is_moderated(*node.element());
  });
  xml::write(out, clean, ns::client);
}

std::string stripped(const Stanza& stanza, const Strip& strip, std::string_view without) {
  std::string payload;
  for (const xml::Node& node : stanza.element.nodes()) {
    const xml::Element* child = node.element();
    if (!child || strip.drops(*child)) continue;
    if (!without.empty() && child->is(without, ns::client)) continue;
    strip.write(payload, *child);
  }
  return payload;
}

}  // namespace stoa::muc
