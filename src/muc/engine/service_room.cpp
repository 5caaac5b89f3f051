#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/command_form.hpp"
#include "muc/engine/commands.hpp"
#include "muc/engine/join.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/service_acts.hpp"
#include "muc/engine/standing.hpp"

/// Commands of service administrators about one room.
namespace stoa::muc {
namespace {

using forms::FieldType;

constexpr std::string_view create_room = "urn:stoa:rooms:service:create";
constexpr std::string_view undelete_room = "urn:stoa:rooms:service:undelete";

StanzaError wrong(std::string_view text) {
  return {ErrorType::modify, Condition::bad_request, "XEP-0050 4.6", text};
}

std::string flag_text(bool value) {
  return value ? "1" : "0";
}

forms::Field room_field() {
  return question_field("room", "The room's address", {FieldType::jid_single, true});
}

std::vector<forms::Field> room_alone(const Scene&) {
  return {room_field()};
}

std::vector<forms::Field> create_fields(const Scene&) {
  return {
      room_field(), question_field("owner", "Its owner", {FieldType::jid_single, true}),
      question_field("name", "Its name"),
      question_field("persistent", "It stays when nobody is there", {FieldType::boolean, false})};
}

std::vector<forms::Field> affiliate_fields(const Scene&) {
  forms::Field affiliation =
      question_field("affiliation", "Affiliation", {FieldType::list_single, true});
  for (const auto one : {Affiliation::owner, Affiliation::admin, Affiliation::member,
                         Affiliation::none, Affiliation::outcast}) {
    affiliation.choices.push_back({std::string(token(one)), {}});
  }
  return {room_field(), question_field("jid", "Whose", {FieldType::jid_single, true}),
          std::move(affiliation), question_field("nick", "Nickname to be reserved"),
          question_field("reason", "Why")};
}

bool is_set(const forms::Form& form, std::string_view var) {
  const std::string value = text_in(form, var);
  return value == "1" || value == "true";
}

/// A room that its owner can enter and configure; it is not locked.
CommandOutcome create(Draft& draft, const Commanded& ask) {
  const Scene& scene = draft.scene;
  const Jid room = ask.by.to.bare();
  const auto owner = Jid::parse(text_in(ask.form, "owner"));
  if (scene.room.exists()) {
    return StanzaError(ErrorType::cancel, Condition::conflict, "XEP-0050", "That room exists");
  }
  if (!owner || owner->domain() == room.domain()) return wrong("owner is no address");
  const std::string& allowed = scene.settings.name_pattern;
  const bool fits = allowed.empty() || room.local().find_first_not_of(allowed) == room.local().npos;
  if (!fits || room.local().size() > scene.settings.limits.room_name_local) {
    return StanzaError(ErrorType::modify, Condition::jid_malformed, "XEP-0045 17.1",
                       "That is no name for a room here");
  }
  RoomConfig config = *scene.settings.defaults;
  config.name = text_in(ask.form, "name");
  if (config.name.size() > scene.settings.limits.name) return wrong("name is too long");
  config.persistent = is_set(ask.form, "persistent");
  change::Created made;
  made.room = scene.context.ids.number();
  made.jid = room;
  made.created = scene.now();
  made.occupant_key = scene.context.ids.key();
  const bool lasts = config.persistent || scene.settings.times.empty_room > Duration::zero();
  if (!lasts) config.persistent = true;  // nobody is in it yet
  made.config = std::make_shared<const RoomConfig>(std::move(config));
  if (const GoneRoom* gone = scene.room.gone.get()) made.gone = *gone;
  draft.change(made);
  Affiliate row;
  row.jid = owner->bare();
  row.affiliation = Affiliation::owner;
  draft.change(change::Affiliated{made.room, std::nullopt, std::move(row), 0, 1});
  note_act(draft, ask, room.str());
  return {};
}

CommandOutcome details(Draft& draft, const Commanded&) {
  const RoomState& room = draft.room();
  const RoomConfig& config = *room.config;
  ResultTable shown(service_form, "Room", {});
  shown.field("room", room.jid.str());
  shown.field("name", config.name);
  shown.field("description", config.description);
  shown.field("created", format_xep0082(room.created));
  shown.field("public", flag_text(config.public_room));
  shown.field("persistent", flag_text(config.persistent));
  shown.field("members-only", flag_text(config.members_only));
  shown.field("moderated", flag_text(config.moderated));
  shown.field("password-protected", flag_text(config.password_protected));
  shown.field("locked", flag_text(room.locked()));
  shown.field("whois", std::string(token(config.whois)));
  shown.field("occupants", std::to_string(room.occupants.size()));
  shown.field("sessions", std::to_string(room.occupants.sessions()));
  for (const auto one :
       {Affiliation::owner, Affiliation::admin, Affiliation::member, Affiliation::outcast}) {
    shown.field(std::string(token(one)) + "s", std::to_string(room.affiliations.count(one)));
  }
  shown.field("messages", std::to_string(room.next_seq - 1));
  return CommandOutcome(std::move(shown).done());
}

CommandOutcome occupants(Draft& draft, const Commanded&) {
  const RoomState& room = draft.room();
  ResultTable table(service_form, "Occupants", {"nick", "jid", "role", "affiliation", "since"});
  room.occupants.each([&](const Occupant& one) {
    for (const Session& session : one.sessions) {
      table.row({one.nick, session.jid.str(), std::string(token(one.role)),
                 std::string(token(room.affiliation_of(session.jid))),
                 format_xep0082(session.since)});
    }
  });
  return CommandOutcome(std::move(table).done());
}

/// Also reserves a nick, or frees it with an empty one.
CommandOutcome affiliate(Draft& draft, const Commanded& ask) {
  const auto user = Jid::parse(text_in(ask.form, "jid"));
  const auto wanted = affiliation_of(text_in(ask.form, "affiliation"));
  if (!user || user->domain() == draft.room().jid.domain()) return wrong("jid is no address");
  if (!wanted) return wrong("affiliation is none of the five");
  Standing standing(draft, actor_of(draft.room(), ask.by.from), *draft.room().config);
  Affiliate row = standing.row_of(user->bare());
  row.affiliation = *wanted;
  row.reason = text_in(ask.form, "reason");
  if (const auto nick = ask.form.value("nick")) {
    const auto prepared = nick->empty() ? std::optional<std::string>("") : resourceprep(*nick);
    const bool usable =
        prepared && (prepared->empty() || is_nick(*prepared, draft.scene.settings.limits));
    if (!usable) return wrong("nick is no nickname");
    row.nick = *prepared;
    row.nick_key = fold_case(*prepared);
    if (!row.nick.empty() && standing.nick_taken(row.nick_key, row.jid)) {
      return refusal::nick_taken("XEP-0045 9.3");
    }
  }
  standing.affiliate(std::move(row));
  if (!standing.owner_remains()) {
    return StanzaError(ErrorType::cancel, Condition::conflict, "XEP-0045 10.5",
                       "A room needs an owner");
  }
  standing.settle();
  note_act(draft, ask, user->bare().str());
  return {};
}

CommandOutcome purge(Draft& draft, const Commanded& ask) {
  const RoomState& room = draft.room();
  draft.change(change::ArchiveCut{room.number, room.next_seq - 1});
  note_act(draft, ask, room.jid.str());
  return {};
}

const fact::Buried* buried(const RoomState& room, std::string_view localpart) {
  if (!room.lookups.get()) return nullptr;
  for (const Facts& facts : *room.lookups.get()) {
    const auto* found = std::get_if<fact::Buried>(&facts);
    if (found && found->localpart == localpart) return found;
  }
  return nullptr;
}

/// A room that was destroyed a short while ago comes back with all that it had but its occupants.
CommandOutcome undelete(Draft& draft, const Commanded& ask) {
  const RoomState& room = draft.room();
  const std::string localpart(ask.by.to.local());
  if (room.exists()) {
    return StanzaError(ErrorType::cancel, Condition::conflict, "XEP-0050",
                       "There is a room of that name");
  }
  const fact::Buried* found = buried(room, localpart);
  if (!found) return CommandOutcome(Need(need::Buried{localpart}));
  if (!found->room || found->until <= draft.scene.now()) return refusal::no_such_room();
  change::Restored restored;
  restored.room = found->room->number;
  auto after = std::make_shared<RoomState>(*found->room);
  after->jid = ask.by.to.bare();
  restored.after = std::move(after);
  if (const GoneRoom* gone = room.gone.get()) restored.gone = *gone;
  draft.change(std::move(restored));
  note_act(draft, ask, ask.by.to.bare().str());
  return {};
}

constexpr auto for_admins = CommandEntry::For::service_admins;

constexpr std::array<CommandEntry, 6> room_entries{{
    {{create_room, "Make a room"}, service_form, for_admins, create_fields, create},
    {{"urn:stoa:rooms:service:details", "Show a room"},
     service_form,
     for_admins,
     room_alone,
     details},
    {{"urn:stoa:rooms:service:occupants", "List the occupants of a room, with all sessions"},
     service_form,
     for_admins,
     room_alone,
     occupants},
    {{"urn:stoa:rooms:service:affiliate", "Set an affiliation, reserve or free a nickname"},
     service_form,
     for_admins,
     affiliate_fields,
     affiliate},
    {{"urn:stoa:rooms:service:purge-archive", "Clear the archive of a room"},
     service_form,
     for_admins,
     room_alone,
     purge},
    {{undelete_room, "Bring a destroyed room back"},
     service_form,
     for_admins,
     room_alone,
     undelete},
}};

}  // namespace

std::span<const CommandEntry> service_room_commands() {
  return room_entries;
}

bool names_room(std::string_view node) {
  const auto is_named = [&](const CommandEntry& entry) { return entry.command.node == node; };
  const auto copying = copy_commands();
  return std::any_of(room_entries.begin(), room_entries.end(), is_named) ||
         std::any_of(copying.begin(), copying.end(), is_named);
}

bool is_of_nothing(std::string_view node) {
  return node == create_room || node == undelete_room || node == import_command;
}

void note_act(Draft& draft, const Commanded& ask, std::string target) {
  draft.change(change::Audited{{draft.scene.now(), ask.by.from.bare(), ask.by.node,
                                std::move(target), text_in(ask.form, "reason")}});
}

}  // namespace stoa::muc
