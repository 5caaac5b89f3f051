#include <algorithm>
#include <string_view>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/invitation.hpp"
#include "muc/engine/join.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/rules.hpp"
#include "muc/engine/standing.hpp"

namespace stoa::muc {
namespace {

using Item = request::SetList::Item;
using Refused = std::optional<StanzaError>;

StanzaError protected_target(std::string_view section) {
  return {ErrorType::cancel, Condition::not_allowed, section, "That person is out of your reach"};
}
StanzaError no_owner_left() {
  return {ErrorType::cancel, Condition::conflict, "XEP-0045 10.5", "A room needs an owner"};
}
StanzaError nobody_there() {
  return {ErrorType::cancel, Condition::item_not_found, "XEP-0045 17.4",
          "Nobody has that nickname"};
}
StanzaError bad_list() {
  return {ErrorType::modify, Condition::bad_request, "XEP-0045 17.4"};
}

/// Who asks for a change of roles.
struct RoleActor {
  const Occupant* occupant;
  Affiliation rank;
};

/// [MUC-PRIV-10], [MUC-PRIV-23]
Refused may_touch_moderator(const RoleActor& actor, Affiliation target) {
  if (actor.rank < Affiliation::admin) return refusal::forbidden("XEP-0045 9.6");
  if (target >= Affiliation::admin) return protected_target("XEP-0045 9.7");
  return std::nullopt;
}

/// [MUC-PRIV-21]
Refused may_kick(const RoleActor& actor, const Occupant& target, Affiliation affiliation) {
  if (actor.occupant == &target) return std::nullopt;
  if (affiliation > actor.rank) return protected_target("XEP-0045 8.2");
  if (target.role == Role::moderator && actor.rank < Affiliation::admin) {
    return protected_target("XEP-0045 8.2");
  }
  return std::nullopt;
}

/// [MUC-PRIV-22]
Refused may_revoke_voice(const RoleActor& actor, Affiliation affiliation) {
  const bool peer = affiliation >= actor.rank && affiliation != Affiliation::none;
  if (affiliation >= Affiliation::admin || peer) return protected_target("XEP-0045 8.4");
  return std::nullopt;
}

Refused may_give_role(const Scene& scene, const RoleActor& actor, const Occupant& target,
                      Role role) {
  const Affiliation affiliation = scene.room.affiliations.of(target.bare());
  if (role == Role::none) return may_kick(actor, target, affiliation);
  if (role == target.role) return std::nullopt;
  if (role == Role::moderator && actor.rank < Affiliation::admin) {
    return refusal::forbidden("XEP-0045 9.6");
  }
  if (target.role == Role::moderator) {
    if (Refused refusal = may_touch_moderator(actor, affiliation)) return refusal;
  }
  return role == Role::visitor ? may_revoke_voice(actor, affiliation) : std::nullopt;
}

class Applying {
 public:
  Applying(Draft& draft, const request::SetList& ask)
      : draft_(draft),
        ask_(ask),
        standing_(draft, actor_of(draft.room(), ask.from), *draft.room().config) {}

  Refused take(const Item& item) {
    if (item.role) return take_role(item);
    return take_affiliation(item);
  }

  Refused finish() {
    const Scene& scene = draft_.scene;
    const bool owned = scene.room.affiliations.count(Affiliation::owner) > 0;
    if (owned && !standing_.owner_remains()) return no_owner_left();
    if (standing_.entries() > scene.settings.limits.affiliations) {
      return refusal::too_often("XEP-0045 14.6");
    }
    standing_.settle();
    for (const Jid& member : new_members_) invite_member(draft_, ask_.from, member);
    return std::nullopt;
  }

 private:
  Refused take_role(const Item& item) {
    if (Refused refusal = denied(InRoom::moderate, scene(), ask_.from)) return refusal;
    const Occupant* target = scene().room.occupants.by_key(fold_case(item.nick.value_or("")));
    const RoleActor actor{scene().room.occupants.by_session(ask_.from), scene().rank_of(ask_.from)};
    if (!target) return nobody_there();
    if (Refused refusal = may_give_role(scene(), actor, *target, *item.role)) return refusal;
    standing_.give_role(*target, *item.role, item.reason);
    return std::nullopt;
  }

