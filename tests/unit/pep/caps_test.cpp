#include <doctest/doctest.h>

#include <stoa/pep/caps.hpp>
#include <stoa/pep/grants.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

namespace stoa::pep {
namespace {

xml::Element element(std::string_view text) {
  auto parsed = xml::parse(text, ns::client);
  REQUIRE(parsed.ok());
  return std::move(parsed).value();
}

/// The example of XEP-0115, 5.2.
xml::Element exodus() {
  return element(
      "<query xmlns='http://jabber.org/protocol/disco#info'>"
      "<identity category='client' type='pc' name='Exodus 0.9.1'/>"
      "<feature var='http://jabber.org/protocol/caps'/>"
      "<feature var='http://jabber.org/protocol/disco#info'/>"
      "<feature var='http://jabber.org/protocol/disco#items'/>"
      "<feature var='http://jabber.org/protocol/muc'/></query>");
}

}  // namespace

TEST_CASE("capabilities are what their hash says, or not [PS-PEP-19]") {
  const disco::Info info = read_info(exodus());
  Caps caps{.hash = "sha-1", .node = "http://code.google.com/p/exodus"};
  caps.ver = "QgayPKawpkPSDYmwT/WM94uAlu0=";
  CHECK(verifies(caps, info));
  caps.ver = "QgayPKawpkPSDYmwT/WM94uAlu1=";
  CHECK_FALSE(verifies(caps, info));
  caps.ver = "QgayPKawpkPSDYmwT/WM94uAlu0=";
  caps.hash = "md5";
  CHECK_FALSE(verifies(caps, info));
}

TEST_CASE("interests are the features that end in +notify [PS-PEP-14]") {
  disco::Info info;
  info.features = {"urn:xmpp:mood", "urn:xmpp:mood+notify", "+notify", "urn:xmpp:tune+notify "};
  CHECK(*interests_of(info) == Interests{"urn:xmpp:mood"});
}

TEST_CASE("a presence without node or ver has no capabilities [PS-PEP-14]") {
  CHECK_FALSE(read_caps(element("<presence/>")));
  CHECK_FALSE(read_caps(element(
      "<presence><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' ver='x'/></presence>")));
  CHECK_FALSE(read_caps(element(
      "<presence><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='x'/></presence>")));
}

TEST_CASE("the cache forgets what is too much") {
  CapsCache cache(2);
  const auto wants = std::make_shared<const Interests>(Interests{"n"});
  for (const char* ver : {"1", "2", "3"}) {
    cache.put({.hash = "sha-1", .node = "n", .ver = ver}, wants);
  }
  CHECK(cache.find({.hash = "sha-1", .node = "other", .ver = "3"}) == wants);
  CHECK_FALSE(cache.find({.hash = "sha-1", .node = "n", .ver = "1"}));
}

TEST_CASE("both versions of grants are read, and what is unknown is passed over [PS-PEP-02]") {
  for (const std::string version : {"1", "2"}) {
    CAPTURE(version);
    const auto held = read_privileges(
        element("<message><privilege xmlns='urn:xmpp:privilege:" + version +
                "'><perm access='roster' type='both'/><perm access='message' type='loud'/>"
                "<perm access='presence' type='managed_entity'/><perm access='x' type='y'/>"
                "</privilege></message>"));
    REQUIRE(held);
    CHECK(held->ns == "urn:xmpp:privilege:" + version);
    CHECK(held->roster);
    CHECK_FALSE(held->messages);
    CHECK(held->presence == Privileges::Presence::managed);
  }
  CHECK_FALSE(
      read_privileges(element("<message><privilege xmlns='urn:xmpp:privilege:3'/></message>")));
}

TEST_CASE("a delegation names its namespaces; that of one user is not for us [PS-PEP-01]") {
  const auto held = read_delegation(element(
      "<message><delegation xmlns='urn:xmpp:delegation:2'><delegated namespace='a'/>"
      "<delegated namespace='b'><attribute name='node'/></delegated></delegation></message>"));
  REQUIRE(held);
  CHECK(held->namespaces == std::set<std::string>{"a", "b"});
  CHECK_FALSE(read_delegation(
      element("<message><delegation xmlns='urn:xmpp:delegation:2' to='juliet@shakespeare.lit'/>"
              "</message>")));
}

}  // namespace stoa::pep
