#include <optional>
#include <utility>

#include "muc/engine/lobby.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/room_presence.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

std::optional<StanzaError> too_large(const Scene& scene, const request::SetVcard& ask) {
  if (ask.vcard.size() <= scene.settings.limits.vcard) return std::nullopt;
  return StanzaError(ErrorType::modify, Condition::not_acceptable, "XEP-0486 4",
                     "The vCard is too large");
}

/// An empty one takes away what was set, so that the one of the configuration shows again.
RoomDecision set_at_service(const Scene& scene, const request::SetVcard& ask) {
  if (!scene.context.service_admin) return refusal::forbidden("XEP-0054 3.2");
  if (auto refusal = too_large(scene, ask)) return *std::move(refusal);
  Draft draft(scene);
  draft.change(
      change::VcardSet{scene.room.number, ask.vcard, scene.room.extra().avatar_hashes, ask.hashes});
  draft.change(
      change::Audited{{scene.now(), ask.from.bare(), "vcard", scene.settings.service.str(), {}}});
  return std::move(draft).done();
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::GetVcard&) {
  return ReadPlan<Read>{read::Vcard{scene.room.number, is_lobby(scene.room)}};
}

RoomDecision rules::decide(const Scene& scene, const request::SetVcard& ask) {
  if (is_lobby(scene.room)) return set_at_service(scene, ask);
  if (auto refusal = denied(OfRoom::set_vcard, scene, ask.from)) return *std::move(refusal);
  if (auto refusal = too_large(scene, ask)) return *std::move(refusal);
  Draft draft(scene);
  draft.change(
      change::VcardSet{scene.room.number, ask.vcard, scene.room.extra().avatar_hashes, ask.hashes});
  draft.say(say::Notice{{104}, scene.context.ids.token()});
  show_room(draft, {*scene.room.config, ask.hashes});
  return std::move(draft).done();
}

}  // namespace stoa::muc
