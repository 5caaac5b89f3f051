#pragma once

#include "measure.hpp"

namespace bench {

/// From exec to readiness with an empty database (starts the program for the scenes that follow).
void start_with_none(Bench& bench);
/// 50,000 nodes are made, and asked for after a restart.
void cold_nodes(Bench& bench);
/// 50,000 rooms are made, with one occupant each.
void stored_rooms(Bench& bench);
/// As start_with_none, with all that stored.
void start_with_many(Bench& bench);

/// Kills a running stoa, and starts one. Ready: it has answered a stanza, and has stored something.
/// Seconds from exec to then.
double start_until_ready(Bench& bench);
/// The same after everything stored has been taken away.
double start_empty(Bench& bench);
/// The median of several starts.
Row starts(Bench& bench, const std::string& name);

}  // namespace bench
