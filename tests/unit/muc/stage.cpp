#include "unit/muc/stage.hpp"

#include <algorithm>
#include <utility>

#include <doctest/doctest.h>

#include <stoa/stanza/error.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

namespace stoa::muc::test {
namespace {

Stanza stanza_of(const std::string& xml) {
  auto element = xml::parse(xml, ns::client);
  REQUIRE_MESSAGE(element.ok(), xml);
  auto stanza = decode_stanza(std::move(element).value());
  REQUIRE_MESSAGE(stanza.ok(), xml);
  return std::move(stanza).value();
}

/// Splits what one Outgoing writes into its stanzas.
void split(const Outgoing& outgoing, std::vector<Heard>& heard) {
  std::string text;
  outgoing.append_to(text);
  auto all = xml::parse("<all>" + text + "</all>", ns::client);
  REQUIRE_MESSAGE(all.ok(), text);
  CHECK(all->children().size() == outgoing.count());
  for (const xml::Element* child : all->children()) {
    heard.push_back({std::string(child->attr_or("to", "")), xml::to_string(*child, ns::client)});
  }
}

}  // namespace

Stage::Stage() {
  settings.service = *Jid::parse("chat.shakespeare.lit");
  settings.lock_new_rooms = false;
  now = *parse_xep0082("2026-10-13T23:58:37Z");
}

std::vector<Heard> Stage::send(const std::string& xml) {
  const Stanza stanza = stanza_of(xml);
  const Context context{now, ids, service_admin};
  RoomClaim claim = Engine::decode(stanza, settings, context);
  if (auto* entity = std::get_if<claim::ForEntity<Request>>(&claim)) {
    return decide(entity->key, entity->request, &stanza);
  }
  std::vector<Heard> heard;
  if (const auto* error = std::get_if<StanzaError>(&claim)) {
    split(outgoing(error_reply(stanza, *error, Engine::error_by(stanza))), heard);
  }
  if (const auto* answer = std::get_if<claim::Answer>(&claim)) {
    heard.push_back({stanza.from.str(), xml::to_string(*answer->reply, ns::client)});
  }
  return heard;
}

std::vector<Heard> Stage::tick(const std::string& key) {
  return decide(key, request::Tick{}, nullptr);
}

std::vector<Heard> Stage::pass(Duration time, const std::string& key) {
  const Timestamp end = now + time;
  std::vector<Heard> heard;
  while (Engine::exists(rooms_[key])) {
    const auto due = Engine::deadline(rooms_[key]);
    if (!due || *due > end) break;
    now = std::max(now, *due);
    for (Heard& one : tick(key)) heard.push_back(std::move(one));
    const auto next = Engine::deadline(rooms_[key]);
    REQUIRE((!next || *next > now));
  }
  now = end;
  return heard;
}

void Stage::join(const std::string& user, const std::string& occupant, const std::string& in_x) {
  send("<presence from='" + user + "' to='" + occupant +
       "'><x xmlns='http://jabber.org/protocol/muc'>" + in_x + "</x></presence>");
}

void Stage::restart() {
  for (auto& [key, room] : rooms_) {
    Engine::shrink(room);
    room.extras.drop();
    room.due = Timestamp{};
    room.occupants.each_session([](const Occupant&, Session& session) {
      session.heard = Timestamp{};
      session.pinged = Timestamp{};
    });
  }
}

std::vector<Heard> Stage::decide(const std::string& key, const Request& request,
                                 const Stanza* stanza) {
  RoomState& state = rooms_[key];
  const Context context{now, ids, service_admin};
  std::vector<Heard> heard;
  for (int tries = 0; tries < 5; ++tries) {
    RoomDecision decision = Engine::decide(state, request, settings, context);
    if (auto* lacks = std::get_if<Lacks<Need>>(&decision)) {
      Engine::supply(state, fetch(key, lacks->need));
      continue;
    }
    if (auto* step = std::get_if<RoomStep>(&decision)) {
      perform(key, std::move(*step), stanza, heard);
    } else if (auto* error = std::get_if<StanzaError>(&decision)) {
      REQUIRE(stanza);
      split(outgoing(error_reply(*stanza, *error, Engine::error_by(*stanza))), heard);
    }
    return heard;
  }
  FAIL("a request that never has what it needs");
  return heard;
}

void Stage::perform(const std::string& key, RoomStep step, const Stanza* stanza,
                    std::vector<Heard>& heard) {
  RoomState& state = rooms_[key];
  const std::string before = digest(state);
  for (const Change& change : step.changes) Engine::apply(state, change);
  const std::string after = digest(state);
  for (auto at = step.changes.rbegin(); at != step.changes.rend(); ++at) {
    Engine::apply(state, Engine::inverse(*at));
  }
  CHECK(digest(state) == before);
  for (const Change& change : step.changes) {
    Engine::apply(state, change);
    if (const auto* archived = std::get_if<change::Archived>(&change)) {
      archive_[archived->room].push_back(archived->row);
    }
  }
  CHECK(digest(state) == after);
  say(step.before_reply, state, heard);
  if (stanza && stanza->is_iq_request() && step.replies == Replies::now) {
    xml::Element reply("iq", ns::client);
    reply.set("from", stanza->to.str()).set("to", stanza->from.str());
    reply.set("type", "result").set("id", stanza->id);
    if (step.reply) reply.add(*step.reply);
    heard.push_back({stanza->from.str(), xml::to_string(reply, ns::client)});
  }
  say(step.outbound, state, heard);
}

void Stage::say(const std::vector<Outbound>& outbound, const RoomState& state,
                std::vector<Heard>& heard) {
  std::vector<Encoded> encoded;
  for (const Outbound& one : outbound) Engine::encode(one, state, settings, encoded);
  for (const Encoded& one : encoded) split(one.outgoing, heard);
}

Facts Stage::fetch(const std::string& key, const Need& need) {
  const auto& rows = archive_[rooms_[key].number];
  if (const auto* history = std::get_if<need::History>(&need)) {
    fact::History found;
    for (const RowPtr& row : rows) {
      if (row->kind != RowKind::subject) found.rows.push_back(row);
    }
    const std::size_t most = std::min(history->count, found.rows.size());
    found.rows.erase(found.rows.begin(), found.rows.end() - static_cast<std::ptrdiff_t>(most));
    return found;
  }
  if (const auto* owner = std::get_if<need::Ownership>(&need)) {
    fact::Ownership found{owner->user, 0, 0};
    for (const auto& [name, room] : rooms_) {
      if (!room.exists()) continue;
      ++found.rooms;
      if (room.affiliation_of(owner->user) == Affiliation::owner) ++found.owned;
    }
    return found;
  }
  if (const auto* entry = std::get_if<need::Entry>(&need)) {
    fact::Entry found{entry->id, nullptr};
    for (const RowPtr& row : rows) {
      if (row->id == entry->id) found.row = row;
    }
    return found;
  }
  if (const auto* taken = std::get_if<need::Taken>(&need)) {
    fact::Taken found{taken->ids, {}};
    for (const RowPtr& row : rows) {
      if (std::count(taken->ids.begin(), taken->ids.end(), row->id) > 0) {
        found.taken.push_back(row->id);
      }
    }
    return found;
  }
  FAIL("a need that the stage does not know");
  return fact::History{};
}

std::vector<std::string> to(const std::vector<Heard>& heard, const std::string& address) {
  std::vector<std::string> stanzas;
  for (const Heard& one : heard) {
    if (one.to == address) stanzas.push_back(one.xml);
  }
  return stanzas;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string digest(const RoomState& room) {
  std::string text = std::to_string(room.number);
  if (!room.exists()) return text + (room.gone.get() ? "gone" : "");
  text += room.jid.str() + room.locked_by.str() + std::to_string(room.next_seq) +
          std::to_string(room.affiliation_version) + room.config->name + room.config->password;
  text += room.subject ? room.subject->id : "-";
  text += std::to_string(room.due.time_since_epoch().count());
  for (const Affiliate& row : room.affiliations.rows()) {
    text += "|" + row.jid.str() + std::string(token(row.affiliation)) + row.nick + row.reason;
  }
  room.occupants.each([&](const Occupant& occupant) {
    text += "#" + occupant.nick + occupant.id + std::string(token(occupant.role));
    std::vector<std::string> sessions;
    for (const Session& one : occupant.sessions) {
      sessions.push_back(one.jid.str() + one.payload + std::to_string(one.priority));
      CHECK(room.occupants.by_session(one.jid) == &occupant);
    }
    std::sort(sessions.begin(), sessions.end());
    for (const std::string& one : sessions) text += "," + one;
  });
  const Extras& extra = room.extra();
  text += std::to_string(extra.iqs.size()) + std::to_string(extra.privates.size()) +
          std::to_string(extra.meters.size()) + std::to_string(extra.hats.size());
  return text;
}

}  // namespace stoa::muc::test
