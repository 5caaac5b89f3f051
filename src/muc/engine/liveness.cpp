#include "muc/engine/liveness.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

namespace stoa::muc {
namespace {

constexpr std::array gone_conditions{
    Condition::gone,     Condition::item_not_found,          Condition::recipient_unavailable,
    Condition::redirect, Condition::remote_server_not_found, Condition::remote_server_timeout};

using Life = change::fleeting::Pinged::Life;

Life life_of(const Session& session) {
  return Life{session.heard, session.pinged, session.unanswered};
}

}  // namespace

bool is_gone(Condition condition) {
  return std::find(gone_conditions.begin(), gone_conditions.end(), condition) !=
         gone_conditions.end();
}

void ping(Draft& draft, const Session& session) {
  xml::Element stanza("iq", ns::client);
  stanza.set("from", draft.room().jid.str()).set("to", session.jid.str());
  stanza.set("type", "get").set("id", draft.scene.context.ids.token());
  stanza.add("ping", ns::ping);
  const Life before = life_of(session);
  const bool again = before.pinged != Timestamp{};
  const Life after{before.heard, draft.scene.now(),
                   static_cast<std::uint8_t>(before.unanswered + (again ? 1 : 0))};
  draft.fleeting(change::fleeting::Pinged{session.jid, before, after});
  draft.say(say::One{std::move(stanza), Redelivery::drop});
}

void note_life(Draft& draft, const Session& session) {
  draft.fleeting(change::fleeting::Pinged{session.jid, life_of(session),
                                          Life{draft.scene.now(), Timestamp{}, 0}});
}

Timestamp next_look(const Session& session, const Settings& settings) {
  if (session.pinged != Timestamp{}) return session.pinged + settings.times.ping_timeout;
  if (session.heard == Timestamp{}) return Timestamp{};
  if (settings.times.silent_session <= Duration::zero()) return Timestamp::max();
  return session.heard + settings.times.silent_session;
}

}  // namespace stoa::muc
