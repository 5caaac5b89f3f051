#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

#include "muc/engine/commands.hpp"
#include "muc/engine/departure.hpp"
#include "muc/engine/lobby.hpp"
#include "muc/engine/message.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

using Errands = std::vector<std::pair<std::string, Request>>;

void record(Draft& draft, const Jid& by, std::string what, const std::string& reason) {
  draft.change(
      change::Audited{{draft.scene.now(), by, std::move(what), draft.room().jid.str(), reason}});
}

template <class R>
Errands to_each(const found::Rooms& rooms, const R& request) {
  Errands errands;
  for (const found::Room& room : rooms.rooms) errands.emplace_back(room.localpart, request);
  return errands;
}

bool is_one_of(const std::vector<Jid>& users, const Jid& session) {
  return std::any_of(users.begin(), users.end(), [&](const Jid& user) {
    return user.local().empty() ? user.domain() == session.domain()
                                : user.str() == session.bare_view();
  });
}

/// Whether somebody was there, or something was said, behind the time of an order to end.
bool used_since(const RoomState& room, Timestamp since) {
  if (!room.occupants.empty() || room.created >= since) return true;
  const History* history = room.history.get();
  return history && !history->rows.empty() && history->rows.back()->stamp >= since;
}

}  // namespace

Errands Engine::errands(const Read& read, const ReadResult& found) {
  const auto* of = std::get_if<read::ForCommand>(&read);
  const auto* rooms = std::get_if<found::Rooms>(&found);
  if (!of || !rooms) return {};
  switch (errand_of(of->node)) {
    case Errand::none:
      return {};
    case Errand::end:
      return to_each(*rooms, request::End{of->by, of->reason, of->venue, of->when});
    case Errand::expel:
      return to_each(*rooms, request::Expel{of->by, of->users, of->reason, false});
    case Errand::announce:
      return to_each(*rooms, request::Announce{of->by, of->text});
    case Errand::stop: {
      Errands errands = to_each(*rooms, request::Announce{of->by, of->text});
      errands.emplace(errands.begin(), std::string(lobby_key),
                      request::Stop{of->by, of->when.value(), of->node == shutdown_command});
      return errands;
    }
    case Errand::ban: {
      Errands errands = to_each(*rooms, request::Expel{of->by, of->users, of->reason, true});
      errands.emplace(errands.begin(), std::string(lobby_key),
                      request::Ban{of->by, of->users, of->reason, of->when});
      return errands;
    }
  }
  return {};
}

RoomDecision rules::decide(const Scene& scene, const request::End& ask) {
  const RoomState& room = scene.room;
  if (ask.unused_since && used_since(room, *ask.unused_since)) {
    return StanzaError(ErrorType::cancel, Condition::conflict, "XEP-0050",
                       "Somebody was there meanwhile");
  }
  Draft draft(scene);
  std::optional<GoneRoom> gone;
  if (scene.settings.tombstones && !ask.unused_since) {
    gone = GoneRoom{ask.venue, scene.now() + scene.settings.times.tombstone};
  }
  std::optional<Burial> kept;
  const Duration window = scene.settings.times.undelete;
  if (room.config->persistent && window > Duration::zero()) {
    kept = Burial{scene.now(), scene.now() + window, ask.by, ask.reason};
  }
  xml::Element destroy("destroy", ns::muc_user);
  if (!ask.venue.empty()) destroy.set("jid", ask.venue.str());
  if (!ask.reason.empty()) destroy.add("reason", ns::muc_user).text(ask.reason);
  record(draft, ask.by, ask.unused_since ? "expire" : "destroy", ask.reason);
  end_room(draft, xml::to_string(destroy, ns::muc_user), {std::move(gone), std::move(kept)});
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::Expel& ask) {
  Draft draft(scene);
  Departure how;
  how.codes = {static_cast<std::uint16_t>(ask.banned ? 301 : 307)};
  how.reason = ask.reason;
  std::size_t removed = 0;
  scene.room.occupants.each([&](const Occupant& one) {
    const Jid& session = one.sessions.front().jid;
    if (!is_one_of(ask.users, session)) return;
    const Affiliation shown =
        ask.banned ? Affiliation::outcast : scene.room.affiliation_of(session);
    Farewell farewell = remove_occupant(draft, one, shown, how);
    draft.say(std::move(farewell.own));
    for (auto& others : farewell.others) draft.say(std::move(others));
    removed += one.sessions.size();
  });
  if (removed == 0) return nothing();
  record(draft, ask.by, ask.banned ? "ban" : "remove-user", ask.reason);
  end_if_deserted(draft, scene.room.occupants.sessions() - removed);
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::Announce& ask) {
  if (scene.room.occupants.empty() || scene.room.locked()) return nothing();
  Draft draft(scene);
  ArchiveRow row;
  row.id = scene.context.ids.token();
  row.stamp = scene.now();
  row.kind = RowKind::notice;
  row.semi_anonymous = scene.room.config->semi_anonymous();
  row.author = scene.settings.service;
  row.message_id = scene.context.ids.token();
  row.payload = xml::to_string(xml::Element("body", ns::client).text(ask.text), ns::client);
  accept(draft, std::move(row), Storing::stored, ask.text);
  record(draft, ask.by, "announce", {});
  return std::move(draft).done();
}

}  // namespace stoa::muc
