#include <algorithm>
#include <array>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/refusals.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view occupant_iq_section = "XEP-0045 17.4";

bool is_disco(const xml::Element& payload) {
  return payload.is("query", ns::disco_info) || payload.is("query", ns::disco_items);
}

/// What the user's server answers in its place ([MUC-IQ-04]).
bool is_for_server(const request::OccupantIq& ask) {
  constexpr std::array<std::string_view, 3> served{ns::vcard, "urn:ietf:params:xml:ns:vcard-4.0",
                                                   ns::pubsub};
  return ask.type == "get" &&
         std::find(served.begin(), served.end(), ask.payload.ns()) != served.end();
}

std::optional<StanzaError> refused(const Scene& scene, const request::OccupantIq& ask,
                                   const Occupant* asked) {
  if (!scene.room.occupants.by_session(ask.from)) {
    if (is_disco(ask.payload)) {
      return StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0045 6.6");
    }
    return refusal::not_an_occupant(occupant_iq_section);
  }
  if (!asked) {
    return StanzaError(ErrorType::cancel, Condition::item_not_found, occupant_iq_section,
                       "Nobody has that nickname");
  }
  const bool vcard = ask.type == "get" && ask.payload.is("vCard", ns::vcard);
  const bool passes = scene.room.config->occupant_iq || vcard;
  if (!passes || (ask.type == "set" && !scene.settings.occupant_iq_set)) {
    return StanzaError(ErrorType::cancel, Condition::not_allowed, occupant_iq_section,
                       "Requests between occupants are switched off");
  }
  if (scene.room.extra().iqs.size() >= scene.settings.limits.pending_iqs) {
    return refusal::too_often(occupant_iq_section);
  }
  return std::nullopt;
}

/// A session that asks whether it is in the room (XEP-0410, 3).
bool is_self_ping(const request::OccupantIq& ask, const Occupant* asked) {
  return asked && asked->session(ask.from) && ask.payload.is("ping", ns::ping);
}

xml::Element iq(const Jid& from, const Jid& to, std::string_view type, std::string_view id) {
  return xml::Element("iq", ns::client)
      .set("from", from.str())
      .set("to", to.str())
      .set("type", type)
      .set("id", id);
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::OccupantIq& ask) {
  const RoomState& room = scene.room;
  const Occupant* asked = room.occupants.by_key(fold_case(ask.nick()));
  if (is_self_ping(ask, asked)) return nothing();
  if (auto refusal = refused(scene, ask, asked)) return *std::move(refusal);
  const Occupant& asker = *room.occupants.by_session(ask.from);
  PendingIq pending;
  pending.id = scene.context.ids.token();
  pending.asked = is_for_server(ask) ? asked->shown().jid.bare() : asked->shown().jid;
  pending.asker = ask.from;
  pending.answer_from = ask.to;
  pending.original_id = ask.id;
  pending.until = scene.now() + scene.settings.times.iq_timeout;

  Draft draft(scene);
  xml::Element stanza = iq(room.occupant_jid(asker.nick), pending.asked, ask.type, pending.id);
  if (!ask.lang.empty()) stanza.set_lang(ask.lang);
  stanza.add(ask.payload);
  draft.arm(pending.until);
  draft.fleeting(change::fleeting::IqSet{std::nullopt, std::move(pending)});
  draft.say(say::One{std::move(stanza)});
  draft.reply_later();
  return std::move(draft).done();
}

}  // namespace stoa::muc
