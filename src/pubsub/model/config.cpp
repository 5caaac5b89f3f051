#include <limits>
#include <map>

#include <stoa/pubsub/model/config.hpp>
#include <stoa/pubsub/model/options.hpp>

namespace stoa::pubsub {

namespace {

/// The rows of the form without the limits of a service: what was once stored stays readable.
const NodeTable& stored_table() {
  static const NodeTable table = node_table(
      Limits{
          .max_items = std::numeric_limits<std::uint32_t>::max(),
          .children = std::numeric_limits<std::uint32_t>::max(),
          .item_expire = std::numeric_limits<std::uint32_t>::max(),
          .payload_bytes = std::numeric_limits<std::uint32_t>::max(),
      },
      Rosters::read);
  return table;
}

void append_value(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\') {
      out += "\\\\";
    } else {
      out += c;
    }
  }
}

std::string plain(std::string_view stored) {
  std::string out;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const bool escape = stored[i] == '\\' && i + 1 < stored.size();
    if (!escape) {
      out += stored[i];
      continue;
    }
    ++i;
    out += stored[i] == 'n' ? '\n' : stored[i];
  }
  return out;
}

}  // namespace

std::string stored_text(const NodeConfig& config) {
  std::string out;
  const NodeConfig untouched;
  for (const auto* row : stored_table().changed(untouched, config)) {
    const forms::Values values = row->get(config);
    for (const std::string& value : values) {
      out += row->var;
      out += '=';
      append_value(out, value);
      out += '\n';
    }
    if (values.empty()) out += row->var + "\n";
  }
  return out;
}

std::optional<NodeConfig> config_of(std::string_view stored_text) {
  std::map<std::string, forms::Values, std::less<>> given;
  while (!stored_text.empty()) {
    const std::size_t end = std::min(stored_text.find('\n'), stored_text.size());
    const std::string_view line = stored_text.substr(0, end);
    stored_text.remove_prefix(std::min(end + 1, stored_text.size()));
    const std::size_t equals = line.find('=');
    forms::Values& values = given[std::string(line.substr(0, equals))];
    if (equals != line.npos) values.push_back(plain(line.substr(equals + 1)));
  }
  NodeConfig config;
  for (const auto& [var, values] : given) {
    const auto* row = stored_table().find(var);
    if (row != nullptr && row->set(config, values)) return std::nullopt;
  }
  return config;
}

}  // namespace stoa::pubsub
