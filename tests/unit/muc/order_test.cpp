#include <cstdlib>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <stoa/base/system.hpp>

#include "unit/muc/stage.hpp"

namespace stoa::muc::test {
namespace {

const std::string o_room = "coven@chat.shakespeare.lit";
const std::string o_owner = "crone1@shakespeare.lit/desktop";
const std::string o_second = "wiccarocks@shakespeare.lit/laptop";
const std::string o_third = "hag66@shakespeare.lit/pda";
const std::string o_muc = "http://jabber.org/protocol/muc";

std::string ask_admin(const std::string& item) {
  return "<iq id='q' type='set' from='" + o_owner + "' to='" + o_room + "'><query xmlns='" + o_muc +
         "#admin'><item " + item + "/></query></iq>";
}
std::string ask_owner(const std::string& content) {
  return "<iq id='q' type='set' from='" + o_owner + "' to='" + o_room + "'><query xmlns='" + o_muc +
         "#owner'>" + content + "</query></iq>";
}

/// Everything that is said, in its order over all recipients, a letter each: O, S, T for a presence
/// to the owner, the second and the third; R for the reply; M for a message to anybody.
std::string order_of(const std::string& stanza) {
  Stage stage;
  stage.join(o_owner, o_room + "/firstwitch");
  stage.join(o_second, o_room + "/second");
  stage.join(o_third, o_room + "/third");
  std::string order;
  for (const Heard& one : stage.send(stanza)) {
    char letter = one.to == o_owner ? 'O' : one.to == o_second ? 'S' : 'T';
    if (one.xml.starts_with("<iq")) letter = 'R';
    if (one.xml.starts_with("<message")) letter = 'M';
    order += letter;
  }
  return order;
}

bool one_of(const std::string& order, const std::vector<std::string>& allowed) {
  for (const std::string& each : allowed) {
    if (order == each) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("who is concerned hears of it in the order of the specification [MUC-CHOICE-06]") {
  const std::string jid = "jid='wiccarocks@shakespeare.lit'";
  const auto check = [](const std::string& what, const std::string& stanza,
                        const std::vector<std::string>& allowed) {
    const std::string order = order_of(stanza);
    CHECK_MESSAGE(one_of(order, allowed), what, ": ", order);
  };
  check("kick", ask_admin("role='none' nick='second'"), {"SROT", "SRTO"});
  check("revoke voice", ask_admin("role='visitor' nick='second'"), {"RSOT", "RSTO"});
  check("make a moderator", ask_admin("role='moderator' nick='second'"), {"RSOTSS", "RSTOSS"});
  check("ban", ask_admin("affiliation='outcast' " + jid), {"RSOT", "RSTO"});
  check("make a member", ask_admin("affiliation='member' " + jid), {"RSOT", "RSTO"});
  check("destroy", ask_owner("<destroy/>"), {"OSTR", "OTSR", "SOTR", "STOR", "TOSR", "TSOR"});
}

TEST_CASE("a configuration is answered, then presences, then the status [MUC-CONFX-08]") {
  const std::string order = order_of(
      ask_owner("<x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_moderatedroom'>"
                "<value>1</value></field></x>"));
  CHECK(order.front() == 'R');
  CHECK(order.ends_with("MMM"));
  CHECK(order.find('M') == order.size() - 3);
  CHECK(order.size() > 4);
}

TEST_CASE("a stanza-id is 128 random bits and nothing else, whatever room or time [MUC-ID-04]") {
  // Everything that is archived takes its id from there, as it comes.
  Stage stage;
  stage.join(o_owner, o_room + "/firstwitch");
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const auto heard = stage.send("<message type='groupchat' from='" + o_owner + "' to='" + o_room +
                                  "'><body>again</body><stanza-id xmlns='urn:xmpp:sid:0' by='" +
                                  o_room + "' id='token-1'/></message>");
    const std::string copy = to(heard, o_owner).front();
    const std::string mark = "by='" + o_room + "' id='";
    const auto begin = copy.find(mark) + mark.size();
    const std::string id = copy.substr(begin, copy.find('\'', begin) - begin);
    CHECK(id.starts_with("token-"));
    CHECK(seen.insert(id).second);
  }
  // And that source gives every bit as often as not, without regard to the one before.
  constexpr int count = 4096;
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  RandomIds ids;
  std::vector<int> set(126, 0);
  std::vector<int> kept(126, 0);
  std::vector<int> last(126, 0);
  for (int i = 0; i < count; ++i) {
    const std::string token = ids.token();
    for (std::size_t bit = 0; bit < 126; ++bit) {
      const auto value = static_cast<int>(letters.find(token[bit / 6]));
      const int now = value >> (bit % 6) & 1;
      set[bit] += now;
      kept[bit] += now == last[bit] ? 1 : 0;
      last[bit] = now;
    }
  }
  // Eight standard deviations: never by chance.
  for (const auto& tally : {set, kept}) {
    for (const int n : tally) CHECK(std::abs(n - count / 2) < 8 * 32);
  }
}

TEST_CASE("a long list of affiliations comes in a chain of messages, first of all [MUC-MAV-02]") {
  Stage stage;
  stage.join(o_owner, o_room + "/firstwitch");
  std::string items;
  for (int i = 0; i < 1200; ++i) {
    items += "<item affiliation='member' jid='m" + std::to_string(i) + "@shakespeare.lit'/>";
  }
  stage.send("<iq id='q' type='set' from='" + o_owner + "' to='" + o_room + "'><query xmlns='" +
             o_muc + "#admin'>" + items + "</query></iq>");
  const std::string version = std::to_string(stage.room("coven").affiliation_version);
  const std::string until = "until='" + version + "'/>";
  for (const std::string since : {"", " since='99999'", " since='x'"}) {
    const auto heard = stage.send(
        "<presence from='" + o_owner + "' to='" + o_room + "/firstwitch'><x xmlns='" + o_muc +
        "'><mav xmlns='urn:xmpp:muc:affiliations:1'" + since + "/></x></presence>");
    REQUIRE(heard.size() > 3);
    std::size_t listed = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string& xml = heard[i].xml;
      CHECK(xml.starts_with("<message"));
      CHECK(xml.size() < 128 * 1024);
      const std::string mark = i == 0 ? until : "since='" + version + "' " + until;
      CHECK(contains(xml, "<mav xmlns='urn:xmpp:muc:affiliations:1' " + mark));
      for (auto at = xml.find("<item "); at != std::string::npos; at = xml.find("<item ", at + 1)) {
        ++listed;
      }
    }
    CHECK(listed == 1201);
    CHECK(heard[3].xml.starts_with("<presence"));
  }
}

}  // namespace stoa::muc::test
