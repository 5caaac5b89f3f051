#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include <toml++/toml.h>

#include "app/config/checks.hpp"
#include "app/config/key.hpp"
#include "app/config/nearest.hpp"
#include "app/config/sections.hpp"
#include "app/config/syntax.hpp"

namespace stoa::app {

namespace {

template <class Target>
std::vector<std::string> names_of(const std::vector<Key<Target>>& keys, const std::string& prefix) {
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const Key<Target>& key : keys) names.push_back(prefix + key.name);
  return names;
}

/// A member that another one bounds, and its key.
template <class Member>
struct Bound {
  const char* name;
  Member member;
};

/// Reads one file; keeps every fault.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : file_(file) {}

  void read(toml::table root);
  Config config;
  ConfigFaults faults;

 private:
  template <class Target>
  Lines take(Target& target, const std::vector<Key<Target>>& keys, const toml::table& table,
             const std::string& prefix);
  void read_links(const toml::node& node);
  void read_link(const toml::table& table);
  void read_secret(LinkConfig& link, const Lines& lines);
  void compare(const LinkConfig& link, const Lines& lines);
  template <class Member>
  void in_order(const LinkConfig& link, const Lines& lines, Bound<Member> low, Bound<Member> high);
  /// Whether a fault of that key of the link that is being read is known.
  bool faulty(const std::string& name) const {
    return std::any_of(faults.begin() + sound_, faults.end(),
                       [&](const ConfigFault& known) { return known.key == "link." + name; });
  }
  void fault(unsigned line, std::string key, std::string text) {
    faults.push_back({file_.string(), line, std::move(key), std::move(text)});
  }

  std::filesystem::path file_;
  std::ptrdiff_t sound_ = 0;  // faults before those of the link that is being read
};

template <class Target>
Lines Reader::take(Target& target, const std::vector<Key<Target>>& keys, const toml::table& table,
                   const std::string& prefix) {
  Section section = section_of(table, names_of(keys, ""));
  for (Misplaced& one : section.misplaced) fault(one.line, prefix + one.key, std::move(one.text));
  Values& values = section.values;
  Lines lines(values, line_of(table));
  for (const Key<Target>& key : keys) {
    const auto found = values.find(key.name);
    if (found == values.end()) {
      if (key.required) fault(line_of(table), prefix + key.name, "is missing: " + key.help);
      continue;
    }
    if (const Expected expected = key.set(target, found->second)) {
      fault(found->second.line, prefix + key.name, "expected " + *expected);
    }
    values.erase(found);
  }
  for (const auto& [name, value] : values) {
    const std::string nearest = nearest_of(prefix + name, names_of(keys, prefix));
    fault(value.line, prefix + name,
          "is no key" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }
  return lines;
}

void Reader::read(toml::table root) {
  if (const toml::node* links = root.get("link")) {
    read_links(*links);
  } else {
    fault(line_of(root), "link", "expected at least one [[link]], with domain and secret");
  }
  root.erase("link");
  take(config, all_keys(), root, "");
  config.muc.defaults = std::make_shared<const muc::RoomConfig>(config.room_defaults);
}

void Reader::read_links(const toml::node& node) {
  const toml::array* list = node.as_array();
  if (list == nullptr || list->empty() || !list->is_array_of_tables()) {
    fault(line_of(node), "link", "expected [[link]], in double brackets");
    return;
  }
  for (const toml::node& item : *list) read_link(*item.as_table());
}

void Reader::read_link(const toml::table& table) {
  static const LinkKeys keys = link_keys();
  LinkConfig link;
  sound_ = std::ssize(faults);
  const Lines lines = take(link, keys, table, "link.");
  read_secret(link, lines);
  if (const auto prepared = prepare_domain(link.link.domain)) link.link.domain = *prepared;
  compare(link, lines);
  config.links.push_back(std::move(link));
}

void Reader::read_secret(LinkConfig& link, const Lines& lines) {
  std::string& secret = link.link.secret;
  if (secret.empty() == link.secret_file.empty()) {
    fault(lines.of({"secret_file", "secret"}), "link.secret",
          secret.empty() ? "expected a secret, here or in the file that secret_file names"
                         : "expected no secret besides secret_file");
    return;
  }
  if (link.secret_file.empty()) return;
  std::ifstream in(file_.parent_path() / link.secret_file);
  std::getline(in, secret);
  while (!secret.empty() && (secret.back() == '\r' || secret.back() == ' ')) secret.pop_back();
  if (secret.empty() || a_secret(secret)) {
    fault(lines.of({"secret_file"}), "link.secret_file",
          "expected the path of a file that can be read, with the secret in its first line");
  }
}

/// What no key says alone.
void Reader::compare(const LinkConfig& link, const Lines& lines) {
  using Size = std::size_t link::Settings::*;
  const auto bytes = [](const char* name, Size member) { return Bound<Size>{name, member}; };
  const auto high_water = bytes("high_water", &link::Settings::high_water);
  const auto outbox_bytes = bytes("outbox_bytes", &link::Settings::outbox_bytes);
  in_order(link, lines, bytes("low_water", &link::Settings::low_water), high_water);
  in_order(link, lines, high_water, outbox_bytes);
  in_order(link, lines, bytes("stanza_bytes", &link::Settings::stanza_bytes), outbox_bytes);
  using Time = std::chrono::milliseconds link::Settings::*;
  in_order(link, lines, Bound<Time>{"backoff_min", &link::Settings::backoff_min},
           Bound<Time>{"backoff_max", &link::Settings::backoff_max});
  const bool nodes = std::count(link.services.begin(), link.services.end(), "pubsub") > 0;
  if (link.pep && !nodes && !faulty("services")) {
    fault(lines.of({"pep"}), "link.pep", "expected false, or \"pubsub\" in services");
  }
  const bool again =
      std::any_of(config.links.begin(), config.links.end(),
                  [&](const LinkConfig& other) { return other.link.domain == link.link.domain; });
  if (again && !faulty("domain")) {
    fault(lines.of({"domain"}), "link.domain",
          "expected another domain than that of an earlier [[link]]");
  }
}

/// The fault is that of the key that is there.
template <class Member>
void Reader::in_order(const LinkConfig& link, const Lines& lines, Bound<Member> low,
                      Bound<Member> high) {
  const auto& least = link.link.*low.member;
  const auto& most = link.link.*high.member;
  if (least <= most || faulty(low.name) || faulty(high.name)) return;
  if (lines.has(low.name)) {
    fault(lines.of({low.name}), std::string("link.") + low.name,
          std::string("expected at most ") + high.name + ", " + literal(most));
  } else {
    fault(lines.of({high.name}), std::string("link.") + high.name,
          std::string("expected at least ") + low.name + ", " + literal(least));
  }
}

}  // namespace

