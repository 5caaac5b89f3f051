#include <chrono>
#include <utility>

#include <stoa/forms/form.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/rates.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/rules.hpp"
#include "muc/engine/standing.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view voice_section = "XEP-0045 7.13";
constexpr std::string_view request_form_type = "http://jabber.org/protocol/muc#request";

forms::Field field(std::string_view var, forms::FieldType type, std::string_view label,
                   std::string value) {
  forms::Field made;
  made.var = var;
  made.type = type;
  made.label = label;
  made.values = {std::move(value)};
  return made;
}

/// The form that moderators get (8.6).
xml::Element question(const Occupant& asker, const Jid& session) {
  forms::Form form{.type = forms::FormType::form, .title = "Voice request"};
  form.instructions = "To approve this request for voice, tick the box and submit the form.";
  form.form_type = request_form_type;
  forms::Field role =
      field("muc#role", forms::FieldType::list_single, "Requested role", "participant");
  role.choices = {{"participant", "Participant"}};
  form.fields = {std::move(role),
                 field("muc#jid", forms::FieldType::jid_single, "User", session.str()),
                 field("muc#roomnick", forms::FieldType::text_single, "Nickname", asker.nick),
                 field("muc#request_allow", forms::FieldType::boolean, "Grant voice?", "0")};
  return forms::encode(form);
}

RoomDecision request_voice(const Scene& scene, const request::Voice& ask, const Occupant& asker) {
  const RoomConfig& config = *scene.room.config;
  if (ask.role != "participant") {
    return StanzaError(ErrorType::modify, Condition::bad_request, voice_section,
                       "Only the role participant can be asked for");
  }
  if (!config.voice_requests)
    return refusal::forbidden(voice_section, "Voice cannot be asked for here");
  if (asker.role > Role::visitor) {
    return StanzaError(ErrorType::cancel, Condition::conflict, voice_section, "You have voice");
  }
  const Jid user = ask.from.bare();
  const Meter* last = meter_of(scene.room, Meter::Of::voice, user);
  if (last && scene.now() - last->at < std::chrono::seconds(config.voice_interval)) {
    return refusal::too_often("XEP-0045 14.6");
  }
  Draft draft(scene);
  const xml::Element form = question(asker, ask.from);
  bool heard = false;
  scene.room.occupants.each([&](const Occupant& one) {
    if (one.role != Role::moderator) return;
    for (const Session& session : one.sessions) {
      xml::Element stanza("message", ns::client);
      stanza.set("from", scene.room.jid.str()).set("to", session.jid.str());
      stanza.add(form);
      draft.say(say::One{std::move(stanza)});
      heard = true;
    }
  });
  if (!heard) {
    return StanzaError(ErrorType::wait, Condition::recipient_unavailable, voice_section,
                       "No moderator is here");
  }
  draft.fleeting(noted(scene, Meter::Of::voice, user));
  return std::move(draft).done();
}

RoomDecision answer_request(const Scene& scene, const request::Voice& ask) {
  if (auto refusal = denied(InRoom::moderate, scene, ask.from)) return *std::move(refusal);
  if (!*ask.allow) return nothing();
  const Occupant* asker = scene.room.occupants.by_session(ask.jid_field);
  if (!asker && !ask.nick_field.empty()) {
    asker = scene.room.occupants.by_key(fold_case(ask.nick_field));
  }
  if (!asker) {
    return StanzaError(ErrorType::cancel, Condition::item_not_found, "XEP-0045 8.6",
                       "That person has left");
  }
  if (asker->role != Role::visitor) return nothing();
  Draft draft(scene);
  Standing standing(draft, actor_of(scene.room, ask.from), *scene.room.config);
  standing.give_role(*asker, Role::participant, {});
  standing.settle();
  return std::move(draft).done();
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::Voice& ask) {
  if (auto refusal = denied(InRoom::ask_for_voice, scene, ask.from)) return *std::move(refusal);
  if (ask.allow) return answer_request(scene, ask);
  return request_voice(scene, ask, *scene.room.occupants.by_session(ask.from));
}

}  // namespace stoa::muc
