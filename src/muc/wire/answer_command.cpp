#include "muc/wire/answer_command.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/command_form.hpp"
#include "muc/engine/commands.hpp"
#include "muc/engine/room_copy.hpp"

namespace stoa::muc {
namespace {

using Outcomes = std::vector<std::optional<StanzaError>>;
using Lines = std::vector<std::string>;

std::string address(const Settings& settings, const std::string& localpart) {
  return Jid::from_prepared(localpart, settings.service.domain()).str();
}

Answered completed(const read::ForCommand& read, xml::Element form) {
  xml::Element command("command", ns::commands);
  command.set("node", read.node).set("sessionid", read.session).set("status", "completed");
  command.add(std::move(form));
  Answered answered;
  answered.reply = std::move(command);
  return answered;
}

/// The content of one kind of find.
struct Shows {
  const read::ForCommand& read;
  const Settings& settings;

  xml::Element operator()(const found::Rooms& rooms) const {
    ResultTable table(service_form, "Rooms", {"room", "name", "occupants", "open"});
    if (read.when) table.field("before", format_xep0082(*read.when));
    table.field("count", std::to_string(rooms.count));
    for (const found::Room& room : rooms.rooms) {
      table.row({address(settings, room.localpart), room.name, std::to_string(room.users),
                 room.open ? "1" : "0"});
    }
    if (!rooms.rooms.empty()) table.field("last", rooms.rooms.back().localpart);
    return std::move(table).done();
  }
  xml::Element operator()(const found::RoomsOf& of) const {
    ResultTable table(service_form, "Rooms of a user", {"room", "affiliation", "nicks"});
    for (const auto& entry : of.entries) {
      std::string nicks;
      for (const std::string& nick : entry.nicks) nicks += (nicks.empty() ? "" : ", ") + nick;
      table.row({entry.room.str(), std::string(token(entry.affiliation)), nicks});
    }
    return std::move(table).done();
  }
  xml::Element operator()(const found::Buried& buried) const {
    ResultTable table(service_form, "Destroyed rooms",
                      {"room", "destroyed", "until", "by", "reason"});
    for (const auto& entry : buried.entries) {
      const Burial& burial = entry.burial;
      table.row({address(settings, entry.localpart), format_xep0082(burial.at),
                 format_xep0082(burial.until), burial.by.str(), burial.reason});
    }
    return std::move(table).done();
  }
  xml::Element operator()(const found::Audit& audit) const {
    ResultTable table(service_form, "Acts of administrators",
                      {"time", "actor", "act", "target", "reason"});
    for (const Act& act : audit.acts) {
      table.row({format_xep0082(act.at), act.actor.str(), act.what, act.target, act.reason});
    }
    return std::move(table).done();
  }
  xml::Element operator()(const found::Vcard& found) const {
    const std::string line = vcard_line(found.vcard);
    return copy_page(read.venue, line.empty() ? Lines{} : Lines{line}, std::string(copy_messages));
  }
  xml::Element operator()(const found::Archive& found) const {
    Lines lines;
    std::size_t bytes = 0;
    for (const RowPtr& row : found.rows) {
      if (bytes > copy_page_bytes) break;
      lines.push_back(message_line(*row));
      bytes += lines.back().size();
    }
    const bool all = lines.size() == found.rows.size() && found.complete;
    std::string next;
    if (!all) next = std::string(copy_messages) + " " + found.rows[lines.size() - 1]->id;
    return copy_page(std::get<read::Archive>(read.what).room_jid, lines, next);
  }
  template <class Other>
  xml::Element operator()(const Other&) const {
    return ResultTable(service_form, "Nothing", {}).done();
  }
};

/// Rooms that were named but are not there.
std::vector<std::string> missing(const read::ForCommand& read, const found::Rooms& rooms) {
  std::vector<std::string> none;
  const auto* named = std::get_if<read::Named>(&read.what);
  if (!named) return none;
  for (const std::string& name : named->localparts) {
    const bool there = std::any_of(rooms.rooms.begin(), rooms.rooms.end(),
                                   [&](const found::Room& room) { return room.localpart == name; });
    if (!there) none.push_back(name);
  }
  return none;
}

}  // namespace

/// Which rooms it was done to, and which not and why.
Result<Answered, StanzaError> Engine::conclude(const Read& read, const ReadResult& found,
                                               const Outcomes& outcomes, const Settings& settings) {
  const auto& of = std::get<read::ForCommand>(read);
  const auto& rooms = std::get<found::Rooms>(found).rooms;
  const std::size_t before = outcomes.size() - rooms.size();  // what went to the lobby
  if (before > 0 && outcomes.front()) return *outcomes.front();
  ResultTable table(service_form, "Done", {"room", "outcome"});
  std::size_t done = 0;
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    const auto& refusal = outcomes[before + i];
    if (!refusal) ++done;
    table.row({address(settings, rooms[i].localpart),
               std::string(refusal ? token(refusal->condition) : "done")});
  }
  for (const std::string& name : missing(of, std::get<found::Rooms>(found))) {
    table.row({address(settings, name), std::string(token(Condition::item_not_found))});
  }
  table.field("rooms", std::to_string(done));
  return completed(of, std::move(table).done());
}

namespace wire {

Answered answer_command(const read::ForCommand& read, const ReadResult& found,
                        const Settings& settings) {
  const auto* rooms = std::get_if<found::Rooms>(&found);
  if (rooms && errand_of(read.node) != Errand::none) {  // there was none to go to
    return Engine::conclude(Read(read), found, {}, settings).value();
  }
  return completed(read, std::visit(Shows{read, settings}, found));
}

}  // namespace wire

}  // namespace stoa::muc
