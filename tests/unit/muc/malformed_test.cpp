#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/muc/stage.hpp"

namespace stoa::muc::test {
namespace {

const std::string m_room = "coven@chat.shakespeare.lit";
const std::string m_owner = "crone1@shakespeare.lit/desktop";
const std::string m_muc = "http://jabber.org/protocol/muc";

/// What the owner, who is in the room, is told of a stanza: type and condition of an error,
/// `result`, or nothing.
std::string told(Stage& stage, const std::string& xml) {
  for (const std::string& heard : to(stage.send(xml), m_owner)) {
    if (contains(heard.substr(0, heard.find('>')), "type='result'")) return "result";
    const auto error = heard.find("<error ");
    if (error == std::string::npos) continue;
    const auto type = heard.find("type='", error) + 6;
    const auto type_end = heard.find('\'', type);
    const auto condition = heard.find("><", type_end) + 2;
    const auto end = heard.find_first_of(" />", condition);
    return heard.substr(type, type_end - type) + "/" + heard.substr(condition, end - condition);
  }
  return "";
}

std::string iq(const std::string& type, const std::string& payload) {
  return "<iq id='q' type='" + type + "' from='" + m_owner + "' to='" + m_room + "'>" + payload +
         "</iq>";
}
std::string admin_query(const std::string& content) {
  return "<query xmlns='" + m_muc + "#admin'>" + content + "</query>";
}
std::string owner_query(const std::string& content) {
  return "<query xmlns='" + m_muc + "#owner'>" + content + "</query>";
}
std::string form(const std::string& type, const std::string& form_type, const std::string& rest) {
  return "<x xmlns='jabber:x:data' type='" + type + "'><field var='FORM_TYPE'><value>" + form_type +
         "</value></field>" + rest + "</x>";
}
std::string message(const std::string& type, const std::string& to, const std::string& content) {
  return "<message id='q' type='" + type + "' from='" + m_owner + "' to='" + to + "'>" + content +
         "</message>";
}
std::string presence(const std::string& attributes, const std::string& content) {
  return "<presence id='q' from='" + m_owner + "' " + attributes + ">" + content + "</presence>";
}

struct Malformed {
  std::string what;
  std::string stanza;
  std::string told;
};

void check(const std::vector<Malformed>& table) {
  for (const Malformed& row : table) {
    Stage stage;
    stage.join(m_owner, m_room + "/firstwitch");
    const std::string before = digest(stage.room("coven"));
    CHECK_MESSAGE(told(stage, row.stanza) == row.told, row.what);
    CHECK_MESSAGE(digest(stage.room("coven")) == before, row.what);
  }
}

}  // namespace

TEST_CASE("malformed lists change nothing [MUC-ADM-01] [MUC-ADM-02] [MUC-LIM-10]") {
  const std::string bad = "modify/bad-request";
  check({
      {"no item", iq("set", admin_query("")), bad},
      {"another child", iq("set", admin_query("<thing/>")), bad},
      {"an item of nothing", iq("set", admin_query("<item/>")), bad},
      {"role and affiliation",
       iq("set", admin_query("<item role='visitor' affiliation='member' nick='x' jid='a@b'/>")),
       bad},
      {"an unknown role", iq("set", admin_query("<item role='king' nick='x'/>")), bad},
      {"a role in capitals", iq("set", admin_query("<item role='Visitor' nick='x'/>")), bad},
      {"an empty role", iq("set", admin_query("<item role='' nick='x'/>")), bad},
      {"a role without nick", iq("set", admin_query("<item role='visitor'/>")), bad},
      {"a role with an empty nick", iq("set", admin_query("<item role='visitor' nick=''/>")), bad},
      {"an unknown affiliation", iq("set", admin_query("<item affiliation='king' jid='a@b'/>")),
       bad},
      {"an affiliation of nobody", iq("set", admin_query("<item affiliation='member'/>")), bad},
      {"an affiliation of no address",
       iq("set", admin_query("<item affiliation='member' jid=''/>")), "modify/jid-malformed"},
      {"an affiliation of a bad address",
       iq("set", admin_query("<item affiliation='member' jid='a@@b'/>")), "modify/jid-malformed"},
      {"an affiliation of a room",
       iq("set", admin_query("<item affiliation='member' jid='x@chat.shakespeare.lit'/>")),
       "modify/jid-malformed"},
      {"a nick that is none",
       iq("set", admin_query("<item affiliation='member' jid='a@b' nick=' '/>")),
       "modify/jid-malformed"},
      {"a good item before a bad one",
       iq("set", admin_query("<item affiliation='member' jid='a@b'/><item affiliation='king' "
                             "jid='c@d'/>")),
       bad},
      {"nobody of that nick", iq("set", admin_query("<item role='visitor' nick='x'/>")),
       "cancel/item-not-found"},
      {"a list of nothing", iq("get", admin_query("")), bad},
      {"a list of none", iq("get", admin_query("<item affiliation='none'/>")), bad},
      {"a list of no role", iq("get", admin_query("<item role='none'/>")), bad},
      {"two lists", iq("get", admin_query("<item role='visitor'/><item role='moderator'/>")), bad},
  });
}

TEST_CASE("malformed forms change nothing [MUC-CONF-06] [MUC-DESTROY-06] [MUC-LIM-10]") {
  const std::string bad = "modify/bad-request";
  const std::string config = m_muc + "#roomconfig";
  check({
      {"neither form nor destroy", iq("set", owner_query("")), bad},
      {"a form of type form", iq("set", owner_query(form("form", config, ""))), bad},
      {"a form of type result", iq("set", owner_query(form("result", config, ""))), bad},
      {"a form of no type", iq("set", owner_query("<x xmlns='jabber:x:data'/>")), bad},
      {"a form of something else", iq("set", owner_query(form("submit", "urn:x", ""))), bad},
      {"a venue that is no address", iq("set", owner_query("<destroy jid='@'/>")),
       "modify/jid-malformed"},
      {"a registration without form", iq("set", "<query xmlns='jabber:iq:register'/>"), bad},
      {"a registration of another form",
       iq("set", "<query xmlns='jabber:iq:register'>" + form("submit", "urn:x", "") + "</query>"),
       bad},
      {"a registration without nick",
       iq("set", "<query xmlns='jabber:iq:register'>" + form("submit", m_muc + "#register", "") +
                     "</query>"),
       bad},
  });
}

TEST_CASE(
    "malformed iqs of other protocols change nothing [MUC-IQ-09] [MUC-MODR-02] [MUC-LIM-10]") {
  const std::string bad = "modify/bad-request";
  const std::string moderate = "urn:xmpp:message-moderate:1";
  check({
      {"a payload nobody knows", iq("get", "<q xmlns='urn:x'/>"), "cancel/service-unavailable"},
      {"moderation of nothing", iq("set", "<moderate xmlns='" + moderate + "'/>"), bad},
      {"moderation without act", iq("set", "<moderate xmlns='" + moderate + "' id='x'/>"), bad},
      {"moderation asked for",
       iq("get", "<moderate xmlns='" + moderate +
                     "' id='x'><retract xmlns='urn:xmpp:message-retract:1'/></moderate>"),
       bad},
      {"a command without node",
       iq("set", "<command xmlns='http://jabber.org/protocol/commands'/>"), bad},
      {"a command asked for",
       iq("get", "<command xmlns='http://jabber.org/protocol/commands' node='x'/>"), bad},
      {"a command nobody knows",
       iq("set", "<command xmlns='http://jabber.org/protocol/commands' node='x'/>"),
       "cancel/item-not-found"},
      {"an archive of a bad time",
       iq("set",
          "<query xmlns='urn:xmpp:mam:2'>" +
              form("submit", "urn:xmpp:mam:2", "<field var='start'><value>noon</value></field>") +
              "</query>"),
       bad},
      {"an archive by an unknown field",
       iq("set",
          "<query xmlns='urn:xmpp:mam:2'>" +
              form("submit", "urn:xmpp:mam:2", "<field var='colour'><value>red</value></field>") +
              "</query>"),
       "cancel/feature-not-implemented"},
      {"archive preferences", iq("get", "<prefs xmlns='urn:xmpp:mam:2'/>"),
       "cancel/feature-not-implemented"},
      {"a photo that is no base64",
       iq("set",
          "<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/png</TYPE><BINVAL>?</BINVAL></PHOTO>"
          "</vCard>"),
       "modify/not-acceptable"},
  });
}

TEST_CASE(
    "malformed messages and presences change nothing [MUC-PM-03] [MUC-MSG-07] [MUC-INV-10] "
    "[MUC-VOICE-05] [MUC-PRES-11] [MUC-ENTER-10] [MUC-LIM-10]") {
  const std::string user = "<x xmlns='" + m_muc + "#user'>";
  const std::string at_nick = "to='" + m_room + "/other'";
  check({
      {"groupchat to an occupant", message("groupchat", m_room + "/firstwitch", "<body>x</body>"),
       "modify/bad-request"},
      {"chat to the room", message("chat", m_room, "<body>x</body>"), "modify/bad-request"},
      {"nothing to the room", message("normal", m_room, ""), ""},
      {"an error to the room that nothing was sent for",
       message("error", m_room,
               "<error type='cancel'><conflict "
               "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"),
       ""},
      {"an invitation of nobody", message("normal", m_room, user + "<invite/></x>"),
       "modify/jid-malformed"},
      {"an invitation of a bad address", message("normal", m_room, user + "<invite to='@'/></x>"),
       "modify/jid-malformed"},
      {"an invitation of a room",
       message("normal", m_room, user + "<invite to='x@chat.shakespeare.lit'/></x>"),
       "modify/jid-malformed"},
      {"a voice request without role",
       message("normal", m_room, form("submit", m_muc + "#request", "")), "modify/bad-request"},
      {"an unknown type of presence", presence("type='king' " + at_nick, ""), "modify/bad-request"},
      {"a nick of white space", presence("to='" + m_room + "/ '", ""), "modify/jid-malformed"},
      {"a subscription", presence("type='unsubscribe' to='" + m_room + "'", ""), ""},
  });
}

TEST_CASE("lists that are malformed in other ways change nothing [MUC-LIM-10]") {
  const std::string bad = "modify/bad-request";
  const std::string malformed = "modify/jid-malformed";
  const std::string long_name(1100, 'x');
  const std::string page = "<set xmlns='http://jabber.org/protocol/rsm'>";
  check({
      {"an item of another namespace",
       iq("set", admin_query("<item xmlns='urn:x' affiliation='member' jid='a@b'/>")), bad},
      {"an item within an item",
       iq("set", admin_query("<item><item affiliation='member' jid='a@b'/></item>")), bad},
      {"two items, the second of nothing",
       iq("set", admin_query("<item affiliation='member' jid='a@b'/><item/>")), bad},
      {"an address that is too long",
       iq("set", admin_query("<item affiliation='member' jid='" + long_name + "@b'/>")), malformed},
      {"an address of nothing but a resource",
       iq("set", admin_query("<item affiliation='member' jid='/r'/>")), malformed},
      {"a nick that is too long",
       iq("set", admin_query("<item affiliation='member' jid='a@b' nick='" + long_name + "'/>")),
       malformed},
      {"an affiliation get of no affiliation", iq("get", admin_query("<item affiliation='king'/>")),
       bad},
      {"a get by address", iq("get", admin_query("<item jid='a@b'/>")), bad},
      {"a page of no size",
       iq("get", admin_query("<item affiliation='member'/>" + page + "<max>many</max></set>")),
       bad},
      {"a page of a negative size",
       iq("get", admin_query("<item affiliation='member'/>" + page + "<max>-1</max></set>")), bad},
      {"a page at no index",
       iq("get", admin_query("<item affiliation='member'/>" + page + "<index>x</index></set>")),
       bad},
      {"a page behind nobody",
       iq("get", admin_query("<item affiliation='member'/>" + page +
                             "<max>5</max><after>nobody@b</after></set>")),
       "cancel/item-not-found"},
  });
}

TEST_CASE("forms that are malformed in other ways change nothing [MUC-CONF-05] [MUC-LIM-10]") {
  const std::string bad = "modify/bad-request";
  const std::string no = "modify/not-acceptable";
  const auto set = [](const std::string& name, const std::string& values) {
    return iq("set", owner_query(form("submit", m_muc + "#roomconfig",
                                      "<field var='muc#" + name + "'>" + values + "</field>")));
  };
  const std::string long_text(5000, 'x');
  const std::string registering = "jabber:iq:register";
  const auto registered = [&](const std::string& content) {
    return iq("set", "<query xmlns='" + registering + "'>" + content + "</query>");
  };
  const auto nick = [](const std::string& value) {
    return form("submit", m_muc + "#register",
                "<field var='muc#register_roomnick'><value>" + value + "</value></field>");
  };
  check({
      {"a form of another namespace", iq("set", owner_query("<x xmlns='urn:x' type='submit'/>")),
       bad},
      {"a destroy of another namespace", iq("set", owner_query("<destroy xmlns='urn:x'/>")), bad},
      {"a form of an unknown type", iq("set", owner_query("<x xmlns='jabber:x:data' type='?'/>")),
       bad},
      {"a boolean that is none", set("roomconfig_moderatedroom", "<value>maybe</value>"), no},
      {"a number that is none", set("roomconfig_maxusers", "<value>many</value>"), no},
      {"a number below 1", set("roomconfig_maxusers", "<value>0</value>"), no},
      {"a number beyond all", set("roomconfig_maxusers", "<value>99999999999999999999</value>"),
       no},
      {"a negative duration", set("roomconfig_slow_mode_duration", "<value>-1</value>"), no},
      {"a choice that is none", set("roomconfig_whois", "<value>none</value>"), no},
      {"one choice of several", set("roomconfig_presencebroadcast", "<value>king</value>"), no},
      {"an owner that is no address", set("roomconfig_roomowners", "<value>@</value>"), no},
      {"an admin that is no address", set("roomconfig_roomadmins", "<value>@</value>"), no},
      {"no owner", set("roomconfig_roomowners", ""), "cancel/conflict"},
      {"a name that is too long", set("roomconfig_roomname", "<value>" + long_text + "</value>"),
       no},
      {"a language that is none", set("roomconfig_lang", "<value>?</value>"), no},
      {"protection without a password", set("roomconfig_passwordprotectedroom", "<value>1</value>"),
       no},
      {"a node that is no URI", set("roomconfig_pubsub", "<value>somewhere</value>"), no},
      {"a registration of another namespace", registered("<x xmlns='urn:x'/>"), bad},
      {"a registration of no nick", registered(nick("")), bad},
      {"a registration of a nick of white space", registered(nick(" ")), bad},
      {"a registration of a nick that is too long", registered(nick(std::string(300, 'x'))), bad},
      {"a registration that is none to remove", registered("<remove/>"),
       "auth/registration-required"},
  });
}

TEST_CASE("other iqs that are malformed in other ways change nothing [MUC-MAM-07] [MUC-LIM-10]") {
  const std::string bad = "modify/bad-request";
  const std::string mam = "urn:xmpp:mam:2";
  const std::string moderate = "urn:xmpp:message-moderate:1";
  const std::string commands = "http://jabber.org/protocol/commands";
  const auto archive = [&](const std::string& content) {
    return iq("set", "<query xmlns='" + mam + "'>" + content + "</query>");
  };
  const auto searched = [&](const std::string& fields) { return form("submit", mam, fields); };
  const auto command = [&](const std::string& attributes, const std::string& content = {}) {
    return iq("set",
              "<command xmlns='" + commands + "' " + attributes + ">" + content + "</command>");
  };
  const std::string ban = "node='urn:stoa:rooms:commands:ban'";
  const auto banned = [&](const std::string& fields) {
    return command(ban, form("submit", "urn:stoa:rooms:commands", fields));
  };
  check({
      {"an archive of somebody who is none",
       archive(searched("<field var='with'><value>@</value></field>")), "modify/jid-malformed"},
      {"an archive that ends at no time",
       archive(searched("<field var='end'><value>2026-13-45</value></field>")), bad},
      {"an archive with two beginnings",
       archive(searched("<field var='start'><value>2026-01-01T12:00:00Z</value>"
                        "<value>2026-01-01T12:00:00Z</value></field>")),
       bad},
      {"an archive by another form", archive(form("submit", "urn:x", "")), bad},
      {"an archive by a result", archive(form("result", mam, "")), bad},
      {"an archive's page of no size",
       archive("<set xmlns='http://jabber.org/protocol/rsm'><max>x</max></set>"), bad},
      {"another request of the archive", iq("get", "<thing xmlns='" + mam + "'/>"), bad},
      {"moderation by an act of another namespace",
       iq("set", "<moderate xmlns='" + moderate + "' id='x'><retract xmlns='urn:x'/></moderate>"),
       bad},
      {"moderation of a message without id",
       iq("set", "<moderate xmlns='" + moderate +
                     "' id=''><retract xmlns='urn:xmpp:message-retract:1'/></moderate>"),
       bad},
      {"moderation of a message that is not there",
       iq("set", "<moderate xmlns='" + moderate +
                     "' id='x'><retract xmlns='urn:xmpp:message-retract:1'/></moderate>"),
       "cancel/item-not-found"},
      {"an action that is none", command(ban + " action='jump'"), bad},
      {"a step that is none", command(ban + " action='prev'"), bad},
      {"a session that is none", command(ban + " sessionid='x'"), bad},
      {"a command's form of something else", command(ban, form("submit", "urn:x", "")), bad},
      {"a command's form of no type", command(ban, "<x xmlns='jabber:x:data'/>"), bad},
      {"a ban of nobody", banned(""), bad},
      {"a ban for no time",
       banned("<field var='jid'><value>a@b</value></field><field var='seconds'><value>x</value>"
              "</field>"),
       bad},
      {"a ban with no number of messages",
       banned("<field var='jid'><value>a@b</value></field><field var='messages'><value>-1</value>"
              "</field>"),
       bad},
      {"a hat without uri",
       command("node='urn:xmpp:hats:commands:create'",
               form("submit", "urn:xmpp:hats:commands",
                    "<field var='hats#title'><value>x</value></field>")),
       bad},
      {"a hat that is not there",
       command("node='urn:xmpp:hats:commands:assign'",
               form("submit", "urn:xmpp:hats:commands",
                    "<field var='hats#jid'><value>a@b</value></field><field var='hats#uri'><value>"
                    "urn:x</value></field>")),
       "cancel/item-not-found"},
      {"a vCard of another namespace", iq("set", "<vCard xmlns='urn:x'/>"),
       "cancel/service-unavailable"},
      {"a photo cut short",
       iq("set", "<vCard xmlns='vcard-temp'><PHOTO><BINVAL>aGV</BINVAL></PHOTO></vCard>"),
       "modify/not-acceptable"},
      {"a query of nobody's", iq("set", "<query xmlns='jabber:iq:private'/>"),
       "cancel/service-unavailable"},
      {"disco of an unknown node",
       iq("get", "<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>"),
       "cancel/item-not-found"},
      {"disco by set", iq("set", "<query xmlns='http://jabber.org/protocol/disco#info'/>"), bad},
  });
}

TEST_CASE("messages that are malformed in other ways change nothing [MUC-LIM-10]") {
  const std::string user = "<x xmlns='" + m_muc + "#user'>";
  check({
      {"a decline to no address", message("normal", m_room, user + "<decline to='@'/></x>"),
       "modify/jid-malformed"},
      {"an invitation of another namespace",
       message("normal", m_room, "<x xmlns='urn:x'><invite to='a@b'/></x>"), ""},
      {"a good and a bad invitation",
       message("normal", m_room, user + "<invite to='a@b'/><invite to='@'/></x>"),
       "modify/jid-malformed"},
      {"a voice request for another role",
       message("normal", m_room,
               form("submit", m_muc + "#request",
                    "<field var='muc#role'><value>moderator</value></field>")),
       "modify/bad-request"},
      {"a private message to nobody", message("chat", m_room + "/nobody", "<body>x</body>"),
       "cancel/item-not-found"},
      {"an unknown type with a body", message("king", m_room, "<body>x</body>"),
       "modify/bad-request"},
  });
}

TEST_CASE("occupant-ids are another in every room, and say nothing of the address [MUC-OID-04]") {
  Stage stage;
  const auto id_in = [&](const std::string& room, const std::string& user) {
    const auto heard =
        stage.send("<presence from='" + user + "' to='" + room + "/x" +
                   std::to_string(user.size()) + "'><x xmlns='" + m_muc + "'/></presence>");
    for (const std::string& xml : to(heard, user)) {
      if (!contains(xml, "code='110'")) continue;
      const std::string mark = "occupant-id:0' id='";
      const auto begin = xml.find(mark) + mark.size();
      return xml.substr(begin, xml.find('\'', begin) - begin);
    }
    return std::string();
  };
  const std::string here = id_in(m_room, m_owner);
  const std::string there = id_in("cave@chat.shakespeare.lit", m_owner);
  const std::string other = id_in(m_room, "hag66@shakespeare.lit/pda");
  CHECK_FALSE(here.empty());
  CHECK(here.size() <= 128);
  CHECK(here != there);
  CHECK(here != other);
  CHECK_FALSE(contains(here, "crone1"));
}

}  // namespace stoa::muc::test
