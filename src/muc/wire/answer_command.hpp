#pragma once

#include <stoa/muc/engine/engine.hpp>

namespace stoa::muc::wire {

/// What a service administrator's command found, as its completion (XEP-0050, 4.4).
Answered answer_command(const read::ForCommand& read, const ReadResult& found,
                        const Settings& settings);

}  // namespace stoa::muc::wire
