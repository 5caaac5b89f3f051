#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/muc/stage.hpp"

namespace stoa::muc::test {
namespace {

const std::string c_room = "coven@chat.shakespeare.lit";
const std::string c_owner = "crone1@shakespeare.lit/desktop";
const std::string c_guest = "hag66@shakespeare.lit/pda";
const std::string c_muc = "http://jabber.org/protocol/muc";

void from_owner(Stage& stage, const std::string& payload) {
  stage.send("<iq id='q' type='set' from='" + c_owner + "' to='" + c_room + "'>" + payload +
             "</iq>");
}
void set_option(Stage& stage, const std::string& name, const std::string& value) {
  from_owner(stage, "<query xmlns='" + c_muc +
                        "#owner'><x xmlns='jabber:x:data' type='submit'><field "
                        "var='muc#roomconfig_" +
                        name + "'><value>" + value + "</value></field></x></query>");
}

/// Something that is in the way of a join: how the room gets so, and what the guest is told.
struct Obstacle {
  std::string told;
  std::function<void(Stage&)> put;
  std::string nick;  ///< that he must ask for to meet it; empty: any
};

/// In the order of the specification.
const std::vector<Obstacle>& obstacles() {
  static const std::vector<Obstacle> all{
      {"type='modify'><jid-malformed", [](Stage&) {}, "%20"},
      {"type='auth'><forbidden",
       [](Stage& stage) {
         from_owner(stage, "<query xmlns='" + c_muc +
                               "#admin'><item affiliation='outcast' jid='hag66@shakespeare.lit'/>"
                               "</query>");
       },
       ""},
      {"type='auth'><registration-required",
       [](Stage& stage) { set_option(stage, "membersonly", "1"); }, ""},
      {"type='auth'><not-authorized",
       [](Stage& stage) {
         set_option(stage, "roomsecret", "cauldron");
         set_option(stage, "passwordprotectedroom", "1");
       },
       ""},
      {"type='cancel'><conflict", [](Stage&) {}, "firstwitch"},
      {"type='wait'><service-unavailable", [](Stage& stage) { set_option(stage, "maxusers", "1"); },
       ""},
  };
  return all;
}

std::string join_as(const std::string& nick) {
  const std::string written = nick == "%20" ? " " : nick.empty() ? "third" : nick;
  return "<presence id='j' from='" + c_guest + "' to='" + c_room + "/" + written + "'><x xmlns='" +
         c_muc + "'/></presence>";
}

/// The one reply, without `by`.
std::string refusal_of(Stage& stage, const std::string& stanza) {
  const std::string before = digest(stage.room("coven"));
  const auto heard = stage.send(stanza);
  CHECK(digest(stage.room("coven")) == before);
  REQUIRE(heard.size() == 1);
  CHECK(heard.front().to == c_guest);
  std::string xml = heard.front().xml;
  const auto by = xml.find(" by='" + c_room + "'");
  if (by != std::string::npos) xml.erase(by, c_room.size() + 6);
  return xml;
}

}  // namespace

TEST_CASE(
    "of two things in the way of a join the first is told, and nothing is left of the attempt "
    "[MUC-ENTER-31] [MUC-ENTER-33]") {
  const auto& all = obstacles();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i; j < all.size(); ++j) {
      if (i != j && !all[i].nick.empty() && !all[j].nick.empty()) continue;
      Stage stage;
      stage.join(c_owner, c_room + "/firstwitch");
      all[j].put(stage);
      if (i != j) all[i].put(stage);
      const std::string nick = all[i].nick.empty() ? all[j].nick : all[i].nick;
      const std::string told = refusal_of(stage, join_as(nick));
      CHECK_MESSAGE(contains(told, all[i].told), all[i].told, " before ", all[j].told, ": ", told);
    }
  }
}

TEST_CASE("a locked room is not there, whatever else is in the way [MUC-ENTER-31] [MUC-ENTER-22]") {
  for (const std::string nick : {"third", "firstwitch"}) {
    Stage stage;
    stage.settings.lock_new_rooms = true;
    stage.join(c_owner, c_room + "/firstwitch");
    CHECK(contains(refusal_of(stage, join_as(nick)), "type='cancel'><item-not-found"));
  }
  Stage stage;
  stage.settings.lock_new_rooms = true;
  stage.join(c_owner, c_room + "/firstwitch");
  CHECK(contains(refusal_of(stage, join_as("%20")), "type='modify'><jid-malformed"));
}

}  // namespace stoa::muc::test
