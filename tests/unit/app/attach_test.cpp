#include <doctest/doctest.h>

#include <stoa/app/attach.hpp>

namespace stoa::app {
namespace {

Config two_links() {
  auto read = read_config(
      "[[link]]\ndomain = \"rooms.example.org\"\nsecret = \"a\\\"b\"\n"
      "[[link]]\ndomain = \"nodes.example.org\"\nport = 5348\nsecret = \"n\"\n",
      "x");
  REQUIRE(read.ok());
  return std::move(read).value();
}

}  // namespace

TEST_CASE("the snippet for Prosody has the ports, and a section for each domain") {
  const std::string text = attach_snippet(ServerKind::prosody, two_links());
  CHECK(text.find("component_ports = { 5347, 5348 }") != std::string::npos);
  CHECK(text.find("component_interfaces = { \"127.0.0.1\" }") != std::string::npos);
  CHECK(text.find("Component \"rooms.example.org\"\n\tcomponent_secret = \"a\\\"b\"\n"
                  "\tcomponent_conflict_resolve = \"kick_old\"") != std::string::npos);
  CHECK(text.find("Component \"nodes.example.org\"") != std::string::npos);
}

TEST_CASE("the snippet for ejabberd has a listener for each port, with its own domains only") {
  const std::string text = attach_snippet(ServerKind::ejabberd, two_links());
  CHECK(text.find("    port: 5347\n    ip: \"127.0.0.1\"\n    module: ejabberd_service\n"
                  "    global_routes: false\n    hosts:\n      \"rooms.example.org\":\n"
                  "        password: \"a\\\"b\"\n  -\n    port: 5348") != std::string::npos);
}

TEST_CASE("the snippet for ejabberd goes into the list that is there") {
  const std::string text = attach_snippet(ServerKind::ejabberd, two_links());
  CHECK(text.starts_with("# In ejabberd.yml, below the line `listen:` that is there"));
  CHECK(text.find("\nlisten:") == std::string::npos);
}

TEST_CASE("the steps for Openfire name the subdomain, the secret as it is, and its own port") {
  const std::string text = attach_snippet(ServerKind::openfire, two_links());
  CHECK(text.find("subdomain: rooms\n       shared secret: a\"b\n") != std::string::npos);
  CHECK(text.find("The server's domain must be example.org, and the port 5347.") !=
        std::string::npos);
  CHECK(text.find("Openfire's own is 5275: set port = 5275") != std::string::npos);
  CHECK(text.find("xmpp.component.socket.port to 5347") != std::string::npos);
}

TEST_CASE("for Openfire the subdomain is what comes before the server's domain") {
  const auto read = read_config(
      "[[link]]\ndomain = \"a.rooms.example.org\"\nsecret = \"s\"\nserver = \"example.org\"\n"
      "tls = \"verify\"\nport = 5276\n"
      "[[link]]\ndomain = \"stoa\"\nsecret = \"s\"\n",
      "x");
  REQUIRE(read.ok());
  const std::string text = attach_snippet(ServerKind::openfire, read.value());
  CHECK(text.find("subdomain: a.rooms\n") != std::string::npos);
  CHECK(text.find("the port for encrypted connections 5276.") != std::string::npos);
  CHECK(text.find("Openfire's own is") == std::string::npos);
  CHECK(text.find("stoa cannot be attached") != std::string::npos);
}

TEST_CASE("with pep the snippets say what the server hands over, and what it allows [PS-PEP-01]") {
  const auto read = read_config(
      "[[link]]\ndomain = \"nodes.example.org\"\nsecret = \"s\"\npep = true\n"
      "pep_domains = [\"Example.net\"]\n",
      "x");
  REQUIRE(read.ok());
  const auto servers = read.value().links.front().pep_servers();
  CHECK(servers == std::set<std::string, std::less<>>{"example.org", "example.net"});
  const std::string prosody = attach_snippet(ServerKind::prosody, read.value());
  for (const char* host : {"VirtualHost \"example.org\"", "VirtualHost \"example.net\""}) {
    CHECK(prosody.find(host) != std::string::npos);
  }
  CHECK(prosody.find("[\"http://jabber.org/protocol/pubsub\"] = { jid = \"nodes.example.org\" }") !=
        std::string::npos);
  CHECK(prosody.find("iq = { [\"urn:xmpp:blocking\"] = \"get\", "
                     "[\"http://jabber.org/protocol/pubsub\"] = \"set\" }") != std::string::npos);
  CHECK(prosody.find("[\"urn:xmpp:pam:0\"] = { jid = \"nodes.example.org\" }") !=
        std::string::npos);
  const std::string ejabberd = attach_snippet(ServerKind::ejabberd, read.value());
  CHECK(ejabberd.find("    - server: \"nodes.example.org\"") != std::string::npos);
  CHECK(ejabberd.find("http://jabber.org/protocol/pubsub#owner:") != std::string::npos);
}

TEST_CASE("without pep no snippet speaks of it [PS-PEP-29]") {
  for (const ServerKind kind : {ServerKind::prosody, ServerKind::ejabberd}) {
    CHECK(attach_snippet(kind, two_links()).find("privilege") == std::string::npos);
  }
}

TEST_CASE("pep is refused on a link without nodes") {
  const auto read = read_config(
      "[[link]]\ndomain = \"rooms.example.org\"\nsecret = \"s\"\npep = true\n"
      "services = [\"muc\"]\n",
      "x");
  CHECK_FALSE(read.ok());
}

}  // namespace stoa::app
