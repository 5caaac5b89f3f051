#include <algorithm>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/departure.hpp"
#include "muc/engine/liveness.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

/// An answer to the room's own ping: all but those that say "gone" are signs of life.
RoomDecision answered_ping(const Scene& scene, const request::IqAnswer& ask) {
  const Occupant* occupant = scene.room.occupants.by_session(ask.from);
  const Session* session = occupant ? occupant->session(ask.from) : nullptr;
  if (!session || session->pinged == Timestamp{}) return nothing();
  Draft draft(scene);
  const bool gone = ask.condition &&
                    (is_gone(*ask.condition) || *ask.condition == Condition::service_unavailable);
  if (gone) {
    remove_dead(draft, {ask.from});
  } else {
    note_life(draft, *session);
  }
  return std::move(draft).done();
}

bool comes_from(const Jid& asked, const Jid& from) {
  return from == asked || (from.is_bare() && from.str() == asked.bare_view());
}

xml::Element relayed(const PendingIq& pending, const request::IqAnswer& ask) {
  xml::Element stanza("iq", ns::client);
  stanza.set("from", pending.answer_from.str()).set("to", pending.asker.str());
  stanza.set("type", ask.type).set("id", pending.original_id);
  for (const xml::Element& child : ask.children) {
    xml::Element& copy = stanza.add(child);
    if (child.is("error", ns::client)) copy.remove_attr("by");
  }
  return stanza;
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::IqAnswer& ask) {
  if (ask.to.is_bare()) return answered_ping(scene, ask);
  const auto& iqs = scene.room.extra().iqs;
  const auto at = std::find_if(iqs.begin(), iqs.end(), [&](const PendingIq& one) {
    return one.id == ask.id && comes_from(one.asked, ask.from);
  });
  if (at == iqs.end()) return nothing();
  Draft draft(scene);
  draft.fleeting(change::fleeting::IqSet{*at, std::nullopt});
  if (scene.room.occupants.by_session(at->asker)) draft.say(say::One{relayed(*at, ask)});
  return std::move(draft).done();
}

}  // namespace stoa::muc
