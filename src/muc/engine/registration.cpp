#include <algorithm>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/departure.hpp"
#include "muc/engine/join.hpp"
#include "muc/engine/lobby.hpp"
#include "muc/engine/nick.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/rules.hpp"
#include "muc/engine/standing.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view registration_section = "XEP-0045 7.10";
constexpr std::string_view register_form_type = "http://jabber.org/protocol/muc#register";
constexpr std::string_view nick_field = "muc#register_roomnick";
constexpr std::string_view allow_field = "muc#register_allow";

using Refused = std::optional<StanzaError>;

forms::Field nick_row(const std::string& nick) {
  forms::Field field;
  field.var = nick_field;
  field.type = forms::FieldType::text_single;
  field.label = "Nickname";
  field.values = {nick};
  field.required = true;
  return field;
}

Refused closed_to(const Scene& scene, const Jid& user) {
  if (!scene.settings.registration) {
    return StanzaError(ErrorType::cancel, Condition::service_unavailable, registration_section);
  }
  if (Refused refusal = denied(OfRoom::register_nick, scene, user)) return refusal;
  const bool closed = scene.room.config->register_mode == RegisterMode::closed &&
                      scene.room.affiliation_of(user) == Affiliation::none;
  if (closed) {
    return StanzaError(ErrorType::cancel, Condition::not_allowed, registration_section,
                       "You cannot register here");
  }
  return std::nullopt;
}

const PendingRegistration* pending_of(const RoomState& room, const Jid& user) {
  for (const PendingRegistration& one : room.extra().registrations) {
    if (one.jid == user) return &one;
  }
  return nullptr;
}

/// The question to every admin and owner, present or not (9.9).
void ask_admins(Draft& draft, const PendingRegistration& pending) {
  forms::Form form{.type = forms::FormType::form, .title = "Registration request"};
  form.instructions = "To approve this registration, tick the box and submit the form.";
  form.form_type = register_form_type;
  forms::Field user;
  user.var = "muc#jid";
  user.type = forms::FieldType::jid_single;
  user.label = "User";
  user.values = {pending.jid.str()};
  forms::Field allow;
  allow.var = allow_field;
  allow.type = forms::FieldType::boolean;
  allow.label = "Allow?";
  allow.values = {"0"};
  form.fields = {std::move(user), nick_row(pending.nick), std::move(allow)};
  const xml::Element encoded = forms::encode(form);
  for (const Affiliate& row : draft.room().affiliations.rows()) {
    if (row.affiliation < Affiliation::admin) continue;
    xml::Element stanza("message", ns::client);
    stanza.set("from", draft.room().jid.str()).set("to", row.jid.str());
    stanza.add(encoded);
    draft.say(say::One{std::move(stanza)});
  }
}

/// Renames the session of a user who was just registered, while nicks are locked down
/// ([MUC-REG-06]).
void rename_present(Draft& draft, const Standing& standing, const Affiliate& row) {
  const RoomState& room = draft.room();
  if (!room.config->nick_lockdown) return;
  std::vector<const Occupant*> present;
  room.occupants.each([&](const Occupant& one) {
    if (one.bare() == row.jid.str() && one.nick != row.nick) present.push_back(&one);
  });
  if (present.size() != 1 || present.front()->sessions.size() != 1) return;
  Occupant one = *present.front();
  one.role = standing.role_of(*present.front());
  Seat seat = seat_of(one, one.sessions.front());
  seat.nick = row.nick;
  const Moving moving{one, one.sessions.front(), std::move(seat), nullptr, {210}, row.affiliation};
  const Occupant after = leave_old_nick(draft, moving);
  greet_self(draft, moving, after);
  greet_others(draft, moving, after);
}

void enroll(Draft& draft, const Jid& sender, const Jid& user, const std::string& nick) {
  Standing standing(draft, actor_of(draft.room(), sender), *draft.room().config);
  Affiliate row = standing.row_of(user);
  if (row.affiliation == Affiliation::none) row.affiliation = Affiliation::member;
  row.nick = nick;
  row.nick_key = fold_case(nick);
  standing.affiliate(row);
  standing.settle();
  rename_present(draft, standing, row);
}