  Refused take_affiliation(const Item& item) {
    Jid target = item.jid;
    if (target.empty()) {
      const Occupant* there = scene().room.occupants.by_key(fold_case(item.nick.value_or("")));
      if (Refused refusal = denied(OfRoom::manage_members, scene(), ask_.from)) return refusal;
      if (!there) return nobody_there();
      target = there->sessions.front().jid.bare();
    }
    if (Refused refusal = may_affiliate(scene(), ask_.from, target, *item.affiliation)) {
      return refusal;
    }
    Affiliate row = standing_.row_of(target);
    const bool joins_list =
        *item.affiliation == Affiliation::member && row.affiliation == Affiliation::none;
    if (joins_list && scene().room.config->members_only) new_members_.push_back(target);
    const bool held = row.affiliation == *item.affiliation;
    row.affiliation = *item.affiliation;
    if (!held || !item.reason.empty()) row.reason = item.reason;
    row.until = item.until;
    if (!item.jid.empty() && item.nick) {
      row.nick = *item.nick;
      row.nick_key = fold_case(*item.nick);
      if (!row.nick.empty() && !is_nick(row.nick, scene().settings.limits)) {
        return refusal::malformed_nick("XEP-0045 9.3");
      }
      if (!row.nick.empty() && standing_.nick_taken(row.nick_key, target)) {
        return refusal::nick_taken("XEP-0045 9.3");
      }
    }
    standing_.affiliate(std::move(row));
    return std::nullopt;
  }

  const Scene& scene() const { return draft_.scene; }

  Draft& draft_;
  const request::SetList& ask_;
  Standing standing_;
  std::vector<Jid> new_members_;
};

/// [MUC-PRIV-14] to [MUC-PRIV-17], [MUC-OWN-05], [MUC-MEMB-07]
Refused may_read(const Scene& scene, const Jid& asker, Affiliation list) {
  const OfRoom act = list == Affiliation::outcast  ? OfRoom::manage_bans
                     : list == Affiliation::member ? OfRoom::read_members
                                                   : OfRoom::read_admins;
  if (Refused refusal = denied(act, scene, asker)) return refusal;
  const Affiliation rank = scene.rank_of(asker);
  const Occupant* occupant = scene.room.occupants.by_session(asker);
  if (rank == Affiliation::owner) return std::nullopt;
  if (list <= Affiliation::member && rank == Affiliation::admin) return std::nullopt;
  const bool open = !scene.room.config->semi_anonymous();
  const bool reads = list == Affiliation::member
                         ? occupant && scene.room.config->member_list.contains(occupant->role)
                         : occupant != nullptr;
  if (open && (rank >= Affiliation::member || reads)) return std::nullopt;
  return refusal::forbidden("XEP-0045 9.5", "This list is not open to you");
}

RoomDecision role_list(const Scene& scene, const Jid& asker, Role role) {
  if (role == Role::none) return bad_list();
  const InRoom act = role == Role::moderator ? InRoom::name_moderators : InRoom::moderate;
  if (Refused refusal = denied(act, scene, asker)) return *std::move(refusal);
  if (role == Role::moderator && scene.rank_of(asker) < Affiliation::admin) {
    return refusal::forbidden("XEP-0045 9.8");
  }
  Draft draft(scene);
  xml::Element query("query", ns::muc_admin);
  scene.room.occupants.each([&](const Occupant& one) {
    if (one.role != role) return;
    query.add("item", ns::muc_admin)
        .set("nick", one.nick)
        .set("role", token(one.role))
        .set("affiliation", token(scene.room.affiliations.of(one.bare())))
        .set("jid", one.shown().jid.str());
  });
  draft.reply(std::move(query));
  return std::move(draft).done();
}

void write_row(xml::Element& query, const Affiliate& row) {
  xml::Element& item = query.add("item", ns::muc_admin);
  item.set("affiliation", token(row.affiliation)).set("jid", row.jid.str());
  if (!row.nick.empty()) item.set("nick", row.nick);
  if (!row.reason.empty()) item.add("reason", ns::muc_admin).text(row.reason);
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::GetList& ask) {
  if (ask.role) return role_list(scene, ask.from, *ask.role);
  if (!ask.affiliation || *ask.affiliation == Affiliation::none) return bad_list();
  if (Refused refusal = may_read(scene, ask.from, *ask.affiliation)) return *std::move(refusal);
  std::vector<const Affiliate*> rows;
  for (const Affiliate& row : scene.room.affiliations.rows()) {
    if (row.affiliation == *ask.affiliation) rows.push_back(&row);
  }
  xml::Element query("query", ns::muc_admin);
  std::size_t begin = 0;
  std::size_t end = rows.size();
  std::optional<xml::Element> set;
  if (ask.page) {
    auto page = rsm::page(
        *ask.page, rows.size(), [&](std::size_t i) { return rows[i]->jid.str(); },
        scene.settings.limits.list_page);
    if (!page) return std::move(page).error();
    begin = page->begin;
    end = page->end;
    set = rsm::encode(page->set);
  }
  for (std::size_t i = begin; i < end; ++i) write_row(query, *rows[i]);
  if (set) query.add(*std::move(set));
  Draft draft(scene);
  draft.reply(std::move(query));
  return std::move(draft).done();
}

RoomDecision rules::decide(const Scene& scene, const request::SetList& ask) {
  Draft draft(scene);
  Applying applying(draft, ask);
  for (const Item& item : ask.items) {
    if (Refused refusal = applying.take(item)) return *std::move(refusal);
  }
  if (Refused refusal = applying.finish()) return *std::move(refusal);
  return std::move(draft).done();
}

}  // namespace stoa::muc
