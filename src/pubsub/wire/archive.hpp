#pragma once

#include <stoa/pubsub/engine/engine.hpp>

namespace stoa::pubsub::wire {

/// What was found in a node's archive: the entries as messages, and the end of the list.
Answered archive_answer(const ArchiveRead& read, const ArchivePage& page, const Settings& settings,
                        const Jid& asker);

}  // namespace stoa::pubsub::wire
