#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "muc/engine/draft.hpp"

namespace stoa::muc {

/// What the store said of the archive row with that stanza-id, nullptr where it was not asked yet.
const fact::Entry* entry_of(const RoomState& room, const std::string& id);

/// What becomes of an author's retraction (XEP-0424, 5): facts are lacking, it is refused, or
/// `target` becomes a tombstone; where none of these is set it is passed on without effect
/// ([MUC-RETR-03]).
struct Retraction {
  std::optional<Need> lacks;
  std::optional<StanzaError> refusal;
  RowPtr target;
};
Retraction retraction_of(const Scene& scene, const Jid& sender, const std::string& target);

/// Makes the tombstone; `by` is the accepted retraction.
void retract(Draft& draft, const ArchiveRow& target, const ArchiveRow& by);

/// Who takes back other people's messages, and how many he did already in the same step.
struct Moderation {
  Jid moderator;
  std::string reason;
  std::uint64_t earlier = 0;
};
/// Makes the tombstone and tells everybody (XEP-0425, 3).
void moderate(Draft& draft, const Moderation& by, const ArchiveRow& target);

}  // namespace stoa::muc
