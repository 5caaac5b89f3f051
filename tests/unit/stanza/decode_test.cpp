#include <stoa/xml/write.hpp>

#include "unit/stanza/support.hpp"

using namespace stoa;

TEST_CASE("an envelope is read and its addresses are prepared [MUC-COMP-04]") {
  const Stanza stanza = stanza_of(
      "<message from='Romeo@Montague.LIT/Orchard' to='Room@Chat' id='1' type='groupchat' "
      "xml:lang='en'><body>hi</body></message>");
  CHECK(stanza.kind == StanzaKind::message);
  CHECK(stanza.from.str() == "romeo@montague.lit/Orchard");
  CHECK(stanza.to.str() == "room@chat");
  CHECK(stanza.id == "1");
  CHECK(stanza.type == "groupchat");
  CHECK(stanza.lang == "en");
  CHECK(stanza.payload()->is("body", ns::client));
  CHECK_FALSE(stanza.is_iq_request());
}

TEST_CASE("kinds and types are told apart") {
  CHECK(stanza_of("<iq from='a' to='b' type='get' id='1'><q xmlns='x'/></iq>").is_iq_request());
  CHECK(stanza_of("<iq from='a' to='b' type='set' id='1'><q xmlns='x'/></iq>").is_iq_request());
  CHECK_FALSE(stanza_of("<iq from='a' to='b' type='result' id='1'/>").is_iq_request());
  CHECK(stanza_of("<presence from='a' to='b' type='error'/>").is_error());
  const Stanza presence = stanza_of("<presence from='a' to='b'/>");
  CHECK(presence.kind == StanzaKind::presence);
  CHECK(presence.type.empty());
  CHECK(presence.id.empty());
  CHECK(presence.payload() == nullptr);
}

TEST_CASE("a component's stanzas stand in jabber:client, payloads as they were [PS-GEN-13]") {
  const auto decoded = decode_stanza(
      element_of("<iq from='a' to='b'><x xmlns='u'><y xmlns='jabber:component:accept'/></x>"
                 "<body/></iq>",
                 ns::component));
  REQUIRE(decoded.ok());
  CHECK(xml::to_string(decoded->element, ns::client) ==
        "<iq from='a' to='b'><x xmlns='u'><y xmlns='jabber:component:accept'/></x><body/></iq>");
}

TEST_CASE("what cannot be answered is told apart") {
  const auto fault = [](std::string_view text) {
    const auto decoded = decode_stanza(element_of(text));
    REQUIRE_FALSE(decoded.ok());
    return decoded.error();
  };
  CHECK(fault("<query from='a' to='b'/>") == DecodeFault::not_a_stanza);
  CHECK(fault("<iq xmlns='jabber:server' from='a' to='b'/>") == DecodeFault::not_a_stanza);
  CHECK(fault("<iq to='b'/>") == DecodeFault::bad_from);
  CHECK(fault("<iq from='@' to='b'/>") == DecodeFault::bad_from);
  CHECK(fault("<iq from='a'/>") == DecodeFault::bad_to);
  CHECK(fault("<iq from='a' to='b/'/>") == DecodeFault::bad_to);
}
