#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/muc/stage.hpp"

namespace stoa::muc::test {
namespace {

const std::string r_room = "coven@chat.shakespeare.lit";
const std::string r_owner = "crone1@shakespeare.lit/desktop";
const std::string r_target = "wiccarocks@shakespeare.lit/laptop";
const std::string r_actor = "hag66@shakespeare.lit/pda";
const std::string muc_ns = "http://jabber.org/protocol/muc";

std::string iq_of(const std::string& who, const std::string& type, const std::string& payload) {
  return "<iq id='q' type='" + type + "' from='" + who + "' to='" + r_room + "'>" + payload +
         "</iq>";
}
std::string admin(const std::string& item) {
  return "<query xmlns='" + muc_ns + "#admin'><item " + item + "/></query>";
}
std::string owner_form(const std::string& fields) {
  return "<query xmlns='" + muc_ns + "#owner'><x xmlns='jabber:x:data' type='submit'>" + fields +
         "</x></query>";
}
std::string option(const std::string& name, const std::string& value) {
  return "<field var='muc#roomconfig_" + name + "'><value>" + value + "</value></field>";
}
std::string message_of(const std::string& to, const std::string& type, const std::string& content) {
  return "<message id='q' type='" + type + "' from='" + r_actor + "' to='" + to + "'>" + content +
         "</message>";
}
std::string presence_of(const std::string& nick, const std::string& content) {
  return "<presence id='q' from='" + r_actor + "' to='" + r_room + "/" + nick + "'>" + content +
         "</presence>";
}

/// What the actor is told: Y nothing bad, F forbidden, A not-acceptable, N not-allowed,
/// R registration-required, C conflict, U that he is not in the room; ? anything else.
char verdict(const std::vector<Heard>& heard) {
  const std::map<std::string, char> letters{{"type='auth'><forbidden", 'F'},
                                            {"type='cancel'><not-acceptable", 'A'},
                                            {"type='cancel'><not-allowed", 'N'},
                                            {"type='auth'><registration-required", 'R'},
                                            {"type='cancel'><conflict", 'C'}};
  for (const std::string& xml : to(heard, r_actor)) {
    if (contains(xml, "code='333'")) return 'U';
    if (!contains(xml, "type='error'")) continue;
    for (const auto& [text, letter] : letters) {
      std::string plain = xml;
      const auto by = plain.find(" by='" + r_room + "'");
      if (by != std::string::npos) plain.erase(by, r_room.size() + 6);
      if (contains(plain, text)) return letter;
    }
    return '?';
  }
  return 'Y';
}

/// A room with an owner and somebody else; `options` are configured.
Stage room_with(const std::string& options) {
  Stage stage;
  stage.join(r_owner, r_room + "/owner");
  stage.join(r_target, r_room + "/target");
  if (!options.empty()) stage.send(iq_of(r_owner, "set", owner_form(options)));
  return stage;
}

void give(Stage& stage, const std::string& affiliation) {
  if (affiliation == "none") return;
  stage.send(iq_of(r_owner, "set",
                   admin("affiliation='" + affiliation + "' jid='hag66@shakespeare.lit'")));
}

/// One row of the matrix.
struct Row {
  std::string name;
  std::string options;
  std::string cells;
  std::function<std::string(Stage&)> ask;
};

std::function<std::string(Stage&)> fixed(std::string xml) {
  return [xml = std::move(xml)](Stage&) { return xml; };
}

std::string moderation(Stage& stage) {
  const auto heard = stage.send("<message id='t' type='groupchat' from='" + r_target + "' to='" +
                                r_room + "'><body>Double, double</body></message>");
  const std::string copy = to(heard, r_target).front();
  const std::string mark = "by='" + r_room + "' id='";
  const auto begin = copy.find(mark) + mark.size();
  const std::string id = copy.substr(begin, copy.find('\'', begin) - begin);
  return iq_of(r_actor, "set",
               "<moderate xmlns='urn:xmpp:message-moderate:1' id='" + id +
                   "'><retract xmlns='urn:xmpp:message-retract:1'/></moderate>");
}

std::string mute_target(Stage& stage) {
  stage.send(iq_of(r_owner, "set", admin("role='visitor' nick='target'")));
  return iq_of(r_actor, "set", admin("role='participant' nick='target'"));
}

const std::string private_to = "<body>Psst</body>";
const std::string subject = "<subject>Fire burn</subject>";
const std::string invitation =
    "<x xmlns='" + muc_ns + "#user'><invite to='hecate@shakespeare.lit'/></x>";
const std::string voice = "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>" +
                          muc_ns +
                          "#request</value></field><field var='muc#role'><value>participant"
                          "</value></field></x>";

/// Cells: absent, visitor, participant, moderator; all of affiliation none.
const std::vector<Row>& by_role() {
  static const std::string target = r_room + "/target";
  static const std::vector<Row> rows{
      {"speak", "", "AFYY", fixed(message_of(r_room, "groupchat", "<body>Hail</body>"))},
      {"change availability", "", "UYYY", fixed(presence_of("actor", "<show>away</show>"))},
      {"change nick", "", "UYYY", fixed(presence_of("other", ""))},
      {"change nick, visitors may not", option("allowvisitornickchange", "0"), "UFYY",
       fixed(presence_of("other", ""))},
      {"write to anyone", "", "AYYY", fixed(message_of(target, "chat", private_to))},
      {"write, participants may", option("allowpm", "participants"), "AFYY",
       fixed(message_of(target, "chat", private_to))},
      {"write, moderators may", option("allowpm", "moderators"), "AFFY",
       fixed(message_of(target, "chat", private_to))},
      {"write, nobody may", option("allowpm", "none"), "AFFF",
       fixed(message_of(target, "chat", private_to))},
      {"invite", "", "FYYY", fixed(message_of(r_room, "normal", invitation))},
      {"set the subject", "", "AFFY", fixed(message_of(r_room, "groupchat", subject))},
      {"set the subject, occupants may", option("changesubject", "1"), "AFYY",
       fixed(message_of(r_room, "groupchat", subject))},
      {"ask for voice", "", "AYCC", fixed(message_of(r_room, "normal", voice))},
      {"kick", "", "FFFY", fixed(iq_of(r_actor, "set", admin("role='none' nick='target'")))},
      {"grant voice", "", "FFFY", mute_target},
      {"revoke voice", "", "FFFY",
       fixed(iq_of(r_actor, "set", admin("role='visitor' nick='target'")))},
      {"read the voice list", "", "FFFY",
       fixed(iq_of(r_actor, "get", admin("role='participant'")))},
      {"moderate a message", "", "FFFY", moderation},
      {"make a moderator", "", "FFFF",
       fixed(iq_of(r_actor, "set", admin("role='moderator' nick='target'")))},
      {"read the moderator list", "", "FFFF",
       fixed(iq_of(r_actor, "get", admin("role='moderator'")))},
  };
  return rows;
}

Row list_row(const std::string& list, const std::string& options, const std::string& cells) {
  return {"read the " + list + " list, " + options, options, cells,
          fixed(iq_of(r_actor, "get", admin("affiliation='" + list + "'")))};
}
Row grant_row(const std::string& affiliation, const std::string& cells) {
  return {"make " + affiliation, "", cells,
          fixed(iq_of(r_actor, "set",
                      admin("affiliation='" + affiliation + "' jid='hecate@shakespeare.lit'")))};
}

/// Cells: outcast, none, member, admin, owner; from outside the room.
const std::vector<Row>& by_affiliation() {
  static const std::string entering = "<x xmlns='" + muc_ns + "'/>";
  static const std::string anyone = option("whois", "anyone");
  static const std::string registering =
      "<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'><field "
      "var='FORM_TYPE'><value>" +
      muc_ns +
      "#register</value></field><field var='muc#register_roomnick'><value>hag</value></field></x>"
      "</query>";
  static const std::vector<Row> rows{
      {"enter", "", "FYYYY", fixed(presence_of("actor", entering))},
      {"enter, members only", option("membersonly", "1"), "FRYYY",
       fixed(presence_of("actor", entering))},
      {"register", "", "NYYYY", fixed(iq_of(r_actor, "set", registering))},
      list_row("member", "", "FFFYY"),
      list_row("member", anyone, "FFYYY"),
      list_row("outcast", "", "FFFYY"),
      list_row("outcast", anyone, "FFFYY"),
      list_row("admin", "", "FFFFY"),
      list_row("admin", anyone, "FFYYY"),
      list_row("owner", "", "FFFFY"),
      list_row("owner", anyone, "FFYYY"),
      grant_row("outcast", "FFFYY"),
      grant_row("member", "FFFYY"),
      grant_row("none", "FFFYY"),
      grant_row("admin", "FFFFY"),
      grant_row("owner", "FFFFY"),
      {"read the configuration", "", "FFFFY",
       fixed(iq_of(r_actor, "get", "<query xmlns='" + muc_ns + "#owner'/>"))},
      {"configure", "", "FFFFY",
       fixed(iq_of(r_actor, "set", owner_form(option("roomname", "Cave"))))},
      {"destroy", "", "FFFFY",
       fixed(iq_of(r_actor, "set", "<query xmlns='" + muc_ns + "#owner'><destroy/></query>"))},
      {"set the vCard", "", "FFFFY",
       fixed(iq_of(r_actor, "set", "<vCard xmlns='vcard-temp'><FN>Coven</FN></vCard>"))},
  };
  return rows;
}

}  // namespace

TEST_CASE(
    "what a role may do, every cell [MUC-PRIV-02] [MUC-PRIV-03] [MUC-PRIV-04] "
    "[MUC-PRIV-05] [MUC-PRIV-06] [MUC-PRIV-07] [MUC-PRIV-08] [MUC-PRIV-09] [MUC-PRIV-10]") {
  const std::array<std::string, 4> roles{"none", "visitor", "participant", "moderator"};
  for (const Row& row : by_role()) {
    std::string found;
    for (const std::string& role : roles) {
      Stage stage = room_with(row.options);
      if (role != "none") stage.join(r_actor, r_room + "/actor");
      if (role == "visitor" || role == "moderator") {
        stage.send(iq_of(r_owner, "set", admin("role='" + role + "' nick='actor'")));
      }
      const std::string ask = row.ask(stage);
      found += verdict(stage.send(ask));
    }
    CHECK_MESSAGE(found == row.cells, row.name);
  }
}

TEST_CASE("admins and owners in the room name moderators [MUC-PRIV-10]") {
  for (const std::string affiliation : {"admin", "owner"}) {
    Stage stage = room_with("");
    give(stage, affiliation);
    stage.join(r_actor, r_room + "/actor");
    CHECK(verdict(stage.send(iq_of(r_actor, "get", admin("role='moderator'")))) == 'Y');
    const std::string item = "role='moderator' nick='target'";
    CHECK(verdict(stage.send(iq_of(r_actor, "set", admin(item)))) == 'Y');
  }
}

TEST_CASE("members invite from outside [MUC-PRIV-06]") {
  Stage stage = room_with("");
  give(stage, "member");
  CHECK(verdict(stage.send(message_of(r_room, "normal", invitation))) == 'Y');
}

TEST_CASE(
    "what an affiliation may do, every cell, inside and outside [MUC-PRIV-11] [MUC-PRIV-12] "
    "[MUC-PRIV-13] [MUC-PRIV-14] [MUC-PRIV-15] [MUC-PRIV-16] [MUC-PRIV-17] [MUC-PRIV-18] "
    "[MUC-PRIV-19] [MUC-PRIV-20] [MUC-PRIV-25]") {
  const std::array<std::string, 5> affiliations{"outcast", "none", "member", "admin", "owner"};
  for (const Row& row : by_affiliation()) {
    std::string outside;
    std::string inside;
    for (const std::string& affiliation : affiliations) {
      Stage stage = room_with(row.options);
      give(stage, affiliation);
      outside += verdict(stage.send(row.ask(stage)));
      Stage other = room_with(row.options);
      give(other, affiliation);
      other.join(r_actor, r_room + "/actor");
      inside += verdict(other.send(row.ask(other)));
    }
    CHECK_MESSAGE(outside == row.cells, row.name);
    // In a room that shows addresses, occupants read what members read.
    std::string expected = row.cells;
    const bool reads =
        row.name.starts_with("read the") && row.options.find("whois") != std::string::npos;
    if (reads && row.name.find("outcast") == std::string::npos) expected[1] = 'Y';
    CHECK_MESSAGE(inside == expected, row.name);
  }
}

TEST_CASE("the lists that occupants read can be kept from a role [MUC-PRIV-14] [MUC-CONF-20]") {
  const std::string options = option("whois", "anyone") + option("getmemberlist", "moderator");
  Stage stage = room_with(options);
  stage.join(r_actor, r_room + "/actor");
  CHECK(verdict(stage.send(iq_of(r_actor, "get", admin("affiliation='member'")))) == 'F');
}

namespace {

/// Somebody of an affiliation with a role in the room.
struct Rank {
  std::string affiliation;
  bool moderator;
};

const std::vector<Rank>& actors() {
  static const std::vector<Rank> all{
      {"none", true}, {"member", true}, {"admin", true}, {"owner", true}};
  return all;
}
/// In the order of the cells.
const std::vector<Rank>& targets() {
  static const std::vector<Rank> all{{"none", false},  {"member", false}, {"none", true},
                                     {"member", true}, {"admin", true},   {"owner", true}};
  return all;
}

void rank(Stage& stage, const std::string& bare, const std::string& nick, const Rank& as) {
  if (as.affiliation != "none") {
    stage.send(
        iq_of(r_owner, "set", admin("affiliation='" + as.affiliation + "' jid='" + bare + "'")));
  }
  if (as.moderator && (as.affiliation == "none" || as.affiliation == "member")) {
    stage.send(iq_of(r_owner, "set", admin("role='moderator' nick='" + nick + "'")));
  }
}

/// A word for each actor, a letter for each target.
std::string reach(const std::string& item) {
  std::string rows;
  for (const Rank& actor : actors()) {
    if (!rows.empty()) rows += ' ';
    for (const Rank& target : targets()) {
      Stage stage = room_with("");
      stage.join(r_actor, r_room + "/actor");
      rank(stage, "wiccarocks@shakespeare.lit", "target", target);
      rank(stage, "hag66@shakespeare.lit", "actor", actor);
      rows += verdict(stage.send(iq_of(r_actor, "set", admin(item))));
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("who reaches whom, every cell [MUC-PRIV-21] [MUC-PRIV-22] [MUC-PRIV-23] [MUC-PRIV-24]") {
  const std::string jid = "jid='wiccarocks@shakespeare.lit'";
  // target: nobody, member, moderator, moderating member, admin, owner; a word for each actor:
  // moderator, moderating member, admin, owner
  CHECK(reach("role='none' nick='target'") == "YNNNNN YYNNNN YYYYYN YYYYYY");
  CHECK(reach("role='visitor' nick='target'") == "YNFFFF YNFFFF YYYYNN YYYYNN");
  CHECK(reach("role='participant' nick='target'") == "YYFFFF YYFFFF YYYYNN YYYYNN");
  CHECK(reach("affiliation='outcast' " + jid) == "FFFFFF FFFFFF YYYYNN YYYYYY");
  CHECK(reach("affiliation='outcast' jid='hag66@shakespeare.lit'") ==
        "FFFFFF FFFFFF CCCCCC CCCCCC");
}

}  // namespace stoa::muc::test
