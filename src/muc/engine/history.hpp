#pragma once

#include <vector>

#include "muc/engine/draft.hpp"

namespace stoa::muc {

/// How many messages a join may get at most ([MUC-HIST-06]).
std::size_t most_history(const Scene& scene, const request::HistoryWish& wish);

/// The run of newest rows that meets every wish, oldest first. The room's history must be known.
std::vector<RowPtr> history_for(const Scene& scene, const request::Join& ask);

}  // namespace stoa::muc
