#pragma once

#include <stoa/stanza/error.hpp>

#include "muc/engine/draft.hpp"

namespace stoa::muc {

/// Conditions that say that an address is no more, whatever they answer ([MUC-GHOST-01]).
bool is_gone(Condition condition);

/// Asks a session whether it is there ([MUC-GHOST-06]).
void ping(Draft& draft, const Session& session);

/// The session has shown that it is there.
void note_life(Draft& draft, const Session& session);

/// When the session is next to be looked at: the end of its silence, or of the wait for an answer.
Timestamp next_look(const Session& session, const Settings& settings);

}  // namespace stoa::muc
