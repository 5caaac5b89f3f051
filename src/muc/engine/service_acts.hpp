#pragma once

#include <string>

#include "muc/engine/commands.hpp"

namespace stoa::muc {

/// For the record: who did what to whom ([MUC-CMD-08]). The form's field `reason` says why.
void note_act(Draft& draft, const Commanded& ask, std::string target);

}  // namespace stoa::muc
