#include "scenarios/hosted/pubsub_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

#include <stoa/forms/form.hpp>
#include <stoa/pubsub/model/options.hpp>

namespace scenario {

namespace {

using namespace stoa;
using namespace stoa::pubsub;

using Set = bool (*)(Settings&, std::string_view);

bool read(bool& into, std::string_view value) {
  const auto flag = forms::parse_boolean(value);
  if (flag) into = *flag;
  return flag.has_value();
}

template <class Number>
bool read_number(Number& into, std::string_view value) {
  Number number{};
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (fault != std::errc() || end != value.data() + value.size()) return false;
  into = number;
  return true;
}

bool read(Duration& into, std::string_view value) {
  std::uint32_t seconds = 0;
  if (!read_number(seconds, value)) return false;
  into = std::chrono::seconds(seconds);
  return true;
}
bool read(std::size_t& into, std::string_view value) {
  return read_number(into, value);
}
bool read(std::uint32_t& into, std::string_view value) {
  return read_number(into, value);
}
bool read(std::uint8_t& into, std::string_view value) {
  return read_number(into, value);
}
bool read(std::string& into, std::string_view value) {
  into = value;
  return true;
}

std::vector<std::string> list_of(std::string_view value) {
  std::vector<std::string> parts;
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    std::string_view part = value.substr(0, comma);
    value.remove_prefix(std::min(comma + 1, value.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

bool read(std::vector<std::string>& into, std::string_view value) {
  into = list_of(value);
  return true;
}
bool read(std::vector<LimitRule>& into, std::string_view value) {
  into.clear();
  for (const std::string& part : list_of(value)) {
    const auto rule = limit_rule_of(part);
    if (!rule) return false;
    into.push_back(*rule);
  }
  return true;
}
bool read(std::vector<NameRule>& into, std::string_view value) {
  into.clear();
  for (const std::string& part : list_of(value)) {
    const auto rule = name_rule_of(part);
    if (!rule) return false;
    into.push_back(*rule);
  }
  return true;
}
bool read(Jid& into, std::string_view value) {
  const auto jid = Jid::parse(value);
  if (!jid) return false;
  into = *jid;
  return true;
}

bool read(std::vector<Jid>& into, std::string_view value) {
  std::vector<Jid> jids;
  for (const std::string& part : list_of(value)) {
    const auto jid = Jid::parse(part);
    if (!jid) return false;
    jids.push_back(jid->bare());
  }
  into = std::move(jids);
  return true;
}

template <class Enum, std::size_t size>
bool read_word(Enum& into, std::string_view value,
               const std::array<std::pair<std::string_view, Enum>, size>& words) {
  for (const auto& [word, meaning] : words) {
    if (word != value) continue;
    into = meaning;
    return true;
  }
  return false;
}
bool read(Creation& into, std::string_view value) {
  return read_word<Creation, 3>(into, value,
                                {{{"anyone", Creation::anyone},
                                  {"listed_domains", Creation::listed_domains},
                                  {"admins", Creation::admins}}});
}
bool read(Chart& into, std::string_view value) {
  return read_word<Chart, 2>(into, value,
                             {{{"strict", Chart::strict}, {"lenient", Chart::lenient}}});
}
bool read(LeasePolicy& into, std::string_view value) {
  return read_word<LeasePolicy, 4>(into, value,
                                   {{{"optional", LeasePolicy::optional},
                                     {"applied", LeasePolicy::applied},
                                     {"asked", LeasePolicy::asked},
                                     {"required", LeasePolicy::required}}});
}
bool read(Binding& into, std::string_view value) {
  return read_word<Binding, 2>(
      into, value, {{{"owners", Binding::owners}, {"publishers", Binding::publishers}}});
}
bool read(CollectionAccess& into, std::string_view value) {
  return read_word<CollectionAccess, 2>(
      into, value,
      {{{"both", CollectionAccess::both}, {"collection-only", CollectionAccess::collection_only}}});
}
bool read(ThirdParties& into, std::string_view value) {
  return read_word<ThirdParties, 3>(into, value,
                                    {{{"same_domain", ThirdParties::same_domain},
                                      {"anyone", ThirdParties::anyone},
                                      {"nobody", ThirdParties::nobody}}});
}

template <auto member>
bool own(Settings& settings, std::string_view value) {
  return read(settings.*member, value);
}
template <auto member>
bool limit(Settings& settings, std::string_view value) {
  return read(settings.limits.*member, value);
}

struct Row {
  std::string_view name;
  Set set;
};

constexpr std::array rows = {
    Row{"name", own<&Settings::name>},
    Row{"switched_off", own<&Settings::switched_off>},
    Row{"multi_subscribe", own<&Settings::multi_subscribe>},
    Row{"affiliation_notices", own<&Settings::affiliation_notices>},
    Row{"auto_subscribe", own<&Settings::auto_subscribe>},
    Row{"anonymous_domains", own<&Settings::anonymous_domains>},
    Row{"creation", own<&Settings::creation>},
    Row{"creator_domains", own<&Settings::creator_domains>},
    Row{"affiliation_chart", own<&Settings::chart>},
    Row{"third_parties", own<&Settings::third_parties>},
    Row{"trusted_proxies", own<&Settings::trusted_proxies>},
    Row{"lease_policy", own<&Settings::lease_policy>},
    Row{"max_lease", own<&Settings::max_lease>},
    Row{"lease_notice", own<&Settings::lease_notice>},
    Row{"unconfigured_life", own<&Settings::unconfigured_life>},
    Row{"pending_life", own<&Settings::pending_life>},
    Row{"redirect_life", own<&Settings::redirect_life>},
    Row{"limits_for", own<&Settings::limits_for>},
    Row{"name_rules", own<&Settings::name_rules>},
    Row{"keep_deleted", own<&Settings::keep_deleted>},
    Row{"undelete", own<&Settings::undelete>},
    Row{"orphans_go_to", own<&Settings::orphans_go_to>},
    Row{"resend_after", own<&Settings::resend_after>},
    Row{"bounce_limit", own<&Settings::bounce_limit>},
    Row{"presence_grace", own<&Settings::presence_grace>},
    Row{"relationship_rights", own<&Settings::binding>},
    Row{"collection_access", own<&Settings::access>},
    Row{"collection_items", own<&Settings::collection_items>},
    Row{"stanza_ids", own<&Settings::stanza_ids>},
    Row{"max_items", limit<&Limits::max_items>},
    Row{"max_item_expire", limit<&Limits::item_expire>},
    Row{"max_payload_bytes", limit<&Limits::payload_bytes>},
    Row{"max_item_id_bytes", limit<&Limits::item_id_bytes>},
    Row{"max_batch", limit<&Limits::batch>},
    Row{"max_requested_ids", limit<&Limits::requested_ids>},
    Row{"max_entries", limit<&Limits::entries>},
    Row{"max_page", limit<&Limits::page>},
    Row{"max_answer_bytes", limit<&Limits::answer_bytes>},
    Row{"max_nodes_per_owner", limit<&Limits::nodes_per_owner>},
    Row{"max_subscriptions_per_node", limit<&Limits::subscriptions_per_node>},
    Row{"max_subscriptions_per_entity", limit<&Limits::subscriptions_per_entity>},
    Row{"max_bytes_per_owner", limit<&Limits::bytes_per_owner>},
    Row{"min_digest_frequency", limit<&Limits::digest_frequency>},
    Row{"whole_index", limit<&Limits::whole_index>},
};

constexpr std::string_view prefix = "pubsub.";
constexpr std::string_view default_prefix = "defaults.";

void set_default(Settings& settings, std::string_view field, const std::string& value) {
  const NodeTable table = node_table(settings.limits);
  std::string var(field);
  if (table.find(var) == nullptr) var.insert(0, "pubsub#");
  if (const auto refusal = table.assign(settings.defaults, var, {value})) {
    throw std::invalid_argument(refusal->text);
  }
}

}  // namespace

bool set_pubsub(Settings& settings, std::string_view key, const std::string& value) {
  if (!key.starts_with(prefix)) return false;
  key.remove_prefix(prefix.size());
  if (key.starts_with(default_prefix)) {
    set_default(settings, key.substr(default_prefix.size()), value);
    return true;
  }
  for (const Row& row : rows) {
    if (row.name != key) continue;
    if (!row.set(settings, value)) throw std::invalid_argument(std::string(key) + ": " + value);
    return true;
  }
  return false;
}

}  // namespace scenario
