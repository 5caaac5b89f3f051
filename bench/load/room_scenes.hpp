#pragma once

#include "measure.hpp"

namespace bench {

/// `size` users join one room at once, then they talk.
void talk_in(Bench& bench, std::size_t size, std::size_t count);
/// 1,000 users of one room join it again at once, after their server was restarted.
void rejoin(Bench& bench);
/// 10,000 rooms of two, in a program and a database that hold nothing else.
void pairs(Bench& bench);

/// Rooms of two called `name`-0 and so on, joined by two users each, and the memory they take.
Row join_pairs(Bench& bench, const std::string& name, std::size_t rooms);
/// Users 0 to size-1 join; all presences of it are read.
Row fill_room(Bench& bench, const std::string& room, std::size_t size);
/// `count` messages by the room's users in turn, `window` of them under way at a time.
struct Talk {
  std::string room;
  std::size_t size = 0;
  std::size_t count = 0;
  std::size_t window = 1;
};
Row talk(Bench& bench, const Talk& talk);

}  // namespace bench
