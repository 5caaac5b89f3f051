#include <fstream>
#include <map>
#include <sstream>

#include <toml++/toml.h>

#include "app/config/key.hpp"
#include "app/config/nearest.hpp"

namespace stoa::app {

namespace {

using Values = std::map<std::string, Value>;

unsigned line_of(const toml::node& node) {
  return node.source().begin.line;
}

Value value_of(const toml::node& node) {
  Value value{std::string(), line_of(node)};
  if (const auto* flag = node.as_boolean()) {
    value.content = flag->get();
  } else if (const auto* whole = node.as_integer()) {
    value.content = whole->get();
  } else if (const auto* real = node.as_floating_point()) {
    value.content = real->get();
  } else if (const auto* text = node.as_string()) {
    value.content = text->get();
  } else {
    std::vector<Value> items;
    if (const auto* list = node.as_array()) {
      for (const toml::node& item : *list) items.push_back(value_of(item));
    }
    value.content = std::move(items);
  }
  return value;
}

void flatten(const toml::table& table, const std::string& prefix, Values& out) {
  for (const auto& [name, node] : table) {
    const std::string path = prefix + std::string(name.str());
    if (const toml::table* inner = node.as_table()) {
      flatten(*inner, path + ".", out);
    } else {
      out.emplace(path, value_of(node));
    }
  }
}

template <class Target>
std::vector<std::string> names_of(const std::vector<Key<Target>>& keys, const std::string& prefix) {
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const Key<Target>& key : keys) names.push_back(prefix + key.name);
  return names;
}

/// Reads one file; keeps every fault.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : file_(file) {}

  void read(const toml::table& root);
  Config config;
  ConfigFaults faults;

 private:
  template <class Target>
  void take(Target& target, const std::vector<Key<Target>>& keys, Values values,
            const std::string& prefix, unsigned line);
  void read_links(const toml::node& node);
  void read_secret(LinkConfig& link, unsigned line);
  void fault(unsigned line, std::string key, std::string text) {
    faults.push_back({file_.string(), line, std::move(key), std::move(text)});
  }

  std::filesystem::path file_;
};

template <class Target>
void Reader::take(Target& target, const std::vector<Key<Target>>& keys, Values values,
                  const std::string& prefix, unsigned line) {
  for (const Key<Target>& key : keys) {
    const auto found = values.find(key.name);
    if (found == values.end()) {
      if (key.required) fault(line, prefix + key.name, "is missing: " + key.help);
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
}

void Reader::read(const toml::table& root) {
  Values values;
  const toml::node* links = nullptr;
  for (const auto& [name, node] : root) {
    const std::string path(name.str());
    if (path == "link") {
      links = &node;
    } else if (const toml::table* inner = node.as_table()) {
      flatten(*inner, path + ".", values);
    } else {
      values.emplace(path, value_of(node));
    }
  }
  if (links == nullptr) {
    fault(0, "link", "at least one [[link]] with domain and secret is needed");
  } else {
    read_links(*links);
  }
  take(config, all_keys(), std::move(values), "", 0);
  config.muc.defaults = std::make_shared<const muc::RoomConfig>(config.room_defaults);
}

void Reader::read_links(const toml::node& node) {
  const toml::array* list = node.as_array();
  if (list == nullptr || list->empty() || !list->is_array_of_tables()) {
    fault(line_of(node), "link", "expected [[link]], in double brackets");
    return;
  }
  static const LinkKeys keys = link_keys();
  for (const toml::node& item : *list) {
    LinkConfig link;
    Values values;
    flatten(*item.as_table(), "", values);
    const std::size_t before = faults.size();
    take(link, keys, std::move(values), "link.", line_of(item));
    read_secret(link, line_of(item));
    if (const auto prepared = prepare_domain(link.link.domain)) link.link.domain = *prepared;
    if (link.link.low_water > link.link.high_water) {
      fault(line_of(item), "link.low_water", "expected at most high_water");
    }
    const bool nodes = std::count(link.services.begin(), link.services.end(), "pubsub") > 0;
    if (link.pep && !nodes) fault(line_of(item), "link.pep", "expected \"pubsub\" in services");
    for (const LinkConfig& other : config.links) {
      if (faults.size() == before && other.link.domain == link.link.domain) {
        fault(line_of(item), "link.domain", "is the domain of an earlier [[link]] too");
      }
    }
    config.links.push_back(std::move(link));
  }
}

void Reader::read_secret(LinkConfig& link, unsigned line) {
  std::string& secret = link.link.secret;
  if (secret.empty() == link.secret_file.empty()) {
    fault(line, "link.secret", "expected either secret or secret_file");
    return;
  }
  if (link.secret_file.empty()) return;
  std::ifstream in(file_.parent_path() / link.secret_file);
  std::getline(in, secret);
  while (!secret.empty() && (secret.back() == '\r' || secret.back() == ' ')) secret.pop_back();
  if (secret.empty()) {
    fault(line, "link.secret_file",
          "cannot read a secret from the first line of " + link.secret_file);
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
    return ConfigFaults{
        {name.string(), error.source().begin.line, "", std::string(error.description())}};
  }
  if (!reader.faults.empty()) return reader.faults;
  return reader.config;
}

Result<Config, ConfigFaults> load_config(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || in.bad()) return ConfigFaults{{file.string(), 0, "", "cannot be read"}};
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