/// The applicant hears of the outcome ([MUC-REG-09]).
void tell_applicant(Draft& draft, const Jid& user, Affiliation affiliation) {
  const RoomState& room = draft.room();
  xml::Element stanza("message", ns::client);
  stanza.set("from", room.jid.str()).set("to", user.str());
  xml::Element& x = stanza.add("x", ns::muc_user);
  x.add("item", ns::muc_user).set("affiliation", token(affiliation)).set("role", "none");
  x.add("status", ns::muc_user).set("code", "101");
  draft.say(say::One{std::move(stanza)});
}

bool nick_free(const Scene& scene, const std::string& nick, const Jid& user) {
  const std::string key = fold_case(nick);
  const Occupant* there = scene.room.occupants.by_key(key);
  return !reserved_for_other(scene, key, user) && (!there || there->bare() == user.str());
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::GetRegistration& ask) {
  if (is_lobby(scene.room)) return register_at_service(scene, ask);
  const Jid user = ask.from.bare();
  if (Refused refusal = closed_to(scene, user)) return *std::move(refusal);
  Draft draft(scene);
  xml::Element query("query", ns::iq_register);
  const Affiliate* row = scene.room.affiliations.find(user.str());
  if (row && !row->nick.empty()) {
    query.add("registered", ns::iq_register);
    query.add("username", ns::iq_register).text(row->nick);
  } else {
    query.add("instructions", ns::iq_register).text("Choose the nickname that you want to keep.");
    forms::Form form{.type = forms::FormType::form, .title = "Registration"};
    form.form_type = register_form_type;
    form.fields = {nick_row({})};
    query.add(forms::encode(form));
  }
  draft.reply(std::move(query));
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::Register& ask) {
  if (is_lobby(scene.room)) return register_at_service(scene, ask);
  const Jid user = ask.from.bare();
  if (Refused refusal = closed_to(scene, user)) return *std::move(refusal);
  if (!is_nick(ask.nick, scene.settings.limits)) {
    return StanzaError(ErrorType::modify, Condition::bad_request, registration_section,
                       "That is no nickname");
  }
  if (!nick_free(scene, ask.nick, user)) return refusal::nick_taken(registration_section);
  Draft draft(scene);
  const bool waits = scene.room.config->register_mode == RegisterMode::approve &&
                     scene.room.affiliation_of(user) == Affiliation::none;
  if (!waits) {
    enroll(draft, ask.from, user, ask.nick);
    return std::move(draft).done();
  }
  const PendingRegistration* known = pending_of(scene.room, user);
  if (!known &&
      scene.room.extra().registrations.size() >= scene.settings.limits.pending_registrations) {
    return refusal::too_often("XEP-0045 14.6");
  }
  PendingRegistration pending{user, ask.nick, {}, scene.now()};
  ask_admins(draft, pending);
  draft.change(change::RegistrationSet{
      scene.room.number, known ? std::optional(*known) : std::nullopt, std::move(pending)});
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::Unregister& ask) {
  if (is_lobby(scene.room)) return register_at_service(scene, ask);
  const Jid user = ask.from.bare();
  const Affiliate* row = scene.room.affiliations.find(user.str());
  if (!row || row->nick.empty()) {
    return StanzaError(ErrorType::auth, Condition::registration_required, "XEP-0077 3.2");
  }
  Draft draft(scene);
  Standing standing(draft, actor_of(scene.room, ask.from), *scene.room.config);
  Affiliate after = *row;
  after.nick.clear();
  after.nick_key.clear();
  if (after.affiliation == Affiliation::member) after.affiliation = Affiliation::none;
  standing.affiliate(std::move(after));
  standing.settle();
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::RegistrationAnswer& ask) {
  if (Refused refusal = denied(OfRoom::manage_members, scene, ask.from)) {
    return *std::move(refusal);
  }
  const PendingRegistration* pending = pending_of(scene.room, ask.user.bare());
  if (!pending) return nothing();
  Draft draft(scene);
  draft.change(change::RegistrationSet{scene.room.number, *pending, std::nullopt});
  const bool granted = ask.allow && nick_free(scene, pending->nick, pending->jid);
  if (granted) enroll(draft, ask.from, pending->jid, pending->nick);
  tell_applicant(draft, pending->jid, granted ? Affiliation::member : Affiliation::none);
  return std::move(draft).done();
}

}  // namespace stoa::muc
