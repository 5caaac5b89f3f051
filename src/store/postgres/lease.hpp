#pragma once

#include <cstdint>

#include "store/postgres/connection.hpp"

namespace stoa::store::postgres {

/// The right to write: a session advisory lock, held exactly as long as the writer's session lives.
bool try_lease(Connection& connection);

/// Ends the session of that backend if it holds the lease: ours from before a break.
void end_former_holder(Connection& connection, int backend);

/// What these read is the row of the table journal. Where it is gone they throw SchemaMismatch.

/// Counts this start: no other run has the same epoch. Only with the lease.
std::uint64_t begin_epoch(Connection& connection);
std::uint64_t current_epoch(Connection& connection);

/// The last batch that was committed.
std::uint64_t committed_batch(Connection& connection);

}  // namespace stoa::store::postgres
