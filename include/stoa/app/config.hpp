#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/base/log.hpp>
#include <stoa/base/result.hpp>
#include <stoa/disco/services.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/link/link.hpp>
#include <stoa/muc/model/settings.hpp>
#include <stoa/pubsub/model/settings.hpp>
#include <stoa/store/options.hpp>

/// The configuration file. Every key stands once, in a table (src/app/config/keys_*.cpp): its name,
/// type, unit, what it is for, and the member that it sets; the member's initial value is the
/// default.
namespace stoa::app {

struct LinkConfig {
  link::Settings link = {};
  std::string secret_file = {};
  std::vector<std::string> services = {"pubsub", "muc"};
  bool pep = false;                           ///< serves the nodes of the server's users (XEP-0163)
  std::vector<std::string> pep_domains = {};  ///< of users, besides the server's own
  Duration pep_roster_age = std::chrono::seconds(30);

  /// The domains whose users are served.
  std::set<std::string, std::less<>> pep_servers() const;
};

struct ServiceConfig {
  std::string name = "Stoa";
  std::string description = {};
  std::string url = {};
  bool show_system = false;
  std::vector<std::string> abuse = {};
  std::vector<std::string> admin = {};
  std::vector<std::string> feedback = {};
  std::vector<std::string> sales = {};
  std::vector<std::string> security = {};
  std::vector<std::string> status = {};
  std::vector<std::string> support = {};
};

struct LimitsConfig {
  std::size_t queue = 1000;  ///< stanzas that wait for one room or node
  std::size_t memory = 1024 * 1024 * 1024;
};

struct Config {
  std::vector<LinkConfig> links = {};
  store::Options database = {};
  std::vector<Jid> admins = {};
  std::string admin_socket = {};  ///< path, empty for off
  std::string http_listen = {};   ///< address:port, empty for off
  log::Level log_level = log::Level::info;
  ServiceConfig service = {};
  LimitsConfig limits = {};
  pubsub::Settings pubsub = {};  ///< `service` is left empty: each link has its own
  muc::Settings muc = {};        ///< likewise
  muc::RoomConfig room_defaults = {};
};

/// Something wrong in the file, in words that end the sentence "FILE:LINE: KEY: ".
struct ConfigFault {
  std::string file;
  unsigned line = 0;  ///< 0 where it is about the whole file
  std::string key;
  std::string text;
};
std::string to_string(const ConfigFault& fault);

using ConfigFaults = std::vector<ConfigFault>;

/// Reads and checks the file, all of it: the result is complete, or every fault is listed.
Result<Config, ConfigFaults> load_config(const std::filesystem::path& file);
/// The same for a text that came from `name`; secret files are looked for beside it.
Result<Config, ConfigFaults> read_config(std::string_view text, const std::filesystem::path& name);

/// What the documentation says of one key: config/stoa.toml and `stoa check` are held to it.
struct KeyDescription {
  std::string name;     ///< "database.url"; keys of a link begin with "link."
  std::string initial;  ///< the default, as TOML
  std::string unit;     ///< empty where it has none
  std::string help;
  bool live = false;  ///< SIGHUP changes it in a running daemon
};
std::vector<KeyDescription> describe_keys();

/// Takes over the keys that can change in a running daemon; the names of the others that differ.
std::vector<std::string> take_live(Config& running, const Config& read);

}  // namespace stoa::app
