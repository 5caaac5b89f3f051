#include "muc/engine/shown.hpp"

#include <algorithm>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

namespace stoa::muc {

Shown shown_of(const RoomState& room, const Occupant& occupant) {
  const Session& session = occupant.shown();
  Shown shown;
  shown.nick = occupant.nick;
  shown.payload = session.payload;
  shown.affiliation = room.affiliation_of(session.jid);
  shown.role = occupant.role;
  shown.jid = session.jid;
  shown.occupant_id = occupant.id;
  shown.hats = hats_of(room, occupant.bare());
  return shown;
}

Shown gone_of(const RoomState& room, const Occupant& occupant) {
  Shown shown = shown_of(room, occupant);
  shown.available = false;
  shown.payload.clear();
  shown.role = Role::none;
  return shown;
}

Shown absent(const RoomState& room, const Affiliate& row) {
  Shown shown;
  shown.nick = row.nick;
  shown.available = false;
  shown.affiliation = row.affiliation;
  shown.jid = row.jid;
  shown.occupant_id = room.occupant_id_of(row.jid.str());
  return shown;
}

bool is_stranger(const RoomState& room, const Occupant& occupant) {
  return occupant.role == Role::visitor &&
         room.affiliations.of(occupant.bare()) == Affiliation::none;
}

bool is_told(const Scene& scene, const Occupant& occupant) {
  return is_broadcast(scene.room, occupant.role) &&
         (!is_stranger(scene.room, occupant) || !is_crowd(scene));
}

std::string hats_of(const RoomState& room, std::string_view bare) {
  if (room.extra().hats.empty() || !room.config->hats) return {};
  const Affiliate* row = room.affiliations.find(bare);
  if (!row || row->hats.empty()) return {};
  xml::Element hats("hats", ns::hats);
  for (const Hat& hat : room.extra().hats) {
    if (std::find(row->hats.begin(), row->hats.end(), hat.uri) == row->hats.end()) continue;
    xml::Element& one = hats.add("hat", ns::hats);
    one.set("uri", hat.uri).set("title", hat.title);
    if (!hat.hue.empty()) one.set("hue", hat.hue);
    if (!hat.lang.empty()) one.set_lang(hat.lang);
  }
  return hats.first_child() ? xml::to_string(hats, ns::client) : std::string();
}

}  // namespace stoa::muc
