#include <algorithm>

#include <stoa/pubsub/model/name_rule.hpp>
#include <stoa/pubsub/model/options.hpp>

namespace stoa::pubsub {

namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    if (blank != 0) words.push_back(text.substr(0, blank));
    if (blank == text.npos) break;
    text.remove_prefix(blank + 1);
  }
  return words;
}

const NodeTable& every_option() {
  static const NodeTable table = node_table(Limits{}, Rosters::read);
  return table;
}

/// The option's full name, empty where there is none.
std::string full_name(std::string_view field) {
  std::string own = "x-" + std::string(field);
  std::replace(own.begin(), own.end(), '_', '-');
  for (const std::string& name : {std::string(field), "pubsub#" + std::string(field), own}) {
    if (every_option().find(name) != nullptr) return name;
  }
  return {};
}

/// Values with commas between them are several, where the option takes several.
forms::Values values_of(const NodeTable& table, const std::string& var, const std::string& value) {
  const auto* row = table.find(var);
  if (row == nullptr || !forms::is_multi(row->type)) return {value};
  forms::Values values;
  std::size_t begin = 0;
  while (begin <= value.size()) {
    const std::size_t end = std::min(value.find(',', begin), value.size());
    if (end > begin) values.push_back(value.substr(begin, end - begin));
    begin = end + 1;
  }
  return values;
}

void assign(const NodeTable& table, const NameRule& rule, NodeConfig& config) {
  for (const auto& [var, value] : rule.fields) {
    // What the service cannot do (rosters that nobody lets it read) stays as it is.
    static_cast<void>(table.assign(config, var, values_of(table, var, value)));
  }
}

bool applies(const NameRule& rule, std::string_view node) {
  return matches(rule.pattern, node);
}

}  // namespace

std::optional<NameRule> name_rule_of(std::string_view text) {
  const auto words = words_of(text);
  constexpr std::size_t shortest = 3;
  if (words.size() < shortest || (words[1] != "force" && words[1] != "default")) {
    return std::nullopt;
  }
  NameRule rule{
      .text = std::string(text), .pattern = std::string(words[0]), .forces = words[1] == "force"};
  NodeConfig config;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals == words[i].npos) return std::nullopt;
    std::string var = full_name(words[i].substr(0, equals));
    std::string value(words[i].substr(equals + 1));
    if (var.empty() || var == node_type_field) return std::nullopt;
    if (every_option().assign(config, var, values_of(every_option(), var, value))) {
      return std::nullopt;
    }
    rule.fields.emplace_back(std::move(var), std::move(value));
  }
  return rule;
}

bool matches(std::string_view pattern, std::string_view node) {
  const std::size_t star = pattern.find('*');
  if (star == pattern.npos) return pattern == node;
  if (!node.starts_with(pattern.substr(0, star))) return false;
  pattern.remove_prefix(star + 1);
  node.remove_prefix(star);
  // The text between two stars is found at its first place; what stands last must end the name.
  for (std::size_t next = pattern.find('*'); next != pattern.npos; next = pattern.find('*')) {
    const std::size_t at = node.find(pattern.substr(0, next));
    if (at == node.npos) return false;
    node.remove_prefix(at + next);
    pattern.remove_prefix(next + 1);
  }
  return node.ends_with(pattern);
}

SharedConfig defaults_for(const Settings& settings, std::string_view node) {
  const auto& rules = settings.name_rules;
  const auto meant = [&](const NameRule& rule) { return applies(rule, node); };
  if (std::none_of(rules.begin(), rules.end(), meant)) return settings.shared_defaults;
  NodeConfig config = settings.defaults;
  for (const NameRule& rule : rules) {
    if (!rule.forces && applies(rule, node)) assign(settings.tables->node, rule, config);
  }
  return std::make_shared<const NodeConfig>(forced(settings, node, std::move(config)));
}

NodeConfig forced(const Settings& settings, std::string_view node, NodeConfig config) {
  for (const NameRule& rule : settings.name_rules) {
    if (rule.forces && applies(rule, node)) assign(settings.tables->node, rule, config);
  }
  return config;
}

void fix_forced(const Settings& settings, std::string_view node, forms::Form& form) {
  for (const NameRule& rule : settings.name_rules) {
    if (!rule.forces || !applies(rule, node)) continue;
    for (forms::Field& field : form.fields) {
      const bool ruled = std::any_of(rule.fields.begin(), rule.fields.end(),
                                     [&](const auto& row) { return row.first == field.var; });
      if (!ruled) continue;
      field.type = forms::FieldType::fixed;
      field.choices.clear();
      field.validation.reset();
      field.required = false;
    }
  }
}

}  // namespace stoa::pubsub
