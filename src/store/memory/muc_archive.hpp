#pragma once

#include <string>
#include <vector>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/store/memory/tables.hpp>

/// How the memory store looks rooms and archives up: plainly, row by row.
namespace stoa::store::memory {

struct Stored {
  muc::RowPtr row;
  std::string body;
};

muc::found::Room found_room(const std::string& localpart, const muc::RoomState& room);
muc::found::Rooms room_page(const Tables<muc::Engine>::Shadow& rooms, const muc::read::Rooms& read);
muc::found::Rooms search_page(const Tables<muc::Engine>::Shadow& rooms,
                              const muc::read::Search& read);
muc::found::Archive archive_page(const std::vector<Stored>& archive,
                                 const muc::read::Archive& read);

}  // namespace stoa::store::memory
