#include <stoa/stanza/build.hpp>
#include <stoa/xml/write.hpp>

#include "unit/stanza/support.hpp"

using namespace stoa;

namespace {

const Jid room = *Jid::parse("room@s");
const Jid user = *Jid::parse("u@a/r");

std::string text(const xml::Element& element) {
  return xml::to_string(element, ns::client);
}

}  // namespace

TEST_CASE("an iq result goes back to where the request came from") {
  const Stanza request = stanza_of("<iq from='u@a/r' to='room@s' type='get' id='7'/>");
  CHECK(text(build::iq_result(request)) == "<iq from='room@s' to='u@a/r' type='result' id='7'/>");
  CHECK(text(build::iq_result(request, xml::Element("query", ns::disco_info))) ==
        "<iq from='room@s' to='u@a/r' type='result' id='7'>"
        "<query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
}

TEST_CASE("envelopes leave out what is empty") {
  CHECK(text(build::presence({room, user})) == "<presence from='room@s' to='u@a/r'/>");
  CHECK(text(build::message({room, user, "groupchat", "1"})) ==
        "<message from='room@s' to='u@a/r' type='groupchat' id='1'/>");
  CHECK(text(build::iq({room, user, "set"})) == "<iq from='room@s' to='u@a/r' type='set'/>");
}

TEST_CASE("common children are as their specifications write them") {
  CHECK(text(build::text_element("body", "a<b")) == "<body>a&lt;b</body>");
  CHECK(text(build::delay(room, Timestamp(Duration(0)))) ==
        "<delay xmlns='urn:xmpp:delay' from='room@s' stamp='1970-01-01T00:00:00Z'/>");
  CHECK(text(build::delay(room, Timestamp(Duration(0)), "late")) ==
        "<delay xmlns='urn:xmpp:delay' from='room@s' stamp='1970-01-01T00:00:00Z'>late</delay>");
  CHECK(text(build::stanza_id(room, "x")) ==
        "<stanza-id xmlns='urn:xmpp:sid:0' by='room@s' id='x'/>");
  CHECK(text(build::occupant_id("x")) == "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='x'/>");
  CHECK(text(build::hint("store")) == "<store xmlns='urn:xmpp:hints'/>");
  CHECK(text(build::forwarded(xml::Element("delay", ns::delay), build::message({room, user}))) ==
        "<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay'/>"
        "<message xmlns='jabber:client' from='room@s' to='u@a/r'/></forwarded>");
}
