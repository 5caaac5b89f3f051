#include <utility>

#include "muc/engine/departure.hpp"
#include "muc/engine/rules.hpp"
#include "muc/engine/shown.hpp"

namespace stoa::muc {
namespace {

/// The creator of a room that was never unlocked goes: so does the room (10.1.3).
RoomDecision abandon(const Scene& scene, const Occupant& creator) {
  Draft draft(scene);
  Departure how;
  how.in_x = "<destroy/>";
  Farewell farewell = remove_occupant(draft, creator, Affiliation::none, how);
  destroy(draft);
  draft.say(std::move(farewell.own));
  return std::move(draft).done();
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::Leave& ask) {
  const Occupant* occupant = scene.room.occupants.by_session(ask.from);
  if (!occupant) return nothing();
  const std::size_t left = scene.room.occupants.sessions() - 1;
  if (scene.room.locked() && left == 0) return abandon(scene, *occupant);
  Draft draft(scene);
  Departure how;
  how.payload = ask.payload;
  depart(draft, *occupant, *occupant->session(ask.from), how);
  end_if_deserted(draft, left);
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::Shutdown&) {
  Draft draft(scene);
  Departure how;
  how.own_codes = {332};
  std::size_t left = scene.room.occupants.sessions();
  scene.room.occupants.each([&](const Occupant& occupant) {
    const Affiliation affiliation = scene.room.affiliation_of(occupant.sessions.front().jid);
    draft.say(remove_occupant(draft, occupant, affiliation, how).own);
    left -= occupant.sessions.size();
  });
  end_if_deserted(draft, left);
  return std::move(draft).done();
}

}  // namespace stoa::muc
