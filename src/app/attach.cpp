#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include <stoa/app/attach.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::app {

namespace {

/// What a server hands over: requests for nodes, and discovery of what only we know.
constexpr std::array<std::string_view, 5> delegated_namespaces = {
    ns::pubsub, ns::pubsub_owner, "urn:xmpp:pam:0", "urn:xmpp:delegation:2:bare:disco#info:*",
    "urn:xmpp:delegation:2:bare:disco#items:*"};

using Listener = std::pair<std::string, std::uint16_t>;

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// Where the server must listen so that `host` is reached there.
std::string listen_address(const std::string& host) {
  if (host == "localhost") return "127.0.0.1";
  return is_loopback(host) ? host : "0.0.0.0";
}

/// The user's nodes are those of the component, instead of mod_pep's (package prosody-modules).
std::string prosody_host(const std::string& server, const LinkConfig& link) {
  const std::string component = in_quotes(link.link.domain);
  std::string text = fmt::format(
      "\n-- In VirtualHost {} (mod_privilege and mod_delegation are community modules, in "
      "Debian's\n"
      "-- package prosody-modules; \"pep\" must not stand in any modules_enabled):\n"
      "\tmodules_enabled = {{ \"privilege\", \"delegation\" }}\n"
      "\tmodules_disabled = {{ \"pep\", \"bookmarks\", \"vcard_legacy\" }}\n"
      "\tprivileged_entities = {{ [{}] = {{ roster = \"get\", message = \"outgoing\", "
      "presence = \"roster\",\n"
      "\t\tiq = {{ [\"urn:xmpp:blocking\"] = \"get\", "
      "[\"http://jabber.org/protocol/pubsub\"] = \"set\" }} }} }}\n"
      "\tdelegations = {{\n",
      in_quotes(server), component);
  for (const std::string_view name : delegated_namespaces) {
    text += fmt::format("\t\t[{}] = {{ jid = {} }};\n", in_quotes(name), component);
  }
  return text + "\t}\n";
}

std::string prosody(const Config& config) {
  std::set<std::string> ports;
  std::set<std::string> addresses;
  std::string components;
  std::string users;
  for (const LinkConfig& link : config.links) {
    ports.insert(std::to_string(link.link.port));
    addresses.insert(in_quotes(listen_address(link.link.host)));
    components += fmt::format(
        "\nComponent {}\n"
        "\tcomponent_secret = {}\n"
        "\tcomponent_conflict_resolve = \"kick_old\"\n",
        in_quotes(link.link.domain), in_quotes(link.link.secret));
    if (link.pep) components += "\tmodules_enabled = { \"privilege\", \"delegation\" }\n";
    for (const std::string& server : link.pep_servers()) users += prosody_host(server, link);
    if (link.link.tls != link::Tls::off) {
      components += "-- Prosody has no TLS for components: set tls = \"off\" in stoa's [[link]]\n";
    }
  }
  const auto joined = [](const std::set<std::string>& all) {
    std::string text;
    for (const std::string& one : all) text += (text.empty() ? "" : ", ") + one;
    return text;
  };
  return fmt::format(
      "-- In prosody.cfg.lua, above the first VirtualHost:\n"
      "component_ports = {{ {} }}\n"
      "component_interfaces = {{ {} }}\n"
      "{}"
      "\n-- At the end of the file:{}"
      "\n-- Then restart Prosody.\n",
      joined(ports), joined(addresses), users, components);
}

/// The users' nodes are those of the components, instead of mod_pubsub's.
std::string ejabberd_modules(const Config& config) {
  std::string servers;
  for (const LinkConfig& link : config.links) {
    if (link.pep) servers += fmt::format("    - server: {}\n", in_quotes(link.link.domain));
  }
  if (servers.empty()) return {};
  std::string text =
      "# For the nodes of users, at the top level (join it with what is there):\n"
      "acl:\n  stoa:\n" +
      servers +
      "access_rules:\n  stoa:\n    allow: stoa\n"
      "# and among the modules, mod_pubsub, mod_avatar and mod_vcard_xupdate taken out:\n"
      "modules:\n"
      "  mod_privilege:\n"
      "    roster: {get: stoa}\n"
      "    message: {outgoing: stoa}\n"
      "    presence: {roster: stoa}\n"
      "  mod_delegation:\n"
      "    namespaces:\n";
  for (const std::string_view name : {ns::pubsub, ns::pubsub_owner}) {
    text += fmt::format("      {}:\n        access: stoa\n", name);
  }
  return text;
}

std::string ejabberd(const Config& config) {
  std::map<Listener, std::vector<const LinkConfig*>> listeners;
  for (const LinkConfig& link : config.links) {
    listeners[{listen_address(link.link.host), link.link.port}].push_back(&link);
  }
  std::string text =
      "# In ejabberd.yml, below the line `listen:` that is there, with these margins:\n";
  for (const auto& [listener, links] : listeners) {
    text += fmt::format(
        "  -\n"
        "    port: {}\n"
        "    ip: {}\n"
        "    module: ejabberd_service\n"
        "    global_routes: false\n",
        listener.second, in_quotes(listener.first));
    if (links.front()->link.tls != link::Tls::off) {
      text += "    tls: true\n    certfile: \"/etc/ejabberd/ejabberd.pem\"\n";
    }
    text += "    hosts:\n";
    for (const LinkConfig* link : links) {
      text += fmt::format("      {}:\n        password: {}\n", in_quotes(link->link.domain),
                          in_quotes(link->link.secret));
    }
  }
  return text + ejabberd_modules(config) + "# Then: ejabberdctl reload_config\n";
}

/// The steps for one link. Texts to be pasted stand as they are, at the end of a line.
std::string openfire_link(const LinkConfig& link, int step) {
  const std::string& domain = link.link.domain;
  const std::string server = link.link.server.empty() ? link::server_of(domain) : link.link.server;
  const bool plain = link.link.tls == link::Tls::off;
  const std::uint16_t usual = plain ? 5275 : 5276;
  if (!domain.ends_with("." + server)) {
    return fmt::format(
        "  {}. {} cannot be attached: Openfire's components are subdomains of its own domain, "
        "such\n"
        "     as services.{}.\n",
        step, domain, server);
  }
  std::string text = fmt::format(
      "  {}. Under \"Allowed to connect\" add\n"
      "       subdomain: {}\n"
      "       shared secret: {}\n"
      "     The server's domain must be {}, and the port{} {}.\n",
      step, domain.substr(0, domain.size() - server.size() - 1), link.link.secret, server,
      plain ? "" : " for encrypted connections", link.link.port);
  if (link.link.port != usual) {
    text += fmt::format(
        "     Openfire's own is {0}: set port = {0} in stoa's [[link]], or the system property\n"
        "     {1} to {2}.\n",
        usual, plain ? "xmpp.component.socket.port" : "xmpp.component.ssl.port", link.link.port);
  }
  if (link.pep)
    text += "     Openfire does not hand over its users' nodes: pep has no effect there.\n";
  return text;
}

std::string openfire(const Config& config) {
  std::string text =
      "In Openfire's admin console, Server > Server Settings > External Components:\n"
      "  1. Enable the service.\n";
  int step = 2;
  for (const LinkConfig& link : config.links) text += openfire_link(link, step++);
  return text;
}

}  // namespace

std::optional<ServerKind> server_kind_of(std::string_view name) {
  if (name == "prosody") return ServerKind::prosody;
  if (name == "ejabberd") return ServerKind::ejabberd;
  if (name == "openfire") return ServerKind::openfire;
  return std::nullopt;
}

std::string attach_snippet(ServerKind server, const Config& config) {
  switch (server) {
    case ServerKind::prosody:
      return prosody(config);
    case ServerKind::ejabberd:
      return ejabberd(config);
    case ServerKind::openfire:
      return openfire(config);
  }
  return {};
}

}  // namespace stoa::app
