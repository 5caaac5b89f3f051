#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include <stoa/app/config.hpp>

namespace stoa::app {
namespace {

const std::string link = "[[link]]\ndomain = \"Services.Example.org\"\nsecret = \"s\"\n";

std::string faults_of(const std::string& text) {
  const auto read = read_config(text, "dir/stoa.toml");
  std::string all;
  if (read.ok()) return all;
  for (const ConfigFault& fault : read.error()) all += to_string(fault) + "\n";
  return all;
}

/// `table.key` -> text of the value, of every key that a file lists, commented out or not.
std::map<std::string, std::string> listed(const std::string& file) {
  std::ifstream in(file);
  REQUIRE(in);
  std::map<std::string, std::string> keys;
  std::string table;
  std::string line;
  const std::regex header(R"(^\[+([a-z_.]+)\]+.*)");
  const std::regex pair(R"(^#? ?([a-z_]+) = (.*?)(  +#.*)?$)");
  for (std::smatch match; std::getline(in, line);) {
    if (std::regex_match(line, match, header)) table = match[1];
    if (std::regex_match(line, match, pair)) keys[table + "." + match[1].str()] = match[2];
  }
  return keys;
}

}  // namespace

TEST_CASE("the fixed part of a configuration is read") {
  const auto read = read_config(link + R"(
host = "xmpp.example.org"
port = 5275
services = ["muc"]
[database]
url = "postgresql:///stoa"
[admin]
jids = ["Admin@example.org"]
[http]
listen = "127.0.0.1:5480"
)",
                                "stoa.toml");
  REQUIRE(read.ok());
  const Config& config = read.value();
  REQUIRE(config.links.size() == 1);
  CHECK(config.links[0].link.domain == "services.example.org");
  CHECK(config.links[0].link.host == "xmpp.example.org");
  CHECK(config.links[0].link.port == 5275);
  CHECK(config.links[0].services == std::vector<std::string>{"muc"});
  CHECK(config.database.url == "postgresql:///stoa");
  CHECK(config.admins == std::vector{*Jid::parse("admin@example.org")});
  CHECK(config.http_listen == "127.0.0.1:5480");
}

TEST_CASE("every fault is named with file, line and key, and all of them at once") {
  const std::string faults = faults_of(link +
                                       "port = \"high\"\n"
                                       "[database]\nurll = \"x\"\n[muc]\nlock_new_rooms = 1\n"
                                       "listing = \"some\"\n");
  CHECK(faults.find("dir/stoa.toml:4: link.port: expected a whole number from 0 to 65535") !=
        std::string::npos);
  CHECK(faults.find("dir/stoa.toml:6: database.urll: is no key; did you mean database.url?") !=
        std::string::npos);
  CHECK(faults.find("dir/stoa.toml:8: muc.lock_new_rooms: expected true or false") !=
        std::string::npos);
  CHECK(faults.find("muc.listing: expected one of \"everybody\"") != std::string::npos);
}

TEST_CASE("what does not make sense is refused") {
  const std::pair<std::string, const char*> wrong[] = {
      {"", "stoa.toml:1: link: expected at least one [[link]]"},
      {"[link]\ndomain = \"a\"", "[[link]], in double brackets"},
      {"[[link]]\nsecret = \"s\"", "link.domain: is missing"},
      {"[[link]]\ndomain = \"a@b\"\nsecret = \"s\"", "a domain name"},
      {"[[link]]\ndomain = \"a\"", "stoa.toml:1: link.secret: expected a secret"},
      {"[[link]]\ndomain = \"a\"\nsecret = \"\"", "stoa.toml:3: link.secret: expected a secret"},
      {link + "secret_file = \"x\"", "stoa.toml:4: link.secret: expected no secret besides"},
      {link + link, "stoa.toml:5: link.domain: expected another domain"},
      {link + "services = [\"irc\"]", "a list of \"pubsub\" and \"muc\""},
      {link + "[http]\nlisten = \"5480\"", "ADDRESS:PORT"},
      {link + "[admin]\njids = [\"a@b/c\"]", "a bare JID"},
      {link + "[pubsub.defaults]\naccess_model = \"closed\"", "pubsub.defaults.access_model"},
      {link + "[pubsub]\nmax_items = -1", "whole number"},
      {"[[link]\n", "stoa.toml:1:"},
  };
  for (const auto& row : wrong) {
    const std::string& text = row.first;
    CAPTURE(text);
    CHECK(faults_of(text).find(row.second) != std::string::npos);
  }
}

