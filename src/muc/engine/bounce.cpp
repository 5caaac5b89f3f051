#include <algorithm>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/departure.hpp"
#include "muc/engine/liveness.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

bool says_gone(const request::Bounce& ask, bool of_private) {
  if (!ask.condition) return false;
  if (*ask.condition == Condition::service_unavailable) return !of_private;
  return is_gone(*ask.condition);
}

const SentPrivate* private_of(const RoomState& room, const request::Bounce& ask) {
  const auto& sent = room.extra().privates;
  const auto at = std::find_if(sent.rbegin(), sent.rend(), [&](const SentPrivate& one) {
    return one.id == ask.id && !ask.id.empty() && one.recipient.str() == ask.from.bare_view();
  });
  return at == sent.rend() ? nullptr : &*at;
}

std::vector<Jid> of_domain(const RoomState& room, std::string_view domain) {
  std::vector<Jid> sessions;
  room.occupants.each([&](const Occupant& occupant) {
    for (const Session& session : occupant.sessions) {
      if (session.jid.domain() == domain) sessions.push_back(session.jid);
    }
  });
  return sessions;
}

/// The writer of a private message hears that it did not arrive, from the nick it was sent to.
void pass_back(Draft& draft, const request::Bounce& ask, const SentPrivate& sent) {
  const RoomState& room = draft.room();
  if (!room.occupants.by_session(sent.writer)) return;
  xml::Element stanza("message", ns::client);
  stanza.set("from", room.occupant_jid(sent.to_nick).str()).set("to", sent.writer.str());
  stanza.set("type", "error").set("id", sent.id);
  xml::Element& error = stanza.add("error", ns::client);
  error.set("type", ask.error_type.empty() ? "cancel" : ask.error_type);
  error.add(token(ask.condition.value_or(Condition::undefined_condition)), ns::stanzas);
  draft.say(say::One{std::move(stanza)});
}

const Invitation* invitation_of(const RoomState& room, const request::Bounce& ask) {
  if (ask.of != request::Bounce::Of::message || ask.to.is_full() || ask.id.empty()) return nullptr;
  for (const Invitation& one : room.extra().invitations) {
    if (one.id == ask.id && one.invitee.bare() == ask.from.bare()) return &one;
  }
  return nullptr;
}

/// The inviter hears that nobody was there to be invited ([MUC-INV-11]).
RoomDecision uninvited(const Scene& scene, const Invitation& invitation) {
  Draft draft(scene);
  xml::Element stanza("message", ns::client);
  stanza.set("from", scene.room.jid.str()).set("to", invitation.inviter.str());
  stanza.set("type", "error").set("id", invitation.id);
  xml::Element& x = stanza.add("x", ns::muc_user);
  x.add("invite", ns::muc_user).set("to", invitation.invitee.str());
  xml::Element& error = stanza.add("error", ns::client).set("type", "cancel");
  error.add("item-not-found", ns::stanzas);
  draft.change(change::Invited{scene.room.number, invitation, std::nullopt});
  draft.say(say::One{std::move(stanza)});
  return std::move(draft).done();
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::Bounce& ask) {
  if (const Invitation* one = invitation_of(scene.room, ask)) return uninvited(scene, *one);
  const Occupant* occupant = scene.room.occupants.by_session(ask.from);
  if (!occupant) return nothing();
  const SentPrivate* sent = private_of(scene.room, ask);
  const bool of_room = ask.of == request::Bounce::Of::message && ask.to.is_bare();
  const bool of_private = sent || ask.of_private || of_room;
  Draft draft(scene);
  if (sent) pass_back(draft, ask, *sent);
  if (says_gone(ask, of_private)) {
    const bool domain = ask.condition == Condition::remote_server_not_found;
    remove_dead(draft,
                domain ? of_domain(scene.room, ask.from.domain()) : std::vector<Jid>{ask.from});
  }
  return std::move(draft).done();
}

}  // namespace stoa::muc
