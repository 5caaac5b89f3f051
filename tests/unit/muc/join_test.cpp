#include <doctest/doctest.h>

#include "unit/muc/stage.hpp"

using namespace stoa;
using namespace stoa::muc;
using namespace stoa::muc::test;

namespace {

const std::string crone = "crone1@shakespeare.lit/desktop";
const std::string hecate = "wiccarocks@shakespeare.lit/laptop";
const std::string hag = "hag66@shakespeare.lit/pda";
const std::string room = "coven@chat.shakespeare.lit";

std::string enter(const std::string& who, const std::string& nick, const std::string& in_x = {}) {
  return "<presence id='j' from='" + who + "' to='" + room + "/" + nick +
         "'><x xmlns='http://jabber.org/protocol/muc'>" + in_x + "</x></presence>";
}

std::string speech(const std::string& who, const std::string& body) {
  return "<message id='m' type='groupchat' from='" + who + "' to='" + room + "'><body>" + body +
         "</body></message>";
}

std::string first(const std::vector<std::string>& list) {
  return list.empty() ? std::string("(nothing)") : list.front();
}

}  // namespace

TEST_CASE("a join of a free name makes the room and its owner [MUC-CREATE-01] [MUC-ENTER-02]") {
  Stage stage;
  const auto heard = stage.send(enter(crone, "firstwitch"));
  REQUIRE(heard.size() == 2);
  CHECK(contains(heard[0].xml, "from='coven@chat.shakespeare.lit/firstwitch'"));
  CHECK(contains(heard[0].xml, "affiliation='owner' role='moderator'"));
  CHECK(contains(heard[0].xml, "<status code='110'/><status code='201'/>"));
  CHECK(contains(heard[1].xml, "<subject/>"));
}

TEST_CASE("a newcomer sees the others, then itself, then history and subject [MUC-ENTER-04]") {
  Stage stage;
  stage.join(crone, room + "/firstwitch");
  stage.send(speech(crone, "Thrice the brinded cat hath mew'd."));
  const auto heard = stage.send(enter(hag, "thirdwitch"));
  const auto mine = to(heard, hag);
  REQUIRE(mine.size() == 4);
  CHECK(contains(mine[0], "/firstwitch'"));
  CHECK_FALSE(contains(mine[0], "jid="));
  CHECK(contains(mine[1], "<status code='110'/>"));
  CHECK(contains(mine[1], "jid='hag66@shakespeare.lit/pda'"));
  CHECK(contains(mine[2], "brinded cat"));
  CHECK(contains(mine[2], "<delay "));
  CHECK(contains(mine[3], "<subject/>"));
  const auto theirs = to(heard, crone);
  REQUIRE(theirs.size() == 1);
  CHECK(contains(theirs[0], "jid='hag66@shakespeare.lit/pda'"));
  CHECK_FALSE(contains(theirs[0], "110"));
}

TEST_CASE("a nick of another user is taken, whatever the case [MUC-ENTER-16] [MUC-ENTER-18]") {
  Stage stage;
  stage.join(crone, room + "/firstwitch");
  const auto heard = stage.send(enter(hag, "FirstWitch"));
  REQUIRE(heard.size() == 1);
  CHECK(contains(heard[0].xml, "<conflict"));
  CHECK(contains(heard[0].xml, "type='cancel'"));
  CHECK(contains(heard[0].xml, "http://jabber.org/protocol/muc'"));
  CHECK(stage.room("coven").occupants.size() == 1);
}

TEST_CASE("a message reaches all sessions with one stanza-id [MUC-MSG-01] [MUC-ID-01]") {
  Stage stage;
  stage.join(crone, room + "/firstwitch");
  stage.join(hag, room + "/thirdwitch");
  const auto heard = stage.send(speech(hag, "Harpier cries."));
  REQUIRE(heard.size() == 2);
  for (const Heard& one : heard) {
    CHECK(contains(one.xml, "from='coven@chat.shakespeare.lit/thirdwitch'"));
    CHECK(contains(one.xml, "id='m'"));
    CHECK(contains(one.xml, "<stanza-id xmlns='urn:xmpp:sid:0' by='" + room + "'"));
    CHECK(contains(one.xml, "<occupant-id"));
  }
}

TEST_CASE("the last to leave a temporary room ends it [MUC-LEAVE-06]") {
  Stage stage;
  stage.join(crone, room + "/firstwitch");
  const auto heard = stage.send("<presence from='" + crone + "' to='" + room +
                                "/firstwitch' type='unavailable'><status>bye</status></presence>");
  REQUIRE(heard.size() == 1);
  CHECK(contains(heard[0].xml, "role='none'"));
  CHECK(contains(heard[0].xml, "<status>bye</status>"));
  CHECK_FALSE(stage.room("coven").exists());
}

TEST_CASE("a change of nick is told as a goodbye and a hello [MUC-NICK-01]") {
  Stage stage;
  stage.join(crone, room + "/firstwitch");
  stage.join(hag, room + "/thirdwitch");
  const auto heard = stage.send("<presence from='" + hag + "' to='" + room + "/oldhag'/>");
  const auto mine = to(heard, hag);
  REQUIRE(mine.size() == 2);
  CHECK(contains(mine[0], "nick='oldhag'"));
  CHECK(contains(mine[0], "303"));
  CHECK(contains(mine[0], "110"));
  CHECK(contains(mine[1], "/oldhag'"));
  const auto theirs = to(heard, crone);
  REQUIRE(theirs.size() == 2);
  CHECK_FALSE(contains(theirs[0], "110"));
  CHECK(contains(theirs[0], "role='participant'"));
  CHECK(stage.room("coven").occupants.by_key("oldhag") != nullptr);
}

TEST_CASE("a session that is not here is told so, and no room is made [MUC-ENTER-27]") {
  Stage stage;
  const auto heard = stage.send("<presence from='" + hag + "' to='" + room + "/thirdwitch'/>");
  REQUIRE(heard.size() == 1);
  for (const char* code : {"110", "307", "333"}) CHECK(contains(heard[0].xml, code));
  CHECK_FALSE(stage.room("coven").exists());
}

TEST_CASE("a second session shares the nick [MUC-MSN-01] [MUC-MSN-06]") {
  Stage stage;
  stage.join(crone, room + "/firstwitch");
  stage.join(hag, room + "/thirdwitch");
  stage.join("hag66@shakespeare.lit/tablet", room + "/thirdwitch");
  CHECK(stage.room("coven").occupants.size() == 2);
  CHECK(stage.send(speech(crone, "All hail")).size() == 3);
  const auto heard =
      stage.send("<presence from='" + hag + "' to='" + room + "/thirdwitch' type='unavailable'/>");
  REQUIRE(to(heard, hag).size() == 1);
  CHECK(to(heard, crone).empty());
}

TEST_CASE("a silent session is pinged twice and then gone [MUC-GHOST-06] [MUC-PERS-04]") {
  Stage stage;
  stage.join(crone, room + "/firstwitch");
  stage.join(hag, room + "/thirdwitch");
  stage.restart();
  const auto pings = stage.pass(std::chrono::seconds(1), "coven");
  CHECK(pings.size() == 2);
  const std::string id = pings[0].to == crone ? pings[0].xml : pings[1].xml;
  stage.send("<iq type='result' id='x' from='" + crone + "' to='" + room + "'/>");
  const auto later = stage.pass(std::chrono::seconds(130), "coven");
  const auto seen = to(later, crone);
  REQUIRE(seen.size() == 1);
  CHECK(contains(first(seen), "333"));
  CHECK(stage.room("coven").occupants.size() == 1);
}
