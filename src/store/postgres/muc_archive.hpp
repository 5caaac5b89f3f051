#pragma once

#include <cstdint>

#include <stoa/muc/model/read.hpp>

#include "store/postgres/connection.hpp"

namespace stoa::store::postgres {

/// A page of an archive (XEP-0313). It costs what its rows cost, however large the archive is;
/// where few of very many messages are asked for by another filter than dates, count and first
/// index stop at `counted_at_most` (XEP-0059, 2.7: the count may be approximate).
muc::found::Archive archive_page(Connection& connection, const muc::read::Archive& read);
inline constexpr std::uint64_t counted_at_most = 10'000;

muc::found::ArchiveEnds archive_ends(Connection& connection, std::uint64_t room);

}  // namespace stoa::store::postgres
