#include <algorithm>

#include <stoa/muc/model/options.hpp>
#include <stoa/pubsub/model/options.hpp>

#include "app/config/key.hpp"

// The keys of [pubsub.defaults] and [muc.defaults] are the options of the configuration forms.
namespace stoa::app {

namespace {

/// `pubsub#access_model` is `access_model`, `pubsub#x-serial-ids` is `serial_ids`,
/// `{urn:xmpp:pubsub-caching:0}always-notify` is `always_notify`.
std::string short_name(std::string_view var) {
  var = var.substr(var.find_last_of("#}") + 1);
  if (var.starts_with("roomconfig_")) var.remove_prefix(11);
  if (var.starts_with("x-")) var.remove_prefix(2);
  std::string name(var);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string as_text(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value.content)) return *flag ? "1" : "0";
  if (const auto* number = std::get_if<std::int64_t>(&value.content))
    return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value.content)) return *text;
  return {};
}

forms::Values as_values(const Value& value) {
  forms::Values values;
  if (const auto* list = std::get_if<std::vector<Value>>(&value.content)) {
    for (const Value& item : *list) values.push_back(as_text(item));
  } else {
    values.push_back(as_text(value));
  }
  return values;
}

bool is_number(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string as_literal(forms::FieldType type, const forms::Values& values) {
  if (forms::is_multi(type)) return literal(values);
  const std::string text = values.empty() ? std::string() : values.front();
  if (type == forms::FieldType::boolean) return literal(text == "1" || text == "true");
  return is_number(text) ? text : literal(text);
}

/// One key for each row of a form's table. `table_of` makes the table with the limits of a
/// configuration inside, `member` names the object that the table is about.
template <class MakeTable, class Member>
Keys keys_of(const std::string& group, MakeTable table_of, Member member) {
  Config initial;
  const auto table = table_of(initial);
  Keys keys;
  for (const auto& row : table.rows()) {
    if (!row.set) continue;
    Key<Config> key;
    key.name = group + "." + short_name(row.var);
    key.help = row.label;
    key.set = [var = row.var, table_of, member](Config& config, const Value& value) -> Expected {
      auto refusal = table_of(config).assign(member(config), var, as_values(value));
      return refusal ? Expected("a value of the form's field: " + refusal->text) : std::nullopt;
    };
    key.literal = [type = row.type, get = row.get, member](Config& config) {
      return as_literal(type, get(member(config)));
    };
    key.copy = [set = row.set, get = row.get, member](Config& to, Config& from) {
      set(member(to), get(member(from)));
    };
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

Keys pubsub_default_keys() {
  return keys_of(
      "pubsub.defaults", [](Config& config) { return pubsub::node_table(config.pubsub.limits); },
      [](Config & config) -> auto& { return config.pubsub.defaults; });
}

Keys muc_default_keys() {
  return keys_of(
      "muc.defaults", [](Config& config) { return muc::room_table(config.muc); },
      [](Config & config) -> auto& { return config.room_defaults; });
}

}  // namespace stoa::app
