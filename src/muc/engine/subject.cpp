#include <utility>

#include "muc/engine/message.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/rights.hpp"
#include "muc/engine/rules.hpp"

namespace stoa::muc {
namespace {

constexpr std::string_view subject_section = "XEP-0045 8.1";

std::optional<StanzaError> may_set(const Speaking& who) {
  if (!who.occupant) return std::nullopt;  // speaks as the room
  if (auto refusal = denied(InRoom::set_subject, who.scene, who.session)) return refusal;
  if (who.occupant->role == Role::moderator || who.scene.room.config->change_subject) {
    return std::nullopt;
  }
  return refusal::forbidden(subject_section, "You may not change the subject");
}

std::size_t length(const request::SetSubject& ask) {
  std::size_t bytes = 0;
  for (const auto& text : ask.texts) bytes += text.second.size();
  return bytes;
}

SubjectPtr subject_of(const request::SetSubject& ask, const ArchiveRow& row) {
  Subject subject;
  for (const auto& text : ask.texts) {
    if (!text.second.empty()) subject.texts.push_back(text);
  }
  subject.nick = row.nick;
  subject.occupant_id = row.occupant_id;
  subject.id = row.id;
  subject.stamp = row.stamp;
  return std::make_shared<const Subject>(std::move(subject));
}

}  // namespace

RoomDecision rules::decide(const Scene& scene, const request::SetSubject& ask) {
  const Speaking who = speaking(scene, ask, ask.payload);
  if (auto refusal = may_speak(who)) return *std::move(refusal);
  if (auto refusal = may_set(who)) return *std::move(refusal);
  if (auto refusal = room_refuses(scene)) return *std::move(refusal);
  if (length(ask) > scene.settings.limits.subject) return refusal::too_long(subject_section);
  Draft draft(scene);
  ArchiveRow row = row_of(who, ask);
  row.kind = RowKind::subject;
  draft.change(change::SubjectSet{scene.room.number, scene.room.subject, subject_of(ask, row)});
  accept(draft, std::move(row), Storing::stored, {});
  return std::move(draft).done();
}

}  // namespace stoa::muc