TEST_CASE(
    "values that no daemon could work with are refused, with their line and what is expected") {
  const std::pair<std::string, const char*> wrong[] = {
      {"host = \"\"", "link.host: expected a host's name or address"},
      {"host = \"a b\"", "link.host: expected a host's name or address"},
      {"port = 0", "link.port: expected a port, from 1 to 65535"},
      {"server = \"a b@\"", "link.server: expected a domain name"},
      {"secret_file = \"none\"", "link.secret: expected no secret besides secret_file"},
      {"tls_name = \"/\"", "link.tls_name: expected a host's name or address"},
      {"ca_file = \"/none\"", "link.ca_file: expected a file that can be read"},
      {"ca_file = \"/etc\"", "link.ca_file: expected a file that can be read"},
      {"stanza_bytes = 9999", "link.stanza_bytes: expected 10000 or more"},
      {"incoming_stanza_bytes = 1", "link.incoming_stanza_bytes: expected 10000 or more"},
      {"max_depth = 2", "link.max_depth: expected 10 or more"},
      {"idle_ping = 0", "link.idle_ping: expected more than 0 seconds"},
      {"ping_timeout = 0.0", "link.ping_timeout: expected more than 0 seconds"},
      {"connect_timeout = 0.0001", "link.connect_timeout: expected more than 0 seconds"},
      {"handshake_timeout = 0", "link.handshake_timeout: expected more than 0 seconds"},
      {"close_timeout = -1", "link.close_timeout: expected a number of seconds"},
      {"backoff_min = 0", "link.backoff_min: expected more than 0 seconds"},
      {"pep = true\nservices = [\"muc\"]", "link.pep: expected false, or"},
      {"[database]\nurl = \"postgresql:///x?connect_timout=3\"",
       "database.url: expected a connection URI of libpq"},
      {"[database]\ncommit_timeout = 0", "database.commit_timeout: expected more than 0"},
      {"[database]\nread_timeout = 0", "database.read_timeout: expected more than 0"},
      {"[http]\nlisten = \"foo.bar:80\"", "http.listen: expected ADDRESS:PORT"},
      {"[http]\nlisten = \"127.0.0.1:0\"", "http.listen: expected ADDRESS:PORT"},
      {"[http]\nlisten = \"127.0.0.1:80x\"", "http.listen: expected ADDRESS:PORT"},
      {"[contact]\nabuse = [\"abuse@example.org\"]", "contact.abuse: expected a list of URIs"},
      {"[service]\nurl = \"example.org\"", "service.url: expected a URI"},
      {"[muc]\nmax_users = -1", "muc.max_users: expected a whole number, 0 or more"},
      {"[muc]\niq_timeout = 0", "muc.iq_timeout: expected more than 0 seconds"},
      {"[muc]\ncreators = 2020-01-01", "muc.creators: expected a list, in [ ]"},
      {"[pubsub]\nanonymous_domains = [\"a@b\"]", "pubsub.anonymous_domains: expected a list of"},
  };
  for (const auto& row : wrong) {
    const std::string& text = row.first;
    CAPTURE(text);
    const std::string faults = faults_of(link + text);
    const std::string line = text.starts_with("[") ? "5" : "4";
    CHECK(faults.starts_with("dir/stoa.toml:" + line + ": " + row.second));
    CHECK(std::count(faults.begin(), faults.end(), '\n') == 1);
  }
}

TEST_CASE("what is wrong between two keys is said of the one that is there") {
  const std::pair<std::string, const char*> wrong[] = {
      {"low_water = 20000000", ":4: link.low_water: expected at most high_water, 16777216"},
      {"high_water = 10000", ":4: link.high_water: expected at least low_water, 8388608"},
      {"high_water = 1\nlow_water = 2", ":5: link.low_water: expected at most high_water, 1"},
      {"outbox_bytes = 9000000", ":4: link.outbox_bytes: expected at least high_water, 16777216"},
      {"backoff_max = 0.2", ":4: link.backoff_max: expected at least backoff_min, 0.25"},
      {"backoff_max = 1\nbackoff_min = 2", ":5: link.backoff_min: expected at most backoff_max, 1"},
  };
  for (const auto& row : wrong) {
    const std::string& text = row.first;
    CAPTURE(text);
    CHECK(faults_of(link + text) == "dir/stoa.toml" + std::string(row.second) + "\n");
  }
}

