#pragma once

#include <stoa/mam/mam.hpp>

namespace stoa::muc {

/// What the archives of rooms can do beyond XEP-0313.
inline const mam::Offer archive_offer{.fulltext = true, .order_by = true};

}  // namespace stoa::muc
