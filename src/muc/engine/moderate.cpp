#include <memory>
#include <utility>
#include <variant>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

#include "muc/engine/refusals.hpp"
#include "muc/engine/retraction.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

/// The announcement's content (XEP-0425, 3).
std::string announcement(const request::Moderate& ask, const Tombstone& tombstone) {
  xml::Element retract("retract", ns::retract);
  retract.set("id", ask.target);
  xml::Element& moderated = retract.add("moderated", ns::moderate);
  moderated.set("by", tombstone.moderator);
  if (!tombstone.moderator_id.empty()) {
    moderated.add("occupant-id", ns::occupant_id).set("id", tombstone.moderator_id);
  }
  if (!ask.reason.empty()) retract.add("reason", ns::retract).text(ask.reason);
  return xml::to_string(retract, ns::client);
}

/// Everybody hears of it before the moderator's iq is answered.
void announce(Draft& draft, ArchiveRow row) {
  const RoomState& room = draft.room();
  if (room.config->archive) row.seq = room.next_seq;
  const auto kept = std::make_shared<const ArchiveRow>(std::move(row));
  if (kept->seq != 0) draft.change(change::Archived{room.number, kept, {}});
  draft.say_first(say::Live{kept});
}

/// May moderate: occupants who are moderators, admins and owners from outside too ([MUC-MODR-06]).
bool may_moderate(const Scene& scene, const request::Moderate& ask) {
  const Occupant* occupant = scene.room.occupants.by_session(ask.from);
  return (occupant && occupant->role == Role::moderator) ||
         scene.rank_of(ask.from) >= Affiliation::admin;
}

}  // namespace

const fact::Entry* entry_of(const RoomState& room, const std::string& id) {
  if (!room.lookups.get()) return nullptr;
  for (const Facts& facts : *room.lookups.get()) {
    const auto* entry = std::get_if<fact::Entry>(&facts);
    if (entry && entry->id == id) return entry;
  }
  return nullptr;
}

Retraction retraction_of(const Scene& scene, const Jid& sender, const std::string& target) {
  Retraction retraction;
  const fact::Entry* entry = entry_of(scene.room, target);
  if (!entry) {
    retraction.lacks = need::Entry{target};
    return retraction;
  }
  if (!entry->row || entry->row->tombstone) return retraction;
  if (entry->row->author.bare_view() != sender.bare_view()) {
    retraction.refusal = refusal::forbidden("XEP-0424 5", "That message is somebody else's");
    return retraction;
  }
  retraction.target = entry->row;
  return retraction;
}

void retract(Draft& draft, const ArchiveRow& target, const ArchiveRow& by) {
  draft.change(change::Retracted{draft.room().number, target.seq, target.id, std::nullopt,
                                 Tombstone{by.id, by.stamp, {}, {}, {}}});
}

RoomDecision rules::decide(const Scene& scene, const request::Moderate& ask) {
  if (!may_moderate(scene, ask)) return refusal::forbidden("XEP-0425 3.2");
  const fact::Entry* entry = entry_of(scene.room, ask.target);
  if (!entry) return Lacks<Need>{need::Entry{ask.target}};
  if (!entry->row || entry->row->kind != RowKind::message) {
    return StanzaError(ErrorType::cancel, Condition::item_not_found, "XEP-0425 3.2",
                       "There is no such message");
  }
  const ArchiveRow& target = *entry->row;
  if (target.tombstone) return nothing();
  if (target.affiliation > scene.rank_of(ask.from) ||
      scene.room.affiliation_of(target.author) > scene.rank_of(ask.from)) {
    return StanzaError(ErrorType::cancel, Condition::not_allowed, "XEP-0425 5",
                       "That message is out of your reach");
  }
  const Occupant* moderator = scene.room.occupants.by_session(ask.from);
  ArchiveRow row;
  row.id = scene.context.ids.token();
  row.stamp = scene.now();
  row.kind = RowKind::notice;
  row.semi_anonymous = scene.room.config->semi_anonymous();
  row.author = ask.from;
  row.message_id = scene.context.ids.token();
  Tombstone tombstone{row.id, row.stamp, scene.room.jid.str(), {}, ask.reason};
  if (moderator) {
    tombstone.moderator = scene.room.occupant_jid(moderator->nick).str();
    tombstone.moderator_id = moderator->id;
  }
  row.payload = announcement(ask, tombstone);
  Draft draft(scene);
  draft.change(change::Retracted{scene.room.number, target.seq, target.id, std::nullopt,
                                 std::move(tombstone)});
  announce(draft, std::move(row));
  return std::move(draft).done();
}

}  // namespace stoa::muc