TEST_CASE("a fault hides those of other keys no more than it has to") {
  CHECK(faults_of(link + "host = \"\"\nlow_water = 20000000\n") ==
        "dir/stoa.toml:4: link.host: expected a host's name or address, such as "
        "\"xmpp.example.org\" or \"127.0.0.1\"\n"
        "dir/stoa.toml:5: link.low_water: expected at most high_water, 16777216\n");
  CHECK(faults_of(link + "low_water = 20000000\nhigh_water = \"much\"\n") ==
        "dir/stoa.toml:5: link.high_water: expected a whole number, 0 or more\n");
  CHECK(faults_of("[[link]]\nsecret = \"s\"\n[[link]]\nsecret = \"s\"\n") ==
        "dir/stoa.toml:1: link.domain: is missing: the component's domain, as the server has it\n"
        "dir/stoa.toml:3: link.domain: is missing: the component's domain, as the server has it\n");
}

TEST_CASE("tables and keys are told apart") {
  const std::pair<std::string, const char*> wrong[] = {
      {"database = 3\n" + link, ":1: database: expected one table, [database]\n"},
      {link + "[[database]]\n",
       ":4: database: expected one table, [database], in single brackets\n"},
      {link + "[pubsub]\ndefaults = 1",
       ":5: pubsub.defaults: expected one table, [pubsub.defaults]\n"},
      {link + "[databse]\n", ":4: databse: is no table; did you mean [database]?\n"},
      {link + "[database.url]\n", ":4: database.url: expected a value; found a table\n"},
      {link + "[link.host]\n", ":4: link.host: expected a value; found a table\n"},
  };
  for (const auto& row : wrong) {
    const std::string& text = row.first;
    CAPTURE(text);
    CHECK(faults_of(text) == "dir/stoa.toml" + std::string(row.second));
  }
  CHECK(faults_of(link + "[database]\n[muc]\n[muc.defaults]\n").empty());
}

TEST_CASE("no fault quotes a password") {
  const std::string password = "hunter2";
  const std::string wrong[] = {
      "secret = " + password,
      "secret " + password,
      "secret = \"" + password,
      "secret = '" + password + "\n'",
      "secret = \"\"\"\n" + password + "\n",
      "secret = \"x\" " + password,
      "secret = [\"" + password + "\"]",
      "secret = \"" + password + "\\u0007\"",
      "secret_file = \"" + password + "\"",
      "secret = \"" + password + "\"\nsecret = \"" + password + "\"",
      "secret = \"s\"\n[database]\nurl = \"mysql://u:" + password + "@h/x\"",
      "secret = \"s\"\n[database]\nurl = \"postgresql://u:" + password + "%zz@h/x\"",
      "secret = \"s\"\n[database]\nurl = \"postgresql://u:p@" + password + "@h/x\"",
      "secret = \"s\"\n[database]\nurl = \"postgresql://u:" + password + "/x\"",
      "secret = \"s\"\n[database]\nurl = postgresql://u:" + password + "@h/x",
      "secret = \"s\"\n[database]\nurl = [\"" + password + "\"]",
      "secret = \"s\"\n[muc]\nmax_password = 3\n[muc.defaults]\nroomsecret = \"" + password + "\"",
      "secret = \"s\"\n[muc.defaults]\nroomsecret = " + password,
  };
  for (const std::string& lines : wrong) {
    CAPTURE(lines);
    const std::string faults = faults_of("[[link]]\ndomain = \"a\"\n" + lines + "\n");
    CHECK_FALSE(faults.empty());
    CHECK(faults.find(password) == std::string::npos);
    CHECK(faults.find("hunt") == std::string::npos);
    CHECK(faults.find("hu") == std::string::npos);
  }
}

TEST_CASE("defaults of new nodes and rooms are set with the names of their forms") {
  const auto read = read_config(
      link +
          "[pubsub.defaults]\naccess_model = \"whitelist\"\nmax_items = 10\npersist_items = false\n"
          "[muc.defaults]\nwhois = \"anyone\"\npersistentroom = true\n",
      "x");
  REQUIRE(read.ok());
  CHECK(read.value().pubsub.defaults.access_model == pubsub::AccessModel::whitelist);
  CHECK(read.value().pubsub.defaults.max_items == 10u);
  CHECK_FALSE(read.value().pubsub.defaults.persist_items);
  CHECK(read.value().muc.defaults->whois == muc::Whois::anyone);
  CHECK(read.value().muc.defaults->persistent);
}

