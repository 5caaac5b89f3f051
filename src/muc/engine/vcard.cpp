#include <utility>

#include "muc/engine/refusals.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/room_presence.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {

RoomDecision rules::decide(const Scene& scene, const request::GetVcard&) {
  return ReadPlan<Read>{read::Vcard{scene.room.number}};
}

RoomDecision rules::decide(const Scene& scene, const request::SetVcard& ask) {
  if (auto refusal = denied(OfRoom::set_vcard, scene, ask.from)) return *std::move(refusal);
  if (ask.vcard.size() > scene.settings.limits.vcard) {
    return StanzaError(ErrorType::modify, Condition::not_acceptable, "XEP-0486 4",
                       "The vCard is too large");
  }
  Draft draft(scene);
  draft.change(
      change::VcardSet{scene.room.number, ask.vcard, scene.room.extra().avatar_hashes, ask.hashes});
  draft.say(say::Notice{{104}, scene.context.ids.token()});
  show_room(draft, {*scene.room.config, ask.hashes});
  return std::move(draft).done();
}

}  // namespace stoa::muc
