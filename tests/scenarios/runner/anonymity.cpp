#include "scenarios/runner/anonymity.hpp"

#include <string_view>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

#include "scenarios/runner/player.hpp"
#include "scenarios/runner/show.hpp"

namespace scenario {
namespace {

using stoa::xml::Element;
namespace ns = stoa::ns;

std::string bare_of(std::string_view jid) {
  return std::string(jid.substr(0, jid.find('/')));
}

bool is_person(std::string_view bare) {
  return bare.find('@') != std::string_view::npos;
}

/// The stanza without its addresses.
std::string content_of(const Element& stanza) {
  std::string text;
  for (const auto& attribute : stanza.attributes()) {
    if (attribute.name != "from" && attribute.name != "to") text += attribute.value + "\n";
  }
  for (const Element* child : stanza.children()) text += stoa::xml::to_string(*child, ns::client);
  return text;
}

/// A decline names who declines, to whoever invited that address.
bool is_decline(const Element& stanza) {
  const Element* x = stanza.child("x", ns::muc_user);
  return x && x->child("decline", ns::muc_user);
}

template <class Visit>
void each_item(const Element& element, Visit visit) {
  for (const Element* child : element.children()) {
    if (child->name() == "item" && child->attr("affiliation")) visit(*child);
    each_item(*child, visit);
  }
}

}  // namespace

void Anonymity::sent(const Element& stanza) {
  const std::string sender = bare_of(stanza.attr_or("from", ""));
  const std::string room = bare_of(stanza.attr_or("to", ""));
  if (is_person(sender)) people_.insert(sender);
  const std::string content = content_of(stanza);
  for (const std::string& one : people_) {
    if (content.find(one) == std::string::npos) continue;
    written_[sender].insert(one);
    if (stanza.name() != "iq") spoken_.insert(one);
    // A list of owners and admins that is submitted; whoever is on it may see addresses.
    if (content.find("muc#owner") != std::string::npos) ranked_.insert({room, one});
  }
  each_item(stanza, [&](const Element& item) {
    const auto affiliation = item.attr("affiliation");
    const bool ranks = affiliation == "admin" || affiliation == "owner";
    if (ranks && item.attr("jid")) ranked_.insert({room, bare_of(*item.attr("jid"))});
  });
}

void Anonymity::learn_codes(const std::string& room, const Heard& heard) {
  const Element* x = heard.stanza.child("x", ns::muc_user);
  if (!x) return;
  std::set<std::string> codes;
  for (const Element* status : x->children("status", ns::muc_user)) {
    codes.insert(std::string(status->attr_or("code", "")));
  }
  if (codes.contains("173") || codes.contains("201")) open_.erase(room);
  if (codes.contains("100") || codes.contains("172")) open_.insert(room);
  const Element* item = x->child("item", ns::muc_user);
  if (!codes.contains("110") || !item || heard.stanza.name() != "presence") return;
  const auto affiliation = item->attr("affiliation");
  if (affiliation == "admin" || affiliation == "owner") ranked_.insert({room, bare_of(heard.to)});
  if (item->attr("role") == "moderator") {
    moderators_.insert({room, heard.to});
  } else {
    moderators_.erase({room, heard.to});
  }
}

bool Anonymity::trusted(const std::string& room, const std::string& session) const {
  if (bare_of(session) == "admin@shakespeare.lit") return true;  // the service administrator
  return moderators_.contains({room, session}) || ranked_.contains({room, bare_of(session)});
}

std::optional<std::string> Anonymity::shown_in(const Heard& heard) const {
  const std::string hearer = bare_of(heard.to);
  const auto written = written_.find(hearer);
  const std::string text = content_of(heard.stanza);
  for (const std::string& one : people_) {
    if (one == hearer || text.find(one) == std::string::npos || spoken_.contains(one)) continue;
    if (written != written_.end() && written->second.contains(one)) continue;
    return one;
  }
  return std::nullopt;
}

std::optional<std::string> Anonymity::heard(const std::vector<Heard>& batch) {
  // Whoever was trusted before the action, or is after it, may hear of addresses in it.
  const Anonymity before = *this;
  for (const Heard& it : batch) {
    learn_codes(bare_of(it.stanza.attr_or("from", "")), it);
  }
  for (const Heard& it : batch) {
    const std::string room = bare_of(it.stanza.attr_or("from", ""));
    if (!is_person(room) || people_.contains(room) || is_decline(it.stanza)) continue;
    if (open_.contains(room) || before.open_.contains(room)) continue;
    if (trusted(room, it.to) || before.trusted(room, it.to)) continue;
    if (const auto shown = shown_in(it)) {
      return it.to + " is shown the address of " + *shown + ":\n" + scenario::shown(it.stanza);
    }
  }
  return std::nullopt;
}

}  // namespace scenario
