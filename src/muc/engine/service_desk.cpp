#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <stoa/stanza/namespaces.hpp>

#include "muc/engine/command_form.hpp"
#include "muc/engine/commands.hpp"
#include "muc/engine/lobby.hpp"
#include "muc/engine/refusals.hpp"
#include "muc/engine/service_acts.hpp"

/// Commands of service administrators about many rooms, or the service as a whole (XEP-0133). They
/// are decided on the service's own state.
namespace stoa::muc {
namespace {

using forms::FieldType;

constexpr std::string_view xep0133_form = "http://jabber.org/protocol/admin";
constexpr std::string_view destroy_rooms = "urn:stoa:rooms:service:destroy";
constexpr std::string_view remove_user = "urn:stoa:rooms:service:remove-user";
constexpr std::string_view ban_user = "urn:stoa:rooms:service:ban";
constexpr std::string_view expire_rooms = "urn:stoa:rooms:service:expire";
constexpr std::string_view announce_all = "http://jabber.org/protocol/admin#announce";
constexpr std::string_view restart_command = "http://jabber.org/protocol/admin#restart";
constexpr std::string_view edit_blacklist = "http://jabber.org/protocol/admin#edit-blacklist";

/// Rows of one answer, and rooms of one order.
constexpr std::size_t most_rows = 1000;
constexpr std::size_t usual_rows = 100;

StanzaError unusable(std::string_view text) {
  return {ErrorType::modify, Condition::bad_request, "XEP-0050 4.6", text};
}

/// What `max` says, `usual_rows` where it is empty, nullopt where it is no number.
std::optional<std::size_t> rows_wanted(const forms::Form& form) {
  const auto asked = number_in(form, "max");
  if (!asked) return std::nullopt;
  return *asked == 0 ? usual_rows : std::min<std::size_t>(*asked, most_rows);
}

/// The addresses of a field, bare; nullopt where one is none, or none of a user or a domain.
std::optional<std::vector<Jid>> users_in(const Scene& scene, const forms::Form& form,
                                         std::string_view var) {
  std::vector<Jid> users;
  for (const std::string& value : values_in(form, var)) {
    if (value.empty()) continue;
    const auto jid = Jid::parse(value);
    if (!jid || jid->domain() == scene.settings.service.domain()) return std::nullopt;
    users.push_back(jid->bare());
  }
  return users;
}

CommandOutcome list(Draft&, const Commanded& ask) {
  const auto max = rows_wanted(ask.form);
  if (!max) return unusable("max is no number");
  read::Search search;
  search.words = text_in(ask.form, "words");
  search.page.hidden_too = true;
  search.page.after = text_in(ask.form, "after");
  search.page.max = *max;
  const auto users = number_in(ask.form, "min-users");
  if (!users) return unusable("min-users is no number");
  search.min_users = *users;
  read::ForCommand read;
  read.what = std::move(search);
  return CommandOutcome(std::move(read));
}

CommandOutcome rooms_of(Draft&, const Commanded& ask) {
  const auto user = Jid::parse(text_in(ask.form, "jid"));
  if (!user) return unusable("jid is no address");
  read::ForCommand read;
  read.what = read::RoomsOf{user->bare()};
  return CommandOutcome(std::move(read));
}

CommandOutcome destroy_several(Draft& draft, const Commanded& ask) {
  read::Named named;
  for (const std::string& value : values_in(ask.form, "rooms")) {
    const auto jid = Jid::parse(value);
    const bool usable =
        jid && !jid->local().empty() && jid->domain() == draft.scene.settings.service.domain();
    if (!usable) return unusable("rooms holds something else than rooms of this service");
    named.localparts.emplace_back(jid->local());
  }
  if (named.localparts.empty() || named.localparts.size() > most_rows) {
    return unusable("rooms must hold 1 to 1000 rooms");
  }
  read::ForCommand read;
  read.reason = text_in(ask.form, "reason");
  if (const std::string venue = text_in(ask.form, "venue"); !venue.empty()) {
    const auto jid = Jid::parse(venue);
    if (!jid) return unusable("venue is no address");
    read.venue = *jid;
  }
  read.what = std::move(named);
  return CommandOutcome(std::move(read));
}

CommandOutcome remove_everywhere(Draft& draft, const Commanded& ask) {
  auto users = users_in(draft.scene, ask.form, "jid");
  if (!users || users->size() != 1) return unusable("jid is no address of a user");
  read::ForCommand read;
  read.users = *users;
  read.reason = text_in(ask.form, "reason");
  read.what = read::Seated{*std::move(users)};
  return CommandOutcome(std::move(read));
}

StanzaError bans_oneself() {
  return {ErrorType::cancel, Condition::conflict, "XEP-0045 9.1", "You cannot ban yourself"};
}

bool concerns(const std::vector<Jid>& users, const Jid& actor) {
  return std::any_of(users.begin(), users.end(),
                     [&](const Jid& user) { return user == actor.bare(); });
}

CommandOutcome ban_everywhere(Draft& draft, const Commanded& ask) {
  auto users = users_in(draft.scene, ask.form, "jid");
  if (!users || users->size() != 1) return unusable("jid is no address of a user or a domain");
  if (concerns(*users, ask.by.from)) return bans_oneself();
  const auto seconds = number_in(ask.form, "seconds");
  constexpr std::uint64_t century = 100ULL * 366 * 24 * 3600;
  if (!seconds || *seconds > century) return unusable("seconds is no number");
  read::ForCommand read;
  read.users = *users;
  read.reason = text_in(ask.form, "reason");
  if (*seconds > 0) read.when = draft.scene.now() + std::chrono::seconds(*seconds);
  read.what = read::Seated{*std::move(users)};
  return CommandOutcome(std::move(read));
}

void lift(Draft& draft, Affiliate row) {
  row.affiliation = Affiliation::none;
  row.reason.clear();
  row.until.reset();
  set_wide(draft, std::move(row));
}

CommandOutcome unban(Draft& draft, const Commanded& ask) {
  const auto user = Jid::parse(text_in(ask.form, "jid"));
  if (!user) return unusable("jid is no address");
  const Affiliate* row = draft.room().affiliations.find(user->bare_view());
  if (!row || row->affiliation != Affiliation::outcast) {
    return StanzaError(ErrorType::cancel, Condition::item_not_found, "XEP-0050",
                       "There is no such ban");
  }
  note_act(draft, ask, row->jid.str());
  lift(draft, *row);
  return {};
}

CommandOutcome bans(Draft& draft, const Commanded&) {
  ResultTable table(service_form, "Banned from the service", {"jid", "until", "reason"});
  for (const Affiliate& row : draft.room().affiliations.rows()) {
    if (row.affiliation != Affiliation::outcast) continue;
    table.row({row.jid.str(), row.until ? format_xep0082(*row.until) : std::string(), row.reason});
  }
  return CommandOutcome(std::move(table).done());
}

std::vector<std::string> rows_as(const RoomState& lobby, Affiliation affiliation) {
  std::vector<std::string> jids;
  for (const Affiliate& row : lobby.affiliations.rows()) {
    if (row.affiliation == affiliation) jids.push_back(row.jid.str());
  }
  return jids;
}

bool holds(const std::vector<Jid>& users, const Jid& user) {
  return std::find(users.begin(), users.end(), user) != users.end();
}

/// The whole list of bans (XEP-0133, 4.11): who is no longer on it is free again.
CommandOutcome set_blacklist(Draft& draft, const Commanded& ask) {
  const auto users = users_in(draft.scene, ask.form, "blacklistjids");
  if (!users) return unusable("blacklistjids holds something else than addresses");
  if (concerns(*users, ask.by.from)) return bans_oneself();
  std::vector<Jid> added;
  for (const Jid& user : *users) {
    const Affiliate row = wide_row(draft.room(), user);
    if (row.affiliation != Affiliation::outcast) added.push_back(user);
  }
  const Affiliations& rows = draft.room().affiliations;
  for (const Affiliate& row : rows.rows()) {
    if (row.affiliation != Affiliation::outcast || holds(*users, row.jid)) continue;
    if (!added.empty()) {
      return unusable("Add to the list and take from it one after the other");
    }
    note_act(draft, ask, row.jid.str());
    lift(draft, row);
  }
  if (added.empty()) return {};
  read::ForCommand read;
  read.users = added;
  read.what = read::Seated{std::move(added)};
  return CommandOutcome(std::move(read));
}

/// The administrators that were named while the service runs (XEP-0133, 4.22); those of the
/// configuration are not among them, and stay.
CommandOutcome set_admins(Draft& draft, const Commanded& ask) {
  const auto users = users_in(draft.scene, ask.form, "adminjids");
  if (!users) return unusable("adminjids holds something else than addresses");
  for (const Affiliate& row : draft.room().affiliations.rows()) {
    if (row.affiliation != Affiliation::admin || holds(*users, row.jid)) continue;
    note_act(draft, ask, row.jid.str());
    lift(draft, row);
  }
  for (const Jid& user : *users) {
    if (user.local().empty()) return unusable("a domain cannot administer the service");
    Affiliate row = wide_row(draft.room(), user);
    if (row.affiliation == Affiliation::admin) continue;
    row.affiliation = Affiliation::admin;
    row.until.reset();
    note_act(draft, ask, user.str());
    set_wide(draft, std::move(row));
  }
  return {};
}

/// The first step of expiring rooms: which they are, and up to which time. Nothing changes.
CommandOutcome find_unused(Draft& draft, const Commanded& ask) {
  const auto days = number_in(ask.form, "days");
  const auto max = rows_wanted(ask.form);
  if (!days || *days == 0 || *days > 36'500) return unusable("days must be a number from 1 on");
  if (!max) return unusable("max is no number");
  read::ForCommand read;
  read.when = draft.scene.now() - std::chrono::hours(24 * *days);
  read.what = read::Unused{*read.when, *max};
  return CommandOutcome(std::move(read));
}

/// The second one: those that are still unused go, kept for the undelete window.
CommandOutcome expire(Draft& draft, const Commanded& ask) {
  const auto before = parse_xep0082(text_in(ask.form, "before"));
  const auto max = rows_wanted(ask.form);
  const bool past = before && *before <= draft.scene.now() - std::chrono::hours(24);
  if (!past) return unusable("before must be the time that the plan gave");
  if (!max) return unusable("max is no number");
  read::ForCommand read;
  read.when = *before;
  read.reason = text_in(ask.form, "reason");
  read.what = read::Unused{*before, *max};
  return CommandOutcome(std::move(read));
}

CommandOutcome deleted(Draft& draft, const Commanded&) {
  read::ForCommand read;
  read.what = read::Buried{draft.scene.now(), most_rows};
  return CommandOutcome(std::move(read));
}

CommandOutcome audit(Draft&, const Commanded& ask) {
  const auto max = rows_wanted(ask.form);
  if (!max) return unusable("max is no number");
  read::ForCommand read;
  read.what = read::Audit{text_in(ask.form, "about"), *max};
  return CommandOutcome(std::move(read));
}

std::string lines_of(const forms::Form& form, std::string_view var) {
  std::string text;
  for (const std::string& line : values_in(form, var)) text += (text.empty() ? "" : "\n") + line;
  return text;
}

/// The program ends after so many seconds, and comes back at once or, shut down, not by itself. All
/// rooms are told before, if there is something to tell.
CommandOutcome stop(Draft& draft, const Commanded& ask) {
  constexpr std::uint64_t longest = 24 * 3600;
  const auto delay = number_in(ask.form, "delay");
  if (!delay || *delay > longest)
    return unusable("delay must be a number of seconds, a day at most");
  read::ForCommand read;
  read.when = draft.scene.now() + std::chrono::seconds(*delay);
  read.text = lines_of(ask.form, "announcement");
  if (read.text.empty()) {
    read.what = read::Named{};
  } else {
    read.what = read::Seated{};
  }
  return CommandOutcome(std::move(read));
}

CommandOutcome announce_everywhere(Draft&, const Commanded& ask) {
  read::ForCommand read;
  read.text = lines_of(ask.form, "announcement");
  if (read.text.empty()) return unusable("announcement is empty");
  read.what = read::Seated{};
  return CommandOutcome(std::move(read));
}

std::vector<forms::Field> list_fields(const Scene&) {
  return {question_field("words", "Words of name, description or address; empty: all rooms"),
          question_field("min-users", "At least so many occupants"),
          question_field("after", "Begin behind this room (its localpart)"),
          question_field("max", "At most so many, usually 100")};
}
std::vector<forms::Field> user_fields(const Scene&) {
  return {question_field("jid", "The user", {FieldType::jid_single, true})};
}
std::vector<forms::Field> removal_fields(const Scene&) {
  return {question_field("jid", "Whom", {FieldType::jid_single, true}),
          question_field("reason", "Why")};
}
std::vector<forms::Field> destroy_fields(const Scene&) {
  return {question_field("rooms", "The rooms", {FieldType::jid_multi, true}),
          question_field("reason", "Why"),
          question_field("venue", "Where to go instead", {FieldType::jid_single, false})};
}
std::vector<forms::Field> wide_ban_fields(const Scene&) {
  return {question_field("jid", "Whom, or which domain", {FieldType::jid_single, true}),
          question_field("reason", "Why"),
          question_field("seconds", "For how many seconds; empty: for ever")};
}
std::vector<forms::Field> blacklist_fields(const Scene& scene) {
  forms::Field field =
      question_field("blacklistjids", "Banned users and domains", {FieldType::jid_multi, false});
  field.values = rows_as(scene.room, Affiliation::outcast);
  return {std::move(field)};
}
std::vector<forms::Field> admin_fields(const Scene& scene) {
  forms::Field field =
      question_field("adminjids", "Administrators besides those of the configuration",
                     {FieldType::jid_multi, false});
  field.values = rows_as(scene.room, Affiliation::admin);
  return {std::move(field)};
}
std::vector<forms::Field> unused_fields(const Scene&) {
  return {question_field("days", "Unused for so many days", {FieldType::text_single, true}),
          question_field("max", "At most so many, usually 100")};
}
std::vector<forms::Field> expire_fields(const Scene&) {
  return {question_field("before", "Unused since then, as the plan says",
                         {FieldType::text_single, true}),
          question_field("max", "At most so many, usually 100"), question_field("reason", "Why")};
}
std::vector<forms::Field> audit_fields(const Scene&) {
  return {question_field("about", "Only acts of this address, or on it"),
          question_field("max", "At most so many, usually 100")};
}
std::vector<forms::Field> announce_fields(const Scene&) {
  return {question_field("announcement", "Announcement", {FieldType::text_multi, true})};
}

std::vector<forms::Field> stop_fields(const Scene&) {
  forms::Field delay =
      question_field("delay", "After so many seconds", {FieldType::list_single, false});
  for (const char* seconds : {"0", "30", "60", "180", "300", "900"})
    delay.choices.push_back({seconds, {}});
  delay.values = {"0"};
  return {std::move(delay), question_field("announcement", "What the rooms are told before",
                                           {FieldType::text_multi, false})};
}

constexpr auto admins_alone = CommandEntry::For::service_admins;

constexpr std::array<CommandEntry, 16> desk_entries{{
    {{"urn:stoa:rooms:service:list", "List rooms"}, service_form, admins_alone, list_fields, list},
    {{"urn:stoa:rooms:service:rooms-of", "List the rooms of a user"},
     service_form,
     admins_alone,
     user_fields,
     rooms_of},
    {{destroy_rooms, "Destroy rooms"}, service_form, admins_alone, destroy_fields, destroy_several},
    {{remove_user, "Remove a user from all rooms"},
     service_form,
     admins_alone,
     removal_fields,
     remove_everywhere},
    {{ban_user, "Ban a user or a domain from the service"},
     service_form,
     admins_alone,
     wide_ban_fields,
     ban_everywhere},
    {{"urn:stoa:rooms:service:unban", "Lift a ban from the service"},
     service_form,
     admins_alone,
     removal_fields,
     unban},
    {{"urn:stoa:rooms:service:bans", "List the bans from the service"},
     service_form,
     admins_alone,
     nullptr,
     bans},
    {{"urn:stoa:rooms:service:unused", "Find rooms that nobody uses"},
     service_form,
     admins_alone,
     unused_fields,
     find_unused},
    {{expire_rooms, "Destroy rooms that nobody uses"},
     service_form,
     admins_alone,
     expire_fields,
     expire},
    {{"urn:stoa:rooms:service:deleted", "List destroyed rooms that can be brought back"},
     service_form,
     admins_alone,
     nullptr,
     deleted},
    {{"urn:stoa:rooms:service:audit", "List what administrators did"},
     service_form,
     admins_alone,
     audit_fields,
     audit},
    {{announce_all, "Announce something in all rooms"},
     xep0133_form,
     admins_alone,
     announce_fields,
     announce_everywhere},
    {{edit_blacklist, "Edit the list of bans"},
     xep0133_form,
     admins_alone,
     blacklist_fields,
     set_blacklist},
    {{"http://jabber.org/protocol/admin#edit-admin", "Edit the list of administrators"},
     xep0133_form,
     admins_alone,
     admin_fields,
     set_admins},
    {{restart_command, "Restart"}, xep0133_form, admins_alone, stop_fields, stop},
    {{shutdown_command, "Shut down"}, xep0133_form, admins_alone, stop_fields, stop},
}};

}  // namespace

std::span<const CommandEntry> desk_commands() {
  return desk_entries;
}

Errand errand_of(std::string_view node) {
  if (node == destroy_rooms || node == expire_rooms) return Errand::end;
  if (node == remove_user) return Errand::expel;
  if (node == ban_user || node == edit_blacklist) return Errand::ban;
  if (node == announce_all) return Errand::announce;
  if (node == restart_command || node == shutdown_command) return Errand::stop;
  return Errand::none;
}

}  // namespace stoa::muc
