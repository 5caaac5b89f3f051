#include <string>
#include <utility>
#include <vector>

#include <stoa/muc/model/options.hpp>

namespace stoa::muc {
namespace {

using forms::FieldType;
using forms::IntegerRule;
using forms::TextRule;
using forms::Token;
using R = forms::Rows<RoomConfig, FormViewer>;
using Row = RoomTable::Row;

constexpr int changed = 104;  // something that is not about privacy

Row plain(Row row) {
  return std::move(row).coded(changed);
}

TextRule at_most(std::size_t chars) {
  TextRule rule;
  rule.max_chars = chars;
  return rule;
}

TextRule language() {
  TextRule rule = at_most(64);
  rule.accepts = [](std::string_view text) { return text.empty() || forms::is_language_tag(text); };
  rule.expected = "must be a language tag or empty";
  return rule;
}

TextRule xmpp_uri() {
  TextRule rule = at_most(3071);
  rule.accepts = [](std::string_view text) {
    return text.empty() || (text.substr(0, 5) == "xmpp:" && text.size() > 5);
  };
  rule.expected = "must be an XMPP URI or empty";
  return rule;
}

IntegerRule between(std::int64_t min, std::int64_t max) {
  IntegerRule rule;
  rule.min = min;
  rule.max = max;
  return rule;
}

IntegerRule clamped(std::int64_t max) {
  IntegerRule rule = between(0, max);
  rule.excess = IntegerRule::Excess::clamped;
  return rule;
}

IntegerRule users(const Settings& settings) {
  IntegerRule rule = between(1, settings.limits.occupants);
  rule.word = "none";
  return rule;
}

std::vector<forms::Choice> user_choices(const Settings& settings) {
  std::vector<forms::Choice> choices;
  for (const std::int64_t number : {10, 20, 30, 50, 100, 500, 1000}) {
    if (number >= settings.limits.occupants) break;
    choices.push_back({std::to_string(number), std::to_string(number)});
  }
  const std::string most = std::to_string(settings.limits.occupants);
  choices.push_back({most, most});
  choices.push_back({"none", "No limit of its own"});
  return choices;
}

std::vector<Token<Role>> role_tokens() {
  return {{Role::moderator, "moderator", "Moderators"},
          {Role::participant, "participant", "Participants"},
          {Role::visitor, "visitor", "Visitors"}};
}

void add_texts(std::vector<Row>& rows, const Limits& limits) {
  rows.push_back(
      plain(R::text("muc#roomconfig_roomname", "Name", &RoomConfig::name, at_most(limits.name))));
  rows.push_back(plain(R::text("muc#roomconfig_roomdesc", "Description", &RoomConfig::description,
                               at_most(limits.description))));
  rows.push_back(plain(R::text("muc#roomconfig_lang", "Language of the discussions",
                               &RoomConfig::lang, language())));
}

void add_rights(std::vector<Row>& rows, const Settings& settings) {
  rows.push_back(
      R::boolean("muc#roomconfig_enablelogging", "The conversation is logged publicly",
                 &RoomConfig::public_log)
          .coded([](const RoomConfig& config) { return config.public_log ? 170 : 171; }));
  rows.push_back(
      plain(R::boolean("muc#roomconfig_changesubject", "Occupants may change the subject",
                       &RoomConfig::change_subject)));
  rows.push_back(plain(R::boolean("muc#roomconfig_allowinvites", "Occupants may invite others",
                                  &RoomConfig::allow_invites)));
  rows.push_back(plain(R::list(
      "muc#roomconfig_allowpm", "Who may send private messages", &RoomConfig::allow_pm,
      std::vector<Token<AllowPm>>{{AllowPm::anyone, "anyone", "Anyone"},
                                  {AllowPm::participants, "participants", "Those with voice"},
                                  {AllowPm::moderators, "moderators", "Moderators"},
                                  {AllowPm::none, "none", "Nobody"}})));
  rows.push_back(plain(R::integer("muc#roomconfig_maxusers", "Largest number of occupants",
                                  &RoomConfig::max_users, users(settings))
                           .as_open_list(user_choices(settings))));
  rows.push_back(plain(R::list_multi("muc#roomconfig_presencebroadcast",
                                     "Roles for which presence is broadcast",
                                     &RoomConfig::presence_broadcast, role_tokens())));
  rows.push_back(
      plain(R::list_multi("muc#roomconfig_getmemberlist", "Roles that may read the member list",
                          &RoomConfig::member_list, role_tokens())));
}

void add_types(std::vector<Row>& rows, const Settings& settings) {
  rows.push_back(plain(
      R::boolean("muc#roomconfig_publicroom", "The room is listed", &RoomConfig::public_room)
          .visible_when([](const RoomConfig&, const FormViewer& who) { return who.may_publish; })));
  rows.push_back(plain(
      R::boolean("muc#roomconfig_persistentroom", "The room outlives its last occupant",
                 &RoomConfig::persistent)
          .visible_when([](const RoomConfig&, const FormViewer& who) { return who.may_persist; })));
  rows.push_back(plain(R::boolean("muc#roomconfig_moderatedroom", "Only those with voice may speak",
                                  &RoomConfig::moderated)));
  rows.push_back(plain(R::boolean("muc#roomconfig_membersonly", "Only members may enter",
                                  &RoomConfig::members_only)));
  rows.push_back(
      plain(R::boolean("muc#roomconfig_passwordprotectedroom", "A password is needed to enter",
                       &RoomConfig::password_protected)));
  rows.push_back(plain(R::text("muc#roomconfig_roomsecret", "The password", &RoomConfig::password,
                               at_most(settings.limits.password), FieldType::text_private)));
  rows.push_back(
      R::list("muc#roomconfig_whois", "Who sees real addresses", &RoomConfig::whois,
              std::vector<Token<Whois>>{{Whois::moderators, "moderators", "Moderators"},
                                        {Whois::anyone, "anyone", "Anyone"}})
          .coded([](const RoomConfig& config) { return config.semi_anonymous() ? 173 : 172; }));
  rows.push_back(plain(R::integer("muc#maxhistoryfetch", "Messages of history on entering",
                                  &RoomConfig::max_history, clamped(settings.limits.history))));
}

void add_extensions(std::vector<Row>& rows) {
  constexpr std::int64_t year = 366 * 24 * 3600;
  rows.push_back(plain(
      R::text("muc#roomconfig_pubsub", "Associated pubsub node", &RoomConfig::pubsub, xmpp_uri())));
  rows.push_back(plain(R::boolean("muc#roomconfig_forwardmentions",
                                  "Absent members are told when they are mentioned",
                                  &RoomConfig::forward_mentions)));
  rows.push_back(plain(R::integer("muc#roomconfig_slow_mode_duration",
                                  "Seconds between two messages of one user",
                                  &RoomConfig::slow_mode, between(0, year))));
  rows.push_back(plain(
      R::boolean("muc#roomconfig_enablearchiving", "Messages are archived", &RoomConfig::archive)));
  rows.push_back(plain(R::boolean("muc#roomconfig_allowvisitorstatus",
                                  "Visitors may have a status text", &RoomConfig::visitor_status)));
  rows.push_back(
      plain(R::boolean("muc#roomconfig_allowvisitornickchange",
                       "Visitors may change their nickname", &RoomConfig::visitor_nick_change)));
  rows.push_back(plain(R::boolean("muc#roomconfig_allowvoicerequests", "Visitors may ask for voice",
                                  &RoomConfig::voice_requests)));
  rows.push_back(plain(R::integer("muc#roomconfig_voicerequestmininterval",
                                  "Seconds between two voice requests of one user",
                                  &RoomConfig::voice_interval, between(0, year))));
}

void add_own(std::vector<Row>& rows) {
  const std::string prefix = "{urn:stoa:rooms}";
  rows.push_back(plain(R::list(
      prefix + "register", "How users register", &RoomConfig::register_mode,
      std::vector<Token<RegisterMode>>{{RegisterMode::open, "open", "At once"},
                                       {RegisterMode::approve, "approve", "An admin approves"},
                                       {RegisterMode::closed, "closed", "Not at all"}})));
  rows.push_back(plain(R::boolean(prefix + "nick-lockdown", "Only registered nicknames are used",
                                  &RoomConfig::nick_lockdown)));
  rows.push_back(plain(
      R::boolean(prefix + "occupant-iq", "Requests between occupants", &RoomConfig::occupant_iq)));
  rows.push_back(plain(R::boolean(prefix + "moderators-reachable",
                                  "Private messages to and from moderators always pass",
                                  &RoomConfig::moderators_reachable)));
  rows.push_back(R::boolean(prefix + "show-unavailable", "Absent members are shown",
                            &RoomConfig::show_unavailable)
                     .coded([](const RoomConfig& c) { return c.show_unavailable ? 102 : 103; }));
  rows.push_back(plain(R::boolean(prefix + "hats", "Hats", &RoomConfig::hats)));
  rows.push_back(
      plain(R::boolean(prefix + "strict-references", "Only one's own messages may be corrected",
                       &RoomConfig::strict_references)));
  rows.push_back(plain(R::names(prefix + "reactions", "The only reactions allowed; none: all",
                                &RoomConfig::reactions)));
}

}  // namespace

RoomTable room_table(const Settings& settings) {
  std::vector<Row> rows;
  add_texts(rows, settings.limits);
  add_rights(rows, settings);
  add_types(rows, settings);
  add_extensions(rows);
  add_own(rows);
  return RoomTable(roomconfig_form, std::move(rows));
}

}  // namespace stoa::muc
