#pragma once

#include "measure.hpp"

namespace bench {

// What takes minutes to prepare; each is run by its name only. Rows are written by SQL, copied from
// one that the program wrote.

void many_nodes(Bench& bench);        ///< 600,000 nodes with 2,000,000 items
void many_items(Bench& bench);        ///< one node with a million items
void many_subscribers(Bench& bench);  ///< one node with 100,000 subscribers
void many_pairs(Bench& bench);        ///< 100,000 live rooms of two
void many_rooms(Bench& bench);        ///< 1,000,000 stored rooms
void large_room(Bench& bench);        ///< 10,000 users in one room, and a small room beside it
void large_archive(Bench& bench);     ///< ten million messages in one room

}  // namespace bench
