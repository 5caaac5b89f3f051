#include "scenarios/hosted/muc_settings.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <stoa/muc/model/options.hpp>

namespace scenario {
namespace {

using stoa::muc::Settings;

/// All values that a key may have, read from text into the settings.
struct Key {
  std::string_view name;
  std::function<void(Settings&, const std::string&)> set;
};

bool flag(const std::string& value) {
  if (value != "true" && value != "false") throw std::invalid_argument("true or false");
  return value == "true";
}

std::vector<std::string> words(const std::string& value) {
  std::istringstream in(value);
  std::vector<std::string> found;
  for (std::string word; in >> word;) found.push_back(word);
  return found;
}

stoa::Jid jid(const std::string& value) {
  auto parsed = stoa::Jid::parse(value);
  if (!parsed) throw std::invalid_argument("an address");
  return *std::move(parsed);
}

template <class Member>
Key boolean(std::string_view name, Member member) {
  return {name, [member](Settings& its, const std::string& v) { its.*member = flag(v); }};
}

template <class Access>
Key number(std::string_view name, Access access) {
  return {name, [access](Settings& its, const std::string& v) {
            using Number = std::remove_reference_t<decltype(access(its))>;
            access(its) = static_cast<Number>(std::stod(v));
          }};
}

template <class Access>
Key seconds(std::string_view name, Access access) {
  return {name, [access](Settings& its, const std::string& v) {
            const std::chrono::duration<double> time(std::stod(v));
            access(its) = std::chrono::round<stoa::Duration>(time);
          }};
}

template <class Enum, std::size_t n>
Key word(std::string_view name, Enum Settings::*member,
         std::array<std::pair<std::string_view, Enum>, n> choices) {
  return {name, [member, choices](Settings& its, const std::string& v) {
            for (const auto& [text, meant] : choices) {
              if (text == v) {
                its.*member = meant;
                return;
              }
            }
            throw std::invalid_argument("one of the words of the setting");
          }};
}

std::vector<Key> rules() {
  using stoa::muc::CreationRule;
  using stoa::muc::ListRule;
  using stoa::muc::UnconfiguredRule;
  return {
      {"name", [](Settings& its, const std::string& v) { its.name = v; }},
      {"name_pattern", [](Settings& its, const std::string& v) { its.name_pattern = v; }},
      {"creator_domains",
       [](Settings& its, const std::string& v) { its.creator_domains = words(v); }},
      {"creators",
       [](Settings& its, const std::string& v) {
         for (const std::string& one : words(v)) its.creators.push_back(jid(one));
       }},
      {"listing_domains",
       [](Settings& its, const std::string& v) { its.listing_domains = words(v); }},
      word("creation", &Settings::creation,
           std::array{std::pair{std::string_view("everybody"), CreationRule::everybody},
                      std::pair{std::string_view("listed"), CreationRule::listed},
                      std::pair{std::string_view("admins"), CreationRule::admins}}),
      word("listing", &Settings::listing,
           std::array{std::pair{std::string_view("everybody"), ListRule::everybody},
                      std::pair{std::string_view("listed_domains"), ListRule::listed_domains},
                      std::pair{std::string_view("nobody"), ListRule::nobody}}),
      word("unconfigured", &Settings::unconfigured,
           std::array{std::pair{std::string_view("unlock"), UnconfiguredRule::unlock},
                      std::pair{std::string_view("destroy"), UnconfiguredRule::destroy}}),
      boolean("lock_new_rooms", &Settings::lock_new_rooms),
      boolean("admins_are_owners", &Settings::admins_are_owners),
      boolean("own_rooms_listed", &Settings::own_rooms_listed),
      boolean("occupants_hidden", &Settings::occupants_hidden),
      boolean("allow_public", &Settings::allow_public),
      boolean("allow_persistent", &Settings::allow_persistent),
      boolean("registration", &Settings::registration),
      boolean("service_registration", &Settings::service_registration),
      boolean("speak_without_joining", &Settings::speak_without_joining),
      boolean("open_archive", &Settings::open_archive),
      boolean("tombstones", &Settings::tombstones),
      boolean("moderators_unlimited", &Settings::moderators_unlimited),
      boolean("occupant_iq_set", &Settings::occupant_iq_set),
      boolean("conference_invite", &Settings::conference_invite),
      boolean("avatar_presence", &Settings::avatar_presence),
      boolean("caps_presence", &Settings::caps_presence),
      boolean("tell_absent", &Settings::tell_absent),
      boolean("chat_without_database", &Settings::chat_without_database),
  };
}

#define STOA_OF(path)           \
  [](Settings & its) -> auto& { \
    return its.path;            \
  }

std::vector<Key> limits() {
  return {
      number("max_rooms", STOA_OF(limits.rooms)),
      number("max_rooms_per_owner", STOA_OF(limits.rooms_per_owner)),
      number("max_rooms_per_user", STOA_OF(limits.rooms_per_user)),
      number("max_users", STOA_OF(limits.occupants)),
      number("room_queue", STOA_OF(limits.room_queue)),
      number("crowd", STOA_OF(limits.crowd)),
      number("reserve", STOA_OF(limits.reserve)),
      number("max_sessions_per_nick", STOA_OF(limits.sessions_per_nick)),
      number("max_nick", STOA_OF(limits.nick)),
      number("max_room_name_local", STOA_OF(limits.room_name_local)),
      number("max_subject", STOA_OF(limits.subject)),
      number("max_message", STOA_OF(limits.message)),
      number("max_name", STOA_OF(limits.name)),
      number("max_description", STOA_OF(limits.description)),
      number("max_password", STOA_OF(limits.password)),
      number("max_affiliations", STOA_OF(limits.affiliations)),
      number("max_vcard", STOA_OF(limits.vcard)),
      number("items_page", STOA_OF(limits.items_page)),
      number("archive_page", STOA_OF(limits.archive_page)),
      number("max_pending_iqs", STOA_OF(limits.pending_iqs)),
      number("max_history", STOA_OF(limits.history)),
      number("messages_burst", STOA_OF(limits.messages.burst)),
      number("messages_per_second", STOA_OF(limits.messages.per_second)),
      number("room_messages_burst", STOA_OF(limits.room_messages.burst)),
      number("room_messages_per_second", STOA_OF(limits.room_messages.per_second)),
      number("presence_updates_burst", STOA_OF(limits.presence_updates.burst)),
      number("presence_updates_per_second", STOA_OF(limits.presence_updates.per_second)),
      number("joins_burst", STOA_OF(limits.joins.burst)),
      number("joins_per_second", STOA_OF(limits.joins.per_second)),
      number("invitations_burst", STOA_OF(limits.invitations.burst)),
      number("invitations_per_second", STOA_OF(limits.invitations.per_second)),
      seconds("lock_timeout", STOA_OF(times.lock_timeout)),
      seconds("empty_room", STOA_OF(times.empty_room)),
      seconds("silent_session", STOA_OF(times.silent_session)),
      seconds("ping_timeout", STOA_OF(times.ping_timeout)),
      seconds("iq_timeout", STOA_OF(times.iq_timeout)),
      seconds("tombstone", STOA_OF(times.tombstone)),
      seconds("idle", STOA_OF(times.idle)),
      seconds("keep_moderated", STOA_OF(times.keep_moderated)),
      seconds("keep_destroyed", STOA_OF(times.keep_destroyed)),
      seconds("undelete", STOA_OF(times.undelete)),
      seconds("invitation", STOA_OF(times.invitation)),
  };
}

/// The field's name without what all have in common.
std::string name_of(std::string_view var) {
  for (const std::string_view prefix : {"muc#roomconfig_", "muc#", "{urn:stoa:rooms}"}) {
    if (!var.starts_with(prefix)) continue;
    var.remove_prefix(prefix.size());
    break;
  }
  std::string name(var);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

void set_default(Settings& settings, const std::string& field, const std::string& value) {
  const auto table = stoa::muc::room_table(settings);
  stoa::muc::RoomConfig config = *settings.defaults;
  for (const auto& row : table.rows()) {
    if (name_of(row.var) != field) continue;
    const auto values = stoa::forms::is_multi(row.type) ? words(value) : std::vector{value};
    if (const auto refusal = table.assign(config, row.var, values)) {
      throw std::invalid_argument(refusal->text);
    }
    settings.defaults = std::make_shared<const stoa::muc::RoomConfig>(std::move(config));
    return;
  }
  throw std::invalid_argument("no option of rooms");
}

}  // namespace

bool set_muc(Settings& settings, std::string_view key, const std::string& value) {
  constexpr std::string_view group = "muc.";
  constexpr std::string_view defaults = "muc.defaults.";
  if (!key.starts_with(group)) return false;
  if (key.starts_with(defaults)) {
    set_default(settings, std::string(key.substr(defaults.size())), value);
    return true;
  }
  for (const auto& keys : {rules(), limits()}) {
    for (const Key& one : keys) {
      if (one.name != key.substr(group.size())) continue;
      one.set(settings, value);
      return true;
    }
  }
  return false;
}

}  // namespace scenario
