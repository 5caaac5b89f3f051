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
      {"", "at least one [[link]]"},
      {"[link]\ndomain = \"a\"", "[[link]], in double brackets"},
      {"[[link]]\nsecret = \"s\"", "link.domain: is missing"},
      {"[[link]]\ndomain = \"a@b\"\nsecret = \"s\"", "a domain name"},
      {"[[link]]\ndomain = \"a\"", "either secret or secret_file"},
      {link + link, "earlier [[link]]"},
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
