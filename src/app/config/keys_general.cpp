#include "app/config/checks.hpp"
#include "app/config/key.hpp"

// A member is named by what follows `c.` of the configuration.
#define STOA_LINK(path) ([](LinkConfig & c) -> auto& { return c.path; })
#define STOA_CONFIG(path) ([](Config & c) -> auto& { return c.path; })

namespace stoa::app {

namespace {

Expected known_services(const std::vector<std::string>& services) {
  for (const std::string& name : services) {
    if (name != "pubsub" && name != "muc") return "a list of \"pubsub\" and \"muc\"";
  }
  if (services.empty()) return "at least one of \"pubsub\" and \"muc\"";
  return std::nullopt;
}

Expected a_second(const Duration& time) {
  return time < std::chrono::seconds(1) ? Expected("1 second or more") : std::nullopt;
}

template <class Target>
void append(std::vector<Key<Target>>& keys, std::vector<Key<Target>> more) {
  for (Key<Target>& key : more) keys.push_back(std::move(key));
}

LinkKeys connection_keys() {
  using R = Row<LinkConfig>;
  return {
      R::checked("domain", "", "the component's domain, as the server has it",
                 STOA_LINK(link.domain), a_domain)
          .is_required(),
      R::checked("host", "", "name or address of the server's component listener",
                 STOA_LINK(link.host), a_host),
      R::checked("port", "", "its port", STOA_LINK(link.port), a_port),
      R::checked("secret", "", "shared with the server; never logged", STOA_LINK(link.secret),
                 a_secret),
      R::key("secret_file", "", "file that holds the secret, instead of `secret`",
             STOA_LINK(secret_file)),
      R::checked("services", "", "what the domain offers: \"pubsub\", \"muc\" or both",
                 STOA_LINK(services), known_services),
      R::key("pep", "",
             "whether the server's users have their nodes here (XEP-0163); see docs/pep.md",
             STOA_LINK(pep)),
      R::checked("pep_domains", "", "whose users likewise, besides those of `server`",
                 STOA_LINK(pep_domains), domains),
      R::checked("pep_roster_age", "seconds",
                 "for which a roster is believed, unless the server pushes changes",
                 STOA_LINK(pep_roster_age), a_second),
      R::checked("server", "",
                 "domain of the server, for pings; empty: `domain` without its first label",
                 STOA_LINK(link.server), a_domain_or_none),
      R::key("tls", "",
             "\"off\", \"verify\" or (for tests) \"unverified\"; TLS from the first byte",
             STOA_LINK(link.tls)),
      R::checked("ca_file", "", "certificates to trust, PEM; empty: the system's",
                 STOA_LINK(link.ca_file), a_certificate_file_or_none),
      R::checked("tls_name", "", "name that the server's certificate is for; empty: `host`",
                 STOA_LINK(link.tls_name), a_host_or_none),
  };
}

LinkKeys flow_keys() {
  using R = Row<LinkConfig>;
  return {
      R::checked("stanza_bytes", "bytes", "largest stanza that is sent; Prosody takes 512 KiB",
                 STOA_LINK(link.stanza_bytes), stanza_size),
      R::checked("incoming_stanza_bytes", "bytes", "largest stanza that is taken",
                 STOA_LINK(link.incoming.stanza_bytes), stanza_size),
      R::checked("max_depth", "elements", "of nesting in a stanza; deeper ones are refused",
                 STOA_LINK(link.incoming.depth), nesting),
      R::checked(
          "high_water", "bytes",
          "of output that waits, a crowd's copies at a sixteenth, above which nothing is read",
          STOA_LINK(link.high_water), not_zero),
      R::key("low_water", "bytes", "likewise, below which reading goes on",
             STOA_LINK(link.low_water)),
      R::checked("outbox_bytes", "bytes", "of output in memory, above which new output is dropped",
                 STOA_LINK(link.outbox_bytes), not_zero),
      R::checked("ping_every", "stanzas", "written between two pings that prove delivery",
                 STOA_LINK(link.ping_every), not_zero),
  };
}

LinkKeys time_keys() {
  using R = Row<LinkConfig>;
  return {
      R::key("ping_delay", "seconds", "after which written output is followed by a ping",
             STOA_LINK(link.ping_delay)),
      R::checked("idle_ping", "seconds", "of silence until a link is pinged",
                 STOA_LINK(link.idle_ping), some_time),
      R::checked("ping_timeout", "seconds",
                 "without an answer to a ping until a link is taken for dead",
                 STOA_LINK(link.ping_timeout), some_time),
      R::key("reply_age", "seconds",
             "until a reply or presence is too old to be sent after a break",
             STOA_LINK(link.reply_age)),
      R::checked("connect_timeout", "seconds", "for name look-up and TCP",
                 STOA_LINK(link.connect_timeout), some_time),
      R::checked("handshake_timeout", "seconds", "for TLS and the component handshake",
                 STOA_LINK(link.handshake_timeout), some_time),
      R::checked("close_timeout", "seconds", "for an orderly close", STOA_LINK(link.close_timeout),
                 some_time),
      R::checked("backoff_min", "seconds", "pause before the first new attempt to connect",
                 STOA_LINK(link.backoff_min), some_time),
      R::checked("backoff_max", "seconds", "longest pause between attempts",
                 STOA_LINK(link.backoff_max), some_time),
  };
}

Keys database_keys() {
  using R = Row<Config>;
  return {
      R::checked("database.url", "",
                 "a libpq URI; PG* environment variables fill what it leaves out",
                 STOA_CONFIG(database.url), a_database),
      R::checked("database.readers", "", "connections for look-ups", STOA_CONFIG(database.readers),
                 not_zero),
      R::checked("database.commit_timeout", "seconds",
                 "a change waits for its commit, then it is refused",
                 STOA_CONFIG(database.commit_timeout), some_time),
      R::checked("database.archive_grace", "seconds",
                 "the database may be away until room messages no longer wait for it",
                 STOA_CONFIG(database.archive_grace), some_time),
      R::checked("database.read_timeout", "seconds", "a look-up waits for the database",
                 STOA_CONFIG(database.read_timeout), some_time),
      R::checked("database.queue_units", "changes", "that wait for the database, at most",
                 STOA_CONFIG(database.queue_units), not_zero),
      R::checked("database.queue_bytes", "bytes", "of changes that wait for the database, at most",
                 STOA_CONFIG(database.queue_bytes), not_zero),
      R::checked("database.batch_units", "changes", "in one transaction, at most",
                 STOA_CONFIG(database.batch_units), not_zero),
      R::checked("database.batch_bytes", "bytes", "in one transaction, at most",
                 STOA_CONFIG(database.batch_bytes), not_zero),
  };
}

Keys daemon_keys() {
  using R = Row<Config>;
  return {
      R::key("admin.jids", "", "bare JIDs of those who administer the services",
             STOA_CONFIG(admins))
          .changes_live(),
      R::checked("admin.socket", "", "path of the socket for `stoa command`; empty: off",
                 STOA_CONFIG(admin_socket), a_socket),
      R::checked("http.listen", "", "ADDRESS:PORT of /metrics, /healthz and /readyz; empty: off",
                 STOA_CONFIG(http_listen), a_listener),
      R::key("log.level", "", "\"debug\", \"info\", \"warning\" or \"error\"",
             STOA_CONFIG(log_level))
          .changes_live(),
      R::key("limits.requests_per_second", "requests", "of one user, on average; 0: no limit",
             STOA_CONFIG(pubsub.limits.requests_per_second))
          .changes_live(),
      R::key("limits.requests_burst", "requests", "of one user, at once",
             STOA_CONFIG(pubsub.limits.requests_burst))
          .changes_live(),
      R::checked("limits.queue", "stanzas", "that wait for one room or node, at most",
                 STOA_CONFIG(limits.queue), not_zero),
      R::checked("limits.form_fields", "fields", "of one form in a request",
                 STOA_CONFIG(pubsub.limits.form_fields), not_zero)
          .changes_live(),
      R::checked("limits.memory", "bytes", "of idle rooms and nodes kept in memory, at most",
                 STOA_CONFIG(limits.memory), not_zero),
  };
}

Keys service_keys() {
  using R = Row<Config>;
  const std::string uris = "contact addresses as URIs (XEP-0157)";
  return {
      R::key("service.name", "", "in the vCard of the service", STOA_CONFIG(service.name)),
      R::key("service.description", "", "likewise; empty: none", STOA_CONFIG(service.description)),
      R::checked("service.url", "", "likewise; empty: none", STOA_CONFIG(service.url),
                 a_uri_or_none),
      R::key("service.show_system", "", "whether the version reply names the operating system",
             STOA_CONFIG(service.show_system)),
      R::checked("contact.abuse", "", uris, STOA_CONFIG(service.abuse), contact_uris),
      R::checked("contact.admin", "", uris, STOA_CONFIG(service.admin), contact_uris),
      R::checked("contact.feedback", "", uris, STOA_CONFIG(service.feedback), contact_uris),
      R::checked("contact.sales", "", uris, STOA_CONFIG(service.sales), contact_uris),
      R::checked("contact.security", "", uris, STOA_CONFIG(service.security), contact_uris),
      R::checked("contact.status", "", uris, STOA_CONFIG(service.status), contact_uris),
      R::checked("contact.support", "", uris, STOA_CONFIG(service.support), contact_uris),
  };
}

}  // namespace

LinkKeys link_keys() {
  LinkKeys keys = connection_keys();
  append(keys, flow_keys());
  append(keys, time_keys());
  return keys;
}

Keys general_keys() {
  Keys keys = database_keys();
  append(keys, daemon_keys());
  append(keys, service_keys());
  return keys;
}

}  // namespace stoa::app
