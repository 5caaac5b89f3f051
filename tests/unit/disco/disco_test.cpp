#include <doctest/doctest.h>

#include <stoa/disco/disco.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

using namespace stoa;
using namespace stoa::disco;

namespace {

Stanza iq(std::string_view type, std::string_view payload) {
  auto element = xml::parse("<iq xmlns='jabber:client' from='a@b/c' to='s' id='1' type='" +
                            std::string(type) + "'>" + std::string(payload) + "</iq>");
  REQUIRE(element.ok());
  auto stanza = decode_stanza(std::move(element).value());
  REQUIRE(stanza.ok());
  return std::move(stanza).value();
}

}  // namespace

TEST_CASE("info is written with identities, features and forms [MUC-DISCO-01] [PS-DISC-01]") {
  Info info{.node = "n",
            .identities = {{"conference", "text", "Rooms", "en"}, {"pubsub", "service", "", ""}}};
  info.add_feature("b");
  info.add_feature("a");
  info.add_feature("b");
  info.forms.push_back({.type = forms::FormType::result, .form_type = "f"});
  CHECK(xml::to_string(encode(info)) ==
        "<query xmlns='http://jabber.org/protocol/disco#info' node='n'>"
        "<identity category='conference' type='text' name='Rooms' xml:lang='en'/>"
        "<identity category='pubsub' type='service'/><feature var='b'/><feature var='a'/>"
        "<x xmlns='jabber:x:data' type='result'>"
        "<field var='FORM_TYPE' type='hidden'><value>f</value></field></x></query>");
}

TEST_CASE("items are written; what is empty is left out [MUC-DISCO-04] [PS-DISC-18]") {
  const Items items{.items = {{*Jid::parse("r@s"), "", "A room"}, {*Jid::parse("s"), "node", ""}},
                    .set = rsm::ResultSet{.count = 2}};
  CHECK(xml::to_string(encode(items)) ==
        "<query xmlns='http://jabber.org/protocol/disco#items'><item jid='r@s' name='A room'/>"
        "<item jid='s' node='node'/>"
        "<set xmlns='http://jabber.org/protocol/rsm'><count>2</count></set></query>");
}

TEST_CASE("two services at one address answer as one") {
  Info rooms{.identities = {{"conference", "text", "", ""}}, .features = {"muc", "ping"}};
  rooms.forms.push_back(
      {.form_type = "serverinfo", .fields = {forms::Field{.var = "a", .values = {"1"}}}});
  Info nodes{.identities = {{"conference", "text", "", ""}, {"pubsub", "service", "", ""}},
             .features = {"ping", "pubsub"}};
  nodes.forms.push_back(
      {.form_type = "serverinfo",
       .fields = {forms::Field{.var = "a", .values = {"2"}}, forms::Field{.var = "b"}}});
  nodes.forms.push_back({.form_type = "other"});
  merge(rooms, nodes);
  CHECK(rooms.identities.size() == 2);
  CHECK(rooms.features == std::vector<std::string>{"muc", "ping", "pubsub"});
  REQUIRE(rooms.forms.size() == 2);
  CHECK(rooms.forms[0].fields.size() == 2);
  CHECK(rooms.forms[0].value("a") == "1");
}

TEST_CASE("disco requests are read") {
  auto info = decode(iq("get", "<query xmlns='http://jabber.org/protocol/disco#info' node='n'/>"));
  REQUIRE(info.has_value());
  REQUIRE(info->ok());
  CHECK((*info)->kind == Query::Kind::info);
  CHECK((*info)->node == "n");

  const Stanza stanza =
      iq("get",
         "<query xmlns='http://jabber.org/protocol/disco#items'>"
         "<set xmlns='http://jabber.org/protocol/rsm'><max>2</max></set></query>");
  auto items = decode(stanza);
  REQUIRE(items.has_value());
  REQUIRE(items->ok());
  CHECK((*items)->kind == Query::Kind::items);
  CHECK((*items)->page->max == 2u);

  CHECK_FALSE(decode(iq("get", "<query xmlns='jabber:iq:version'/>")).has_value());
  CHECK_FALSE(
      decode(iq("result", "<query xmlns='http://jabber.org/protocol/disco#info'/>")).has_value());
  auto set = decode(iq("set", "<query xmlns='http://jabber.org/protocol/disco#info'/>"));
  REQUIRE(set.has_value());
  CHECK(set->error().condition == Condition::bad_request);
  auto bad = decode(iq("get",
                       "<query xmlns='http://jabber.org/protocol/disco#items'>"
                       "<set xmlns='http://jabber.org/protocol/rsm'><max>x</max></set></query>"));
  REQUIRE(bad.has_value());
  CHECK(bad->error().condition == Condition::bad_request);
}

TEST_CASE("the string under the verification string is that of XEP-0115's example") {
  Info info{
      .identities = {{"client", "pc", "Psi 0.11", "en"}, {"client", "pc", "\xce\xa8 0.11", "el"}},
      .features = {"http://jabber.org/protocol/caps", "http://jabber.org/protocol/disco#info",
                   "http://jabber.org/protocol/disco#items", "http://jabber.org/protocol/muc"}};
  info.forms.push_back({.type = forms::FormType::result,
                        .form_type = "urn:xmpp:dataforms:softwareinfo",
                        .fields = {forms::Field{.var = "os", .values = {"Mac"}},
                                   forms::Field{.var = "ip_version", .values = {"ipv6", "ipv4"}}}});
  CHECK(caps_string(info) ==
        "client/pc/el/\xce\xa8 0.11<client/pc/en/Psi 0.11<http://jabber.org/protocol/caps<"
        "http://jabber.org/protocol/disco#info<http://jabber.org/protocol/disco#items<"
        "http://jabber.org/protocol/muc<urn:xmpp:dataforms:softwareinfo<ip_version<ipv4<ipv6<os<"
        "Mac<");
}
