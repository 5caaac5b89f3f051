#include <algorithm>
#include <utility>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

#include "muc/engine/invitation.hpp"
#include "muc/engine/rates.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/rules.hpp"
#include "muc/engine/standing.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view invite_section = "XEP-0045 7.8.2";

/// So many sent invitations are remembered for declines and bounces.
constexpr std::size_t remembered_invitations = 100;

void remember(Draft& draft, Invitation invitation) {
  const auto& known = draft.room().extra().invitations;
  if (known.size() >= remembered_invitations) {
    draft.change(change::Invited{draft.room().number, known.front(), std::nullopt});
  }
  draft.change(change::Invited{draft.room().number, std::nullopt, std::move(invitation)});
}

/// Adds elements that are kept as XML.
void add_xml(xml::Element& parent, const std::string& children) {
  const auto parsed = xml::parse("<c>" + children + "</c>", ns::client);
  if (!parsed) return;
  for (const xml::Element* child : parsed->children()) parent.add(*child);
}

void add_conference(xml::Element& stanza, const RoomState& room, const InvitationText& text) {
  xml::Element& direct = stanza.add("x", ns::conference);
  direct.set("jid", room.jid.str());
  if (text.has_reason) direct.set("reason", text.reason);
  if (room.config->password_protected) direct.set("password", room.config->password);
}

std::optional<StanzaError> may_invite(const Scene& scene, const request::Invite& ask) {
  const Affiliation rank = scene.rank_of(ask.from);
  if (auto refusal = denied(InRoom::invite, scene, ask.from)) return refusal;
  const bool present = scene.room.occupants.by_session(ask.from) != nullptr;
  if (!present && rank < Affiliation::member) {
    return refusal::forbidden("XEP-0045 17.2", "You are not in this room");
  }
  if (ask.malformed || ask.invites.empty()) {
    return StanzaError(ErrorType::modify, Condition::jid_malformed, "RFC 6120 8.3");
  }
  const RoomConfig& config = *scene.room.config;
  if (config.members_only && !config.allow_invites && rank < Affiliation::admin) {
    return refusal::forbidden("XEP-0045 9.5", "Only admins may invite here");
  }
  for (const auto& one : ask.invites) {
    if (one.to.domain() == scene.room.jid.domain()) {  // no room is invited ([MUC-COMP-02])
      return StanzaError(ErrorType::modify, Condition::jid_malformed, "RFC 6120 8.3");
    }
    if (scene.room.affiliation_of(one.to) == Affiliation::outcast) {
      return StanzaError(ErrorType::cancel, Condition::not_allowed, invite_section,
                         "That person is banned from this room");
    }
  }
  return std::nullopt;
}

/// The invitation that a decline answers, newest first; nullptr where the room sent none.
const Invitation* declined(const Scene& scene, const request::Decline& ask) {
  const RoomState& room = scene.room;
  const auto& sent = room.extra().invitations;
  const Timestamp oldest = scene.now() - scene.settings.times.invitation;
  const auto answers = [&](const Invitation& one) {
    if (one.invitee.bare_view() != ask.from.bare_view() || one.at < oldest) return false;
    if (ask.inviter.bare() == room.jid) return ask.inviter.resource() == one.nick;
    return one.inviter.bare_view() == ask.inviter.bare_view();
  };
  const auto found = std::find_if(sent.rbegin(), sent.rend(), answers);
  return found == sent.rend() ? nullptr : &*found;
}

}  // namespace

void send_invitation(Draft& draft, const Jid& inviter, const Jid& invitee,
                     const InvitationText& text) {
  const RoomState& room = draft.room();
  const Actor actor = actor_of(room, inviter);
  Invitation sent{draft.scene.context.ids.token(), invitee, inviter, actor.nick, draft.scene.now()};
  xml::Element stanza("message", ns::client);
  stanza.set("from", room.jid.str()).set("to", invitee.str()).set("id", sent.id);
  xml::Element& x = stanza.add("x", ns::muc_user);
  xml::Element& invite = x.add("invite", ns::muc_user);
  const Jid from = room.config->semi_anonymous()
                       ? (actor.nick.empty() ? room.jid : room.occupant_jid(actor.nick))
                       : inviter.bare();
  invite.set("from", from.str());
  if (text.has_reason) invite.add("reason", ns::muc_user).text(text.reason);
  if (!text.continued.empty()) {
    if (auto continued = xml::parse(text.continued, ns::muc_user)) {
      invite.add(std::move(continued).value());
    }
  }
  if (room.config->password_protected) {
    x.add("password", ns::muc_user).text(room.config->password);
  }
  if (draft.scene.settings.conference_invite) add_conference(stanza, room, text);
  add_xml(stanza, text.payload);
  remember(draft, std::move(sent));
  draft.say(say::One{std::move(stanza)});
}

void invite_member(Draft& draft, const Jid& admin, const Jid& member) {
  send_invitation(draft, admin, member, {});
}

RoomDecision rules::decide(const Scene& scene, const request::Invite& ask) {
  if (auto refusal = may_invite(scene, ask)) return *std::move(refusal);
  const Spending spent =
      spend(scene, Meter::Of::invitations, ask.from.bare(), scene.settings.limits.invitations);
  if (spent.outcome == Spent::too_many) return refusal::too_often("XEP-0045 14.6");
  Draft draft(scene);
  if (spent.metering) draft.fleeting(*spent.metering);
  if (scene.room.config->members_only) {
    Standing standing(draft, actor_of(scene.room, ask.from), *scene.room.config);
    for (const auto& one : ask.invites) {
      Affiliate row = standing.row_of(one.to.bare());
      if (row.affiliation != Affiliation::none) continue;
      row.affiliation = Affiliation::member;
      standing.affiliate(std::move(row));
    }
    standing.settle();
  }
  for (const auto& one : ask.invites) {
    send_invitation(draft, ask.from, one.to,
                    {one.reason, one.has_reason, one.continued, ask.payload});
  }
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::Decline& ask) {
  if (ask.malformed)
    return StanzaError(ErrorType::modify, Condition::jid_malformed, "RFC 6120 8.3");
  const Invitation* invitation = declined(scene, ask);
  if (!invitation) return nothing();
  Draft draft(scene);
  xml::Element stanza("message", ns::client);
  stanza.set("from", scene.room.jid.str()).set("to", invitation->inviter.str());
  xml::Element& decline = stanza.add("x", ns::muc_user).add("decline", ns::muc_user);
  decline.set("from", ask.from.bare().str());
  if (!ask.reason.empty()) decline.add("reason", ns::muc_user).text(ask.reason);
  add_xml(stanza, ask.payload);
  draft.say(say::One{std::move(stanza)});
  draft.change(change::Invited{scene.room.number, *invitation, std::nullopt});
  return std::move(draft).done();
}

}  // namespace stoa::muc
