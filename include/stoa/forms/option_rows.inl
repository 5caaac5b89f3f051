// The longer makers of Rows; part of option.hpp.
#pragma once

namespace stoa::forms {

namespace detail {

template <class T>
struct Number {
  using type = T;
  static std::optional<std::int64_t> wide(T value) { return static_cast<std::int64_t>(value); }
  static T narrow(std::optional<std::int64_t> value) { return static_cast<T>(value.value_or(0)); }
};
template <class T>
struct Number<std::optional<T>> {
  using type = T;
  static std::optional<std::int64_t> wide(std::optional<T> value) {
    if (!value) return std::nullopt;
    return static_cast<std::int64_t>(*value);
  }
  static std::optional<T> narrow(std::optional<std::int64_t> value) {
    if (!value) return std::nullopt;
    return static_cast<T>(*value);
  }
};

/// The rule cut down to what the member's type can hold.
template <class T>
IntegerRule fitting(IntegerRule rule) {
  const std::int64_t top = std::cmp_greater(std::numeric_limits<T>::max(), rule.max)
                               ? rule.max
                               : static_cast<std::int64_t>(std::numeric_limits<T>::max());
  rule.max = top;
  if (std::is_unsigned_v<T> && rule.min < 0) rule.min = 0;
  return rule;
}

}  // namespace detail

template <class Config, class Viewer>
template <class Member>
auto Rows<Config, Viewer>::integer(std::string_view var, std::string_view label, Member member,
                                   IntegerRule given) -> Row {
  using Held = std::remove_cvref_t<std::invoke_result_t<Member, const Config&>>;
  using Convert = detail::Number<Held>;
  const IntegerRule rule = detail::fitting<typename Convert::type>(std::move(given));
  Row row = make<Member>(
      {var, FieldType::text_single, label}, member,
      [word = rule.word](const Held& held) {
        const auto number = Convert::wide(held);
        return Values{number ? std::to_string(*number) : word};
      },
      [rule](const Values& values) -> Reading<Held> {
        auto number = read_integer(values, rule);
        if (!number) return number.error();
        return Convert::narrow(*number);
      });
  row.canonical = [member, top = rule.max](const Config& config) {
    return Values{std::to_string(Convert::wide(std::invoke(member, config)).value_or(top))};
  };
  row.validation = validation_of(rule);
  return row;
}

template <class Config, class Viewer>
template <class Member, class Enum>
auto Rows<Config, Viewer>::list(std::string_view var, std::string_view label, Member member,
                                std::vector<Token<Enum>> tokens) -> Row {
  Row row = make<Member>(
      {var, FieldType::list_single, label}, member,
      [tokens](Enum value) { return spelled(tokens, value); },
      [tokens](const Values& values) -> Reading<Enum> {
        auto text = read_single(values);
        if (!text) return text.error();
        return read_token(tokens, *text);
      });
  row.choices = choices_of(tokens);
  return row;
}

template <class Config, class Viewer>
template <class Member, class Enum>
auto Rows<Config, Viewer>::list_multi(std::string_view var, std::string_view label, Member member,
                                      std::vector<Token<Enum>> tokens) -> Row {
  Row row = make<Member>(
      {var, FieldType::list_multi, label}, member,
      [tokens](const std::set<Enum>& held) {
        Values values;
        for (const Enum value : held) {
          for (std::string& text : spelled(tokens, value)) values.push_back(std::move(text));
        }
        return values;
      },
      [tokens](const Values& values) -> Reading<std::set<Enum>> {
        std::set<Enum> held;
        for (const std::string& text : read_several(values)) {
          auto value = read_token(tokens, text);
          if (!value) return value.error();
          held.insert(*value);
        }
        return held;
      });
  row.choices = choices_of(tokens);
  return row;
}

template <class Config, class Viewer>
template <class Member>
auto Rows<Config, Viewer>::names(std::string_view var, std::string_view label, Member member,
                                 FieldType type) -> Row {
  Row row = make<Member>(
      {var, type, label}, member, [](const Values& held) { return held; },
      [](const Values& values) -> Reading<Values> { return read_several(values); });
  row.canonical = [member](const Config& config) {
    const Values& held = std::invoke(member, config);
    const std::set<std::string> unique(held.begin(), held.end());
    return Values(unique.begin(), unique.end());
  };
  if (type == FieldType::list_multi) {
    row.validation = Validation{.method = Validation::Method::open};
  }
  return row;
}

template <class Config, class Viewer>
Values Rows<Config, Viewer>::text_values(const std::string& value, FieldType type) {
  if (type != FieldType::text_multi) return {value};
  Values lines;
  if (value.empty()) return lines;
  std::size_t begin = 0;
  for (std::size_t end = value.find('\n'); end != std::string::npos;
       end = value.find('\n', begin)) {
    lines.push_back(value.substr(begin, end - begin));
    begin = end + 1;
  }
  lines.push_back(value.substr(begin));
  return lines;
}

template <class Config, class Viewer>
Values Rows<Config, Viewer>::jid_values(const std::vector<Jid>& jids) {
  Values values;
  for (const Jid& jid : jids) values.push_back(jid.str());
  return values;
}

template <class Config, class Viewer>
template <class Enum>
Values Rows<Config, Viewer>::spelled(const std::vector<Token<Enum>>& tokens, Enum value) {
  for (const Token<Enum>& token : tokens) {
    if (token.value == value && token.spelling == Spelling::proper) {
      return {std::string(token.token)};
    }
  }
  return {};
}

template <class Config, class Viewer>
template <class Enum>
Reading<Enum> Rows<Config, Viewer>::read_token(const std::vector<Token<Enum>>& tokens,
                                               std::string_view text) {
  for (const Token<Enum>& token : tokens) {
    if (token.token == text) return token.value;
  }
  return ValueFault{"must be one of the offered values"};
}

template <class Config, class Viewer>
template <class Enum>
std::vector<Choice> Rows<Config, Viewer>::choices_of(const std::vector<Token<Enum>>& tokens) {
  std::vector<Choice> choices;
  for (const Token<Enum>& token : tokens) {
    if (token.spelling == Spelling::alias) continue;
    choices.push_back({std::string(token.token), std::string(token.label)});
  }
  return choices;
}

}  // namespace stoa::forms