std::set<std::string, std::less<>> LinkConfig::pep_servers() const {
  std::set<std::string, std::less<>> servers;
  if (!pep) return servers;
  servers.insert(link.server.empty() ? link::server_of(link.domain) : link.server);
  for (const std::string& name : pep_domains) {
    if (auto prepared = prepare_domain(name)) servers.insert(std::move(*prepared));
  }
  return servers;
}

const Keys& all_keys() {
  static const Keys keys = [] {
    Keys all = general_keys();
    for (const Keys& more :
         {pubsub_keys(), pubsub_default_keys(), muc_keys(), muc_default_keys()}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return keys;
}

std::string to_string(const ConfigFault& fault) {
  std::string text = fault.file + ":";
  if (fault.line != 0) text += std::to_string(fault.line) + ":";
  return text + (fault.key.empty() ? " " : " " + fault.key + ": ") + fault.text;
}

Result<Config, ConfigFaults> read_config(std::string_view text, const std::filesystem::path& name) {
  Reader reader(name);
  try {
    reader.read(toml::parse(text));
  } catch (const toml::parse_error& error) {
    const auto& place = error.source().begin;
    SyntaxFault fault = explain_syntax(text, {place.line, place.column, error.description()});
    return ConfigFaults{{name.string(), place.line, std::move(fault.key), std::move(fault.text)}};
  }
  if (!reader.faults.empty()) return reader.faults;
  return reader.config;
}

Result<Config, ConfigFaults> load_config(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  if (in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
  if (!in.is_open() || in.bad() || std::filesystem::is_directory(file)) {
    return ConfigFaults{{file.string(), 0, "", "expected a file that can be read"}};
  }
  return read_config(text.str(), file);
}

std::vector<KeyDescription> describe_keys() {
  std::vector<KeyDescription> all;
  LinkConfig link;
  Config config;
  for (const Key<LinkConfig>& key : link_keys()) {
    all.push_back({"link." + key.name, key.literal(link), key.unit, key.help, key.live});
  }
  for (const Key<Config>& key : all_keys()) {
    all.push_back({key.name, key.literal(config), key.unit, key.help, key.live});
  }
  return all;
}

std::vector<std::string> take_live(Config& running, const Config& read) {
  Config fresh = read;
  std::vector<std::string> others;
  for (const Key<Config>& key : all_keys()) {
    if (key.literal(running) == key.literal(fresh)) continue;
    if (key.live) {
      key.copy(running, fresh);
    } else {
      others.push_back(key.name);
    }
  }
  bool same = running.links.size() == fresh.links.size();
  for (std::size_t i = 0; same && i < fresh.links.size(); ++i) {
    for (const Key<LinkConfig>& key : link_keys()) {
      same = same && key.literal(running.links[i]) == key.literal(fresh.links[i]);
    }
  }
  if (!same) others.push_back("link");
  return others;
}

}  // namespace stoa::app
