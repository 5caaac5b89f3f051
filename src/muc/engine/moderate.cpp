#include <memory>
#include <utility>
#include <variant>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

#include "muc/engine/refusals.hpp"
#include "muc/engine/retraction.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

/// The announcement's content (XEP-0425, 3).
std::string announcement(const std::string& target, const Tombstone& tombstone) {
  xml::Element retract("retract", ns::retract);
  retract.set("id", target);
  xml::Element& moderated = retract.add("moderated", ns::moderate);
  moderated.set("by", tombstone.moderator);
  if (!tombstone.moderator_id.empty()) {
    moderated.add("occupant-id", ns::occupant_id).set("id", tombstone.moderator_id);
  }
  if (!tombstone.reason.empty()) retract.add("reason", ns::retract).text(tombstone.reason);
  return xml::to_string(retract, ns::client);
}

/// Everybody hears of it before the moderator's iq is answered.
void announce(Draft& draft, ArchiveRow row) {
  const auto kept = std::make_shared<const ArchiveRow>(std::move(row));
  if (kept->seq != 0) draft.change(change::Archived{draft.room().number, kept, {}});
  draft.say_first(say::Live{kept});
}

/// Admins and owners may moderate from outside too ([MUC-MODR-06]).
std::optional<StanzaError> may_moderate(const Scene& scene, const Jid& sender) {
  if (scene.rank_of(sender) >= Affiliation::admin) return std::nullopt;
  return denied(InRoom::moderate, scene, sender);
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

void moderate(Draft& draft, const Moderation& by, const ArchiveRow& target) {
  const RoomState& room = draft.room();
  const Occupant* moderator = room.occupants.by_session(by.moderator);
  ArchiveRow row;
  row.id = draft.scene.context.ids.token();
  row.stamp = draft.scene.now();
  row.kind = RowKind::notice;
  row.semi_anonymous = room.config->semi_anonymous();
  row.author = by.moderator;
  row.message_id = draft.scene.context.ids.token();
  if (room.config->archive) row.seq = room.next_seq + by.earlier;
  Tombstone tombstone{row.id, row.stamp, room.jid.str(), {}, by.reason};
  if (moderator) {
    tombstone.moderator = room.occupant_jid(moderator->nick).str();
    tombstone.moderator_id = moderator->id;
  }
  row.payload = announcement(target.id, tombstone);
  change::Retracted gone{room.number, target.seq, target.id, std::nullopt, std::move(tombstone)};
  const Duration kept = draft.scene.settings.times.keep_moderated;
  if (kept > Duration::zero()) gone.original_until = draft.scene.now() + kept;
  draft.change(std::move(gone));
  announce(draft, std::move(row));
}

RoomDecision rules::decide(const Scene& scene, const request::Moderate& ask) {
  if (auto refusal = may_moderate(scene, ask.from)) return *std::move(refusal);
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
  Draft draft(scene);
  moderate(draft, {ask.from, ask.reason}, target);
  return std::move(draft).done();
}

}  // namespace stoa::muc
