#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>

#include <stoa/pubsub/model/limit_rule.hpp>
#include <stoa/pubsub/model/settings.hpp>

namespace stoa::pubsub {

namespace {

struct LimitRow {
  std::string_view name;
  double (*get)(const Limits&);
  bool (*set)(Limits&, double);  ///< false: not such a number
};

constexpr double most_whole = 9007199254740992;  // up to here a double tells whole numbers apart

template <auto Member>
constexpr LimitRow limit_row(std::string_view name) {
  using Held = std::remove_cvref_t<decltype(std::declval<Limits&>().*Member)>;
  return {name, [](const Limits& limits) { return static_cast<double>(limits.*Member); },
          [](Limits& limits, double value) {
            constexpr auto most = static_cast<double>(std::numeric_limits<Held>::max());
            if (!(value >= 0) || value > std::min(most, most_whole)) return false;
            if (std::is_integral_v<Held> && value != std::floor(value)) return false;
            limits.*Member = static_cast<Held>(value);
            return true;
          }};
}

constexpr std::array limit_rows = {
    limit_row<&Limits::max_items>("max_items"),
    limit_row<&Limits::children>("max_children"),
    limit_row<&Limits::item_expire>("max_item_expire"),
    limit_row<&Limits::payload_bytes>("max_payload_bytes"),
    limit_row<&Limits::node_id_bytes>("max_node_id_bytes"),
    limit_row<&Limits::item_id_bytes>("max_item_id_bytes"),
    limit_row<&Limits::batch>("max_batch"),
    limit_row<&Limits::requested_ids>("max_requested_ids"),
    limit_row<&Limits::entries>("max_entries"),
    limit_row<&Limits::page>("max_page"),
    limit_row<&Limits::answer_bytes>("max_answer_bytes"),
    limit_row<&Limits::nodes_per_owner>("max_nodes_per_owner"),
    limit_row<&Limits::subscriptions_per_node>("max_subscriptions_per_node"),
    limit_row<&Limits::subscriptions_per_entity>("max_subscriptions_per_entity"),
    limit_row<&Limits::bytes_per_owner>("max_bytes_per_owner"),
    limit_row<&Limits::digest_frequency>("min_digest_frequency"),
    limit_row<&Limits::whole_index>("whole_index"),
    limit_row<&Limits::requests_per_second>("requests_per_second"),
    limit_row<&Limits::requests_burst>("requests_burst"),
    limit_row<&Limits::form_fields>("form_fields"),
};

const LimitRow* limit_row_of(std::string_view name) {
  for (const LimitRow& row : limit_rows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

/// Without an exponent, and without a point where the number is whole.
std::string shown(double value) {
  std::array<char, 32> text{};
  const auto done =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  return {text.data(), done.ptr};
}

/// `NAME=NUMBER`
std::optional<std::pair<std::string, double>> limit_in(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == word.npos) return std::nullopt;
  const LimitRow* const row = limit_row_of(word.substr(0, equals));
  const std::string_view digits = word.substr(equals + 1);
  double value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (row == nullptr || fault != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  Limits probe;
  if (!row->set(probe, value)) return std::nullopt;
  return std::pair(std::string(row->name), value);
}

void set_limits(Limits& limits, const LimitRule& rule) {
  for (const auto& [name, value] : rule.limits) limit_row_of(name)->set(limits, value);
}

}  // namespace

std::optional<LimitRule> limit_rule_of(std::string_view text) {
  LimitRule rule{.text = std::string(text)};
  std::string_view rest = text;
  const auto next_word = [&]() -> std::string_view {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    return word;
  };
  const auto who = Jid::parse(next_word());
  if (!who || who->is_full()) return std::nullopt;
  rule.who = *who;
  for (std::string_view word = next_word(); !word.empty(); word = next_word()) {
    auto limit = limit_in(word);
    if (!limit) return std::nullopt;
    rule.limits.push_back(std::move(*limit));
  }
  if (rule.limits.empty()) return std::nullopt;
  return rule;
}

std::vector<std::pair<std::string_view, std::string>> named_limits(const Limits& limits) {
  std::vector<std::pair<std::string_view, std::string>> named;
  named.reserve(std::size(limit_rows));
  for (const LimitRow& row : limit_rows) named.emplace_back(row.name, shown(row.get(limits)));
  return named;
}

LimitBook::LimitBook(const Limits& all, const std::vector<LimitRule>& rules) {
  by_name.emplace(std::string(), all);
  for (const bool of_domains : {true, false}) {
    for (const LimitRule& rule : rules) {
      if (rule.who.local().empty() != of_domains) continue;
      const auto [place, fresh] = by_name.emplace(rule.who.str(), of(rule.who));
      set_limits(place->second, rule);
    }
  }
}

const Limits& LimitBook::of(const Jid& bare) const {
  for (const std::string_view name : {bare.bare_view(), std::string_view(bare.domain())}) {
    const auto found = by_name.find(name);
    if (found != by_name.end()) return found->second;
  }
  return by_name.find(std::string_view())->second;
}

}  // namespace stoa::pubsub
