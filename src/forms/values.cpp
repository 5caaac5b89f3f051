#include <algorithm>
#include <charconv>
#include <unordered_set>

#include <stoa/forms/values.hpp>

namespace stoa::forms {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// The number, saturated where it is too large for the type; nullopt where it is none.
std::optional<std::int64_t> whole_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const bool negative = text.starts_with('-');
  const std::string_view digits = negative ? text.substr(1) : text;
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc::result_out_of_range) {
    using Limits = std::numeric_limits<std::int64_t>;
    return negative ? Limits::min() : Limits::max();
  }
  return value;
}

bool has_upper_bound(const IntegerRule& rule) {
  return rule.max != std::numeric_limits<std::int64_t>::max();
}

ValueFault outside(const IntegerRule& rule) {
  std::string text = "must be a whole number ";
  if (has_upper_bound(rule)) {
    text += "from " + std::to_string(rule.min) + " to " + std::to_string(rule.max);
  } else {
    text += "not less than " + std::to_string(rule.min);
  }
  if (!rule.word.empty()) text += ", or " + rule.word;
  return {text};
}

std::size_t code_points(std::string_view text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

std::string joined_lines(const Values& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += '\n';
    text += values[i];
  }
  return text;
}

bool alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool alphabetic(char c) {
  return alphanumeric(c) && !(c >= '0' && c <= '9');
}

}  // namespace

Reading<std::string> read_single(const Values& values) {
  if (values.size() != 1) return ValueFault{"must have one value"};
  return values.front();
}

Values read_several(const Values& values) {
  Values kept;
  std::unordered_set<std::string_view> seen;
  for (const std::string& value : values) {
    if (!value.empty() && seen.insert(value).second) kept.push_back(value);
  }
  return kept;
}

Reading<bool> read_boolean(const Values& values) {
  if (values.size() == 1) {
    if (const auto value = parse_boolean(trimmed(values.front()))) return *value;
  }
  return ValueFault{"must be 0, 1, true or false"};
}

Reading<std::optional<std::int64_t>> read_integer(const Values& values, const IntegerRule& rule) {
  if (values.size() != 1) return outside(rule);
  const std::string_view text = trimmed(values.front());
  if (!rule.word.empty() && text == rule.word) return std::optional<std::int64_t>();
  auto number = whole_number(text);
  if (!number || *number < rule.min) return outside(rule);
  if (*number > rule.max) {
    if (rule.excess == IntegerRule::Excess::refused) return outside(rule);
    number = rule.max;
  }
  return number;
}

Validation validation_of(const IntegerRule& rule) {
  Validation validation;
  if (rule.word == "max") {
    validation.datatype = "pubsub:integer-or-max";
  } else if (rule.word.empty()) {
    validation.datatype = "xs:integer";
    validation.method = Validation::Method::range;
    validation.min = std::to_string(rule.min);
    if (has_upper_bound(rule)) validation.max = std::to_string(rule.max);
  }
  return validation;
}

Reading<std::string> read_text(const Values& values, const TextRule& rule, FieldType type) {
  if (type != FieldType::text_multi && values.size() > 1) return ValueFault{"must have one value"};
  std::string text = joined_lines(values);
  if (code_points(text) > rule.max_chars) {
    return ValueFault{"must not be longer than " + std::to_string(rule.max_chars) + " characters"};
  }
  if (rule.accepts && !rule.accepts(text)) return ValueFault{rule.expected};
  return text;
}

Reading<Jid> read_jid(const Values& values, JidForm form) {
  if (values.size() > 1) return ValueFault{"must have one value"};
  const std::string_view text = values.empty() ? std::string_view() : trimmed(values.front());
  if (text.empty()) return Jid();
  const auto jid = Jid::parse(text);
  if (!jid) return ValueFault{"must be a JID"};
  return form == JidForm::bare ? jid->bare() : *jid;
}

Reading<std::vector<Jid>> read_jids(const Values& values, JidForm form) {
  std::vector<Jid> jids;
  std::unordered_set<Jid> seen;
  for (const std::string& value : values) {
    auto jid = read_jid({value}, form);
    if (!jid) return ValueFault{"must be a list of JIDs"};
    if (!jid->empty() && seen.insert(*jid).second) jids.push_back(std::move(*jid));
  }
  return jids;
}

bool is_language_tag(std::string_view text) {
  constexpr std::size_t longest_subtag = 8;
  bool first = true;
  while (true) {
    const std::size_t end = text.find('-');
    const std::string_view subtag = text.substr(0, end);
    if (subtag.empty() || subtag.size() > longest_subtag) return false;
    if (!std::ranges::all_of(subtag, first ? alphabetic : alphanumeric)) return false;
    if (first && subtag.size() == 1 && subtag != "x" && subtag != "X" && subtag != "i") {
      return false;
    }
    if (end == std::string_view::npos) return !(first && subtag.size() == 1);
    text.remove_prefix(end + 1);
    first = false;
  }
}

}  // namespace stoa::forms
