#include <array>
#include <string_view>
#include <utility>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/stanza/presences.hpp>

namespace stoa {

namespace {

constexpr std::size_t max_sessions = 1'000'000;  ///< a bound on memory, some 200 MB

}  // namespace

Show show_of(const Stanza& presence) {
  constexpr std::array<std::pair<std::string_view, Show>, 4> shows = {
      {{"chat", Show::chat}, {"away", Show::away}, {"dnd", Show::dnd}, {"xa", Show::xa}}};
  const xml::Element* child = presence.element.child("show", presence.element.ns());
  if (child == nullptr) return Show::online;
  const std::string said = child->text();
  for (const auto& [word, show] : shows) {
    if (said == word) return show;
  }
  return Show::online;
}

bool Presences::available(const Jid& jid, Shows among) const {
  const auto entity = entities_.find(std::string(jid.bare_view()));
  if (entity == entities_.end()) return false;
  const auto counts = [&](const Session& session) { return (bit(session.show) & among) != 0; };
  if (jid.is_full()) {
    const auto session = entity->second.find(jid.resource());
    return session != entity->second.end() && counts(session->second);
  }
  for (const auto& [resource, session] : entity->second) {
    if (counts(session)) return true;
  }
  return false;
}

bool Presences::came(const Jid& full, Show show) {
  const std::string bare(full.bare_view());
  const auto known = entities_.find(bare);
  const bool there = known != entities_.end() && known->second.contains(full.resource());
  if (!there && sessions_ >= max_sessions) return false;
  entities_[bare][std::string(full.resource())] = Session{show, round_};
  if (!there) ++sessions_;
  return !there;
}

bool Presences::went(const Jid& jid) {
  const auto entity = entities_.find(std::string(jid.bare_view()));
  if (entity == entities_.end()) return false;
  if (jid.is_full()) {
    const auto session = entity->second.find(jid.resource());
    if (session == entity->second.end()) return false;
    entity->second.erase(session);
    --sessions_;
    if (entity->second.empty()) entities_.erase(entity);
    return true;
  }
  sessions_ -= entity->second.size();
  entities_.erase(entity);
  return true;
}

std::vector<Jid> Presences::take_silent(const Jid& bare) {
  std::vector<Jid> silent;
  const auto entity = entities_.find(std::string(bare.bare_view()));
  if (entity == entities_.end()) return silent;
  for (const auto& [resource, session] : entity->second) {
    if (session.round == round_) continue;
    silent.push_back(resource.empty() ? bare : bare.with_resource(resource));
  }
  for (const Jid& jid : silent) went(jid);
  return silent;
}

}  // namespace stoa
