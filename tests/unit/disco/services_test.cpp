#include <chrono>

#include <doctest/doctest.h>

#include <stoa/disco/services.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

using namespace stoa;
using namespace stoa::disco;

namespace {

const Timestamp started = *parse_xep0082("2026-11-21T03:30:00Z");
const Uptime uptime{.started = started, .now = started + std::chrono::milliseconds(90'500)};

std::string answered(std::string_view type, std::string_view payload,
                     const ServiceProfile& profile) {
  auto element = xml::parse("<iq xmlns='jabber:client' from='a@b/c' to='s' id='1' type='" +
                            std::string(type) + "'>" + std::string(payload) + "</iq>");
  REQUIRE(element.ok());
  auto stanza = decode_stanza(std::move(element).value());
  REQUIRE(stanza.ok());
  const auto made = answer(*stanza, profile, uptime);
  if (!made) return "nobody";
  return *made ? xml::to_string(**made) : "empty";
}

}  // namespace

TEST_CASE("ping, version, uptime and time are answered [PS-GEN-17] [MUC-DISCO-25]") {
  const ServiceProfile profile{.name = "Stoa", .version = "1.0", .os = "POSIX"};
  CHECK(answered("get", "<ping xmlns='urn:xmpp:ping'/>", profile) == "empty");
  CHECK(answered("get", "<query xmlns='jabber:iq:version'/>", profile) ==
        "<query xmlns='jabber:iq:version'><name>Stoa</name><version>1.0</version>"
        "<os>POSIX</os></query>");
  CHECK(answered("get", "<query xmlns='jabber:iq:version'/>", {.name = "S", .version = "1"}) ==
        "<query xmlns='jabber:iq:version'><name>S</name><version>1</version></query>");
  CHECK(answered("get", "<query xmlns='jabber:iq:last'/>", profile) ==
        "<query xmlns='jabber:iq:last' seconds='90'/>");
  CHECK(answered("get", "<time xmlns='urn:xmpp:time'/>", profile) ==
        "<time xmlns='urn:xmpp:time'><tzo>+00:00</tzo><utc>2026-11-21T03:31:30.500000Z</utc>"
        "</time>");
}

TEST_CASE("the vCard comes from the configuration, or from nobody [PS-GEN-18]") {
  ServiceProfile profile;
  CHECK(answered("get", "<vCard xmlns='vcard-temp'/>", profile) == "nobody");
  profile.vcard = *xml::parse("<vCard xmlns='vcard-temp'><FN>Stoa</FN></vCard>");
  CHECK(answered("get", "<vCard xmlns='vcard-temp'/>", profile) ==
        "<vCard xmlns='vcard-temp'><FN>Stoa</FN></vCard>");
}

TEST_CASE("other requests are left to others") {
  const ServiceProfile profile;
  CHECK(answered("set", "<query xmlns='jabber:iq:version'/>", profile) == "nobody");
  CHECK(answered("get", "<query xmlns='jabber:iq:private'/>", profile) == "nobody");
}

TEST_CASE("what is answered is listed, and what is listed is answered [PS-GEN-17]") {
  ServiceProfile profile;
  CHECK(service_features(profile) ==
        std::vector<std::string>{"http://jabber.org/protocol/disco#info",
                                 "http://jabber.org/protocol/disco#items", "urn:xmpp:ping",
                                 "jabber:iq:version", "jabber:iq:last", "urn:xmpp:time"});
  profile.vcard = xml::Element("vCard", "vcard-temp");
  CHECK(service_features(profile).back() == "vcard-temp");
}

TEST_CASE("contact addresses are a form of service discovery [PS-DISC-10] [MUC-CMD-07]") {
  const ServiceProfile none;
  CHECK_FALSE(contact_form(none).has_value());
  Info plain;
  add_common(plain, none);
  CHECK(plain.forms.empty());

  const ServiceProfile some{.contacts = {{ContactKind::status, "https://status.example"},
                                         {ContactKind::abuse, "mailto:abuse@example"},
                                         {ContactKind::abuse, "xmpp:abuse@example"}}};
  Info info;
  add_common(info, some);
  REQUIRE(info.forms.size() == 1);
  const forms::Form& form = info.forms.front();
  CHECK(form.type == forms::FormType::result);
  CHECK(form.form_type == "http://jabber.org/network/serverinfo");
  REQUIRE(form.fields.size() == 2);
  CHECK(form.find("abuse-addresses")->values ==
        forms::Values{"mailto:abuse@example", "xmpp:abuse@example"});
  CHECK(form.value("status-addresses") == "https://status.example");
}
