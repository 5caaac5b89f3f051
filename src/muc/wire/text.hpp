#pragma once

#include <string>
#include <string_view>

#include <stoa/muc/engine/outbound.hpp>
#include <stoa/muc/model/room.hpp>

/// The words that the room's stanzas are made of. All append XML to `out`.
namespace stoa::muc::text {

/// Who reads a presence, as far as it makes a difference.
enum class Reader { sees_jids, does_not, own };
/// An occupant of that role, of whatever is not its own.
inline Reader reader(const RoomState& room, Role viewer) {
  return room.sees_jids(viewer) ? Reader::sees_jids : Reader::does_not;
}

/// `<presence from='…' type='…' id='…' to='`, up to the addressee. `id` may be empty.
void presence_head(std::string& out, const RoomState& room, const Shown& shown,
                   std::string_view id = {});
/// `'>…</presence>`: what follows the addressee. `own_codes` are written for Reader::own only, 110
/// before them.
void presence_rest(std::string& out, const Shown& shown, Reader reader,
                   const std::vector<std::uint16_t>& own_codes = {});

/// What the start tag of a groupchat message says; empty parts are left out.
struct MessageHead {
  std::string_view nick;  ///< empty: from the room itself
  std::string_view type;
  std::string_view id;
  std::string_view lang;
};
/// `<message from='…' type='…' id='…' xml:lang='…' to='`
void message_head(std::string& out, const Jid& room, const MessageHead& head);

/// Payload, stanza-id and occupant-id of a message as everybody gets it.
void message_content(std::string& out, const Jid& room, const ArchiveRow& row);

/// A message of the history as one session gets it. Where the room shows real JIDs now, and showed
/// them then, an `ofrom` address says who wrote it (XEP-0045, 7.2.13).
void replay(std::string& out, const RoomState& room, const ArchiveRow& row, const Jid& to);

/// `<delay xmlns='urn:xmpp:delay' from='room' stamp='…'/>`
void delay(std::string& out, const Jid& room, Timestamp stamp);
void occupant_id(std::string& out, std::string_view id);
void stanza_id(std::string& out, const Jid& room, std::string_view id);

}  // namespace stoa::muc::text
