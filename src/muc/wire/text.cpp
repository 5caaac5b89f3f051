#include "muc/wire/text.hpp"

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

namespace stoa::muc::text {
namespace {

void attribute(std::string& out, std::string_view name, std::string_view value) {
  if (!value.empty()) xml::append_attribute(out, name, value);
}

void from(std::string& out, const Jid& room, std::string_view nick) {
  out += " from='";
  xml::append_escaped(out, room.str(), xml::Quoting::attribute);
  if (!nick.empty()) {
    out += '/';
    xml::append_escaped(out, nick, xml::Quoting::attribute);
  }
  out += '\'';
}

void original_sender(std::string& out, const Jid& author) {
  out += "<addresses xmlns='http://jabber.org/protocol/address'><address type='ofrom'";
  attribute(out, "jid", author.str());
  out += "/></addresses>";
}

void status(std::string& out, std::uint16_t code) {
  out += "<status code='";
  out += std::to_string(code);
  out += "'/>";
}

void actor(std::string& out, const Shown& shown, Reader reader) {
  const bool with_jid = reader == Reader::sees_jids && !shown.actor_jid.empty();
  if (shown.actor_nick.empty() && !with_jid) return;
  out += "<actor";
  attribute(out, "nick", shown.actor_nick);
  if (with_jid) attribute(out, "jid", shown.actor_jid.bare_view());
  out += "/>";
}

void item(std::string& out, const Shown& shown, Reader reader) {
  out += "<item affiliation='";
  out += token(shown.affiliation);
  out += "' role='";
  out += token(shown.role);
  out += '\'';
  if (reader != Reader::does_not) attribute(out, "jid", shown.jid.str());
  attribute(out, "nick", shown.new_nick);
  const std::size_t empty = out.size();
  out += '>';
  actor(out, shown, reader);
  if (!shown.reason.empty()) {
    out += "<reason>";
    xml::append_escaped(out, shown.reason);
    out += "</reason>";
  }
  if (out.size() == empty + 1) {
    out.insert(empty, 1, '/');
  } else {
    out += "</item>";
  }
}

}  // namespace

void presence_head(std::string& out, const RoomState& room, const Shown& shown,
                   std::string_view id) {
  out += "<presence";
  from(out, room.jid, shown.nick);
  if (!shown.available) out += " type='unavailable'";
  attribute(out, "id", id);
  out += " to='";
}

void presence_rest(std::string& out, const Shown& shown, Reader reader,
                   const std::vector<std::uint16_t>& own_codes) {
  out += "'>";
  out += shown.payload;
  out += "<x xmlns='";
  out += ns::muc_user;
  out += "'>";
  item(out, shown, reader);
  if (reader == Reader::own) {
    status(out, 110);
    for (const std::uint16_t code : own_codes) status(out, code);
  }
  for (const std::uint16_t code : shown.codes) status(out, code);
  out += shown.in_x;
  out += "</x>";
  out += shown.hats;
  occupant_id(out, shown.occupant_id);
  out += "</presence>";
}

void message_head(std::string& out, const Jid& room, const MessageHead& head) {
  out += "<message";
  from(out, room, head.nick);
  attribute(out, "type", head.type);
  attribute(out, "id", head.id);
  attribute(out, "xml:lang", head.lang);
  out += " to='";
}

void message_content(std::string& out, const Jid& room, const ArchiveRow& row) {
  out += row.payload;
  stanza_id(out, room, row.id);
  occupant_id(out, row.occupant_id);
}

void replay(std::string& out, const RoomState& room, const ArchiveRow& row, const Jid& to) {
  message_head(out, room.jid, {row.nick, "groupchat", row.message_id, row.lang});
  xml::append_escaped(out, to.str(), xml::Quoting::attribute);
  out += "'>";
  message_content(out, room.jid, row);
  const bool shows = !room.config->semi_anonymous() && !row.semi_anonymous;
  if (shows && row.kind == RowKind::message) original_sender(out, row.author);
  delay(out, room.jid, row.stamp);
  out += "</message>";
}

void delay(std::string& out, const Jid& room, Timestamp stamp) {
  out += "<delay xmlns='urn:xmpp:delay'";
  attribute(out, "from", room.str());
  attribute(out, "stamp", format_xep0082(stamp));
  out += "/>";
}

void occupant_id(std::string& out, std::string_view id) {
  if (id.empty()) return;
  out += "<occupant-id xmlns='urn:xmpp:occupant-id:0'";
  attribute(out, "id", id);
  out += "/>";
}

void stanza_id(std::string& out, const Jid& room, std::string_view id) {
  if (id.empty()) return;
  out += "<stanza-id xmlns='urn:xmpp:sid:0'";
  attribute(out, "by", room.str());
  attribute(out, "id", id);
  out += "/>";
}

}  // namespace stoa::muc::text