TEST_CASE("a secret may stand in a file beside the configuration") {
  std::string folder = (std::filesystem::temp_directory_path() / "stoa-config-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::filesystem::path file = std::filesystem::path(folder) / "stoa.toml";
  std::ofstream(file) << "[[link]]\ndomain = \"a\"\nsecret_file = \"secret\"\n";
  CHECK_FALSE(load_config(file).ok());
  std::ofstream(std::filesystem::path(folder) / "secret") << "sesame\n";
  const auto read = load_config(file);
  REQUIRE(read.ok());
  CHECK(read.value().links[0].link.secret == "sesame");
  std::filesystem::remove_all(folder);
  CHECK_FALSE(load_config(file).ok());
}

TEST_CASE("a reload takes over what can change and names the rest") {
  const auto before = read_config(link, "x");
  const auto after = read_config(
      link + "port = 1\n[log]\nlevel = \"debug\"\n[admin]\njids = [\"a@b\"]\n[muc]\nname = \"R\"\n",
      "x");
  REQUIRE(before.ok());
  REQUIRE(after.ok());
  Config running = before.value();
  CHECK(take_live(running, after.value()) == std::vector<std::string>{"muc.name", "link"});
  CHECK(running.log_level == log::Level::debug);
  CHECK(running.admins.size() == 1);
  CHECK(running.muc.name == "Rooms");
  CHECK(running.links[0].link.port == 5347);
}

TEST_CASE("every limit can be changed by a reload, and for some [PS-LIM-09]") {
  const auto before = read_config(link, "x");
  std::string text = link +
                     "[limits]\nrequests_per_second = 0.5\nrequests_burst = 7\n"
                     "form_fields = 9\n[pubsub]\nlimits_for = [\"example.org";
  for (const auto& [name, value] : pubsub::named_limits({})) text += " " + std::string(name) + "=3";
  const auto after = read_config(text + "\"]\n", "x");
  REQUIRE(before.ok());
  REQUIRE(after.ok());
  Config running = before.value();
  CHECK(take_live(running, after.value()).empty());
  CHECK(running.pubsub.limits.requests_per_second == 0.5);
  CHECK(running.pubsub.limits.requests_burst == 7);
  CHECK(running.pubsub.limits.form_fields == 9);
  const pubsub::LimitBook book(running.pubsub.limits, running.pubsub.limits_for);
  for (const auto& limit : pubsub::named_limits(book.of(*Jid::parse("a@example.org")))) {
    CAPTURE(limit.first);
    CHECK(limit.second == "3");
  }
  std::set<std::string> names;
  for (const auto& [name, value] : pubsub::named_limits({})) names.insert(std::string(name));
  for (const KeyDescription& key : describe_keys()) {
    const bool limit = key.name.starts_with("pubsub.max_") || key.name.starts_with("pubsub.min_") ||
                       key.name.starts_with("limits.requests_");
    if (!limit || key.name == "pubsub.max_lease") continue;
    CAPTURE(key.name);
    CHECK(key.live);
    CHECK(names.contains(key.name.substr(key.name.find('.') + 1)));
  }
}

TEST_CASE("what the head of config/stoa.toml says of SIGHUP is so") {
  bool limits = false;  // [pubsub] from max_items to limits_for
  for (const KeyDescription& key : describe_keys()) {
    limits = limits || key.name == "pubsub.max_items";
    const bool said = limits || key.name == "log.level" || key.name == "admin.jids" ||
                      (key.name.starts_with("limits.") && key.name != "limits.queue" &&
                       key.name != "limits.memory");
    limits = limits && key.name != "pubsub.limits_for";
    CAPTURE(key.name);
    CHECK(key.live == said);
  }
}

TEST_CASE("config/stoa.toml can be used as it is and lists every key with its default") {
  const std::string file = STOA_SOURCE_DIR "/config/stoa.toml";
  const auto read = load_config(file);
  if (!read.ok()) FAIL(to_string(read.error().front()));
  std::map<std::string, std::string> keys = listed(file);
  for (const KeyDescription& key : describe_keys()) {
    CAPTURE(key.name);
    const auto found = keys.find(key.name);
    REQUIRE(found != keys.end());
    const bool example = key.name == "link.domain" || key.name == "link.secret";
    if (!example) CHECK(found->second == key.initial);
    keys.erase(found);
  }
  for (const auto& [name, value] : keys) FAIL_CHECK("no such key: ", name);
}

}  // namespace stoa::app
