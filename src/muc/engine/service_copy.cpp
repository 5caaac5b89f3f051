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

/// Lines are counted from 1, empty ones too. A message that is there already is a conflict: nothing
/// is wrong with the line itself.
StanzaError wrong_line(std::size_t number, std::string_view fault) {
  const std::string text = "Line " + std::to_string(number) + ": " + std::string(fault);
  if (fault != repeated_id) return no_copy(text);
  return {ErrorType::cancel, Condition::conflict, "XEP-0359 4", text};
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

const fact::Taken* taken_of(const RoomState& room, const std::vector<std::string>& ids) {
  if (!room.lookups.get()) return nullptr;
  for (const Facts& facts : *room.lookups.get()) {
    const auto* taken = std::get_if<fact::Taken>(&facts);
    if (taken && taken->asked == ids) return taken;
  }
  return nullptr;
}

/// A stanza-id names one message of an archive: nothing is taken that would repeat one.
std::optional<CommandOutcome> repeats(const Draft& draft, const CopyReader& reader) {
  const RoomState& before = draft.scene.room;
  if (!before.exists() || reader.messages().empty()) return std::nullopt;
  std::vector<std::string> ids;
  for (const auto& [id, line] : reader.messages()) ids.push_back(id);
  const fact::Taken* known = taken_of(before, ids);
  if (!known) return CommandOutcome(Need(need::Taken{std::move(ids)}));
  if (known->taken.empty()) return std::nullopt;
  std::size_t first = reader.messages().at(known->taken.front());
  for (const std::string& id : known->taken) first = std::min(first, reader.messages().at(id));
  return CommandOutcome(wrong_line(first, repeated_id));
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
    if (const auto fault = reader.take(room, line)) return wrong_line(number, *fault);
  }
  if (number == 0) return no_copy("data is empty");
  if (reader.room().affiliations.count(Affiliation::owner) == 0) {
    return no_copy("A room needs an owner");
  }
  if (auto outcome = repeats(draft, reader)) return *std::move(outcome);
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
