#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "muc/engine/draft.hpp"

namespace stoa::muc {

/// Somebody who sends something to everybody.
struct Speaking {
  const Scene& scene;
  const Occupant* occupant;  ///< nullptr: not in the room
  Jid session;
  Jid user;  ///< bare
  Affiliation affiliation;
  std::string_view payload;
};
Speaking speaking(const Scene& scene, const Asked& ask, std::string_view payload);

/// What holds for every groupchat message: the first check that fails.
std::optional<StanzaError> may_speak(const Speaking& who);

/// Whether the room has to be quiet for a while, so that nobody is heard at once.
std::optional<StanzaError> room_refuses(const Scene& scene);

/// A message that waited for the room's rate: told, if its author may still speak.
void tell_waiting_message(Draft& draft, const WaitingMessage& message);

/// The message as a row, with a stanza-id of its own, not yet numbered.
ArchiveRow row_of(const Speaking& who, const Asked& ask);

/// Whether a message goes into archive and history, or is only heard by those who are there.
enum class Storing { stored, live_only };

/// Accepts a message: it is numbered, archived where the room archives, and told to everybody. One
/// per step.
RowPtr accept(Draft& draft, ArchiveRow row, Storing storing, std::string body);

}  // namespace stoa::muc
