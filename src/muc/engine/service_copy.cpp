#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "muc/engine/command_form.hpp"
#include "muc/engine/commands.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/room_copy.hpp"
#include "muc/engine/service_acts.hpp"

/// Commands of service administrators that take a room out, and in again elsewhere.
namespace stoa::muc {
namespace {

using forms::FieldType;

constexpr std::string_view people_behind = "people ";

StanzaError no_copy(std::string_view text) {
  return {ErrorType::modify, Condition::bad_request, "XEP-0050 4.6", text};
}

/// Everything but people, vCard and messages; the owners too, since without one there is no room.
std::vector<std::string> first_lines(const Scene& scene) {
  std::vector<std::string> lines{room_line(scene)};
  for (const Hat& hat : scene.room.extra().hats) lines.push_back(hat_line(hat));
  for (const Affiliate& row : scene.room.affiliations.rows()) {
    if (row.affiliation == Affiliation::owner) lines.push_back(affiliate_line(row));
  }
  if (scene.room.subject) lines.push_back(subject_line(*scene.room.subject));
  return lines;
}

/// People behind an address, as many as the page takes. Who remains comes next.
xml::Element page_of_people(const RoomState& room, std::vector<std::string> lines,
                            std::string behind) {
  std::size_t bytes = 0;
  for (const std::string& line : lines) bytes += line.size();
  for (const Affiliate& row : room.affiliations.rows()) {
    if (row.affiliation == Affiliation::owner || row.jid.str() <= behind) continue;
    if (bytes > copy_page_bytes) {
      return copy_page(room.jid, lines, std::string(people_behind) + behind);
    }
    lines.push_back(affiliate_line(row));
    bytes += lines.back().size();
    behind = row.jid.str();
  }
  return copy_page(room.jid, lines, std::string(copy_vcard));
}

CommandOutcome look_up_messages(const RoomState& room, std::string_view next) {
  read::Archive page;
  page.room = room.number;
  page.room_jid = room.jid;
  page.all_jids = true;
  page.max = copy_page_messages;
  next.remove_prefix(copy_messages.size());
  if (!next.empty()) page.query.page.after = std::string(next.substr(1));
  read::ForCommand read;
  read.what = std::move(page);
  return CommandOutcome(std::move(read));
}

CommandOutcome export_room(Draft& draft, const Commanded& ask) {
  const RoomState& room = draft.room();
  const std::string next = text_in(ask.form, "next");
  if (next.empty()) {
    note_act(draft, ask, room.jid.str());
    return CommandOutcome(page_of_people(room, first_lines(draft.scene), {}));
  }
  if (next.starts_with(people_behind)) {
    return CommandOutcome(page_of_people(room, {}, next.substr(people_behind.size())));
  }
  if (next == copy_vcard) {
    read::ForCommand read;
    read.venue = room.jid;
    read.what = read::Vcard{room.number};
    return CommandOutcome(std::move(read));
  }
  const bool messages = next == copy_messages || next.starts_with(std::string(copy_messages) + " ");
  if (!messages) return no_copy("next must be what the last page says");
  return look_up_messages(room, next);
}

/// All lines or none of them.
CommandOutcome import_room(Draft& draft, const Commanded& ask) {
  const std::string& allowed = draft.scene.settings.name_pattern;
  const Jid room = ask.by.to.bare();
  if (!allowed.empty() && room.local().find_first_not_of(allowed) != room.local().npos) {
    return no_copy("That is no name for a room here");
  }
  CopyReader reader(draft);
  std::size_t number = 0;
  for (const std::string& line : values_in(ask.form, "data")) {
    ++number;
    if (line.empty()) continue;
    if (const auto fault = reader.take(room, line)) {
      return no_copy("Line " + std::to_string(number) + ": " + *fault);
    }
  }
  if (number == 0) return no_copy("data is empty");
  if (reader.room().affiliations.count(Affiliation::owner) == 0) {
    return no_copy("A room needs an owner");
  }
  note_act(draft, ask, room.str());
  return {};
}

std::vector<forms::Field> export_fields(const Scene&) {
  return {question_field("room", "The room's address", {FieldType::jid_single, true}),
          question_field("next", "What the last page says; empty: from the beginning")};
}
std::vector<forms::Field> import_fields(const Scene&) {
  return {question_field("room", "The room's address here", {FieldType::jid_single, true}),
          question_field("data", "Lines of its copy", {FieldType::text_multi, true})};
}

constexpr auto to_copy = CommandEntry::For::service_admins;

constexpr std::array<CommandEntry, 2> copy_entries{{
    {{"urn:stoa:rooms:service:export", "Copy a room out"},
     service_form,
     to_copy,
     export_fields,
     export_room},
    {{import_command, "Make a room of a copy, or add to it"},
     service_form,
     to_copy,
     import_fields,
     import_room},
}};

}  // namespace

std::span<const CommandEntry> copy_commands() {
  return copy_entries;
}

}  // namespace stoa::muc
