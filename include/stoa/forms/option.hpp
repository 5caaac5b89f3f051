#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <stoa/forms/form.hpp>
#include <stoa/forms/values.hpp>

namespace stoa::forms {

/// The viewer of a table whose form is the same for everybody.
struct Anyone {};

/// What a submit does with a field that its sender does not see.
enum class WhenHidden { ignored, refused };

/// One row of a form: everything that is known about one option of a Config, said once. `Viewer` is
/// what visibility and choices may depend on besides the Config (rights of the requester, what the
/// service can do). Rows are made by Rows<Config, Viewer> and refined by the chained calls below.
template <class Config, class Viewer = Anyone>
struct Option {
  std::string var;
  FieldType type = FieldType::text_single;
  std::string label;
  std::string desc;
  std::vector<Choice> choices;
  std::optional<Validation> validation;
  std::string feature;  ///< listed by service discovery because this option exists; empty for none
  bool required = false;
  WhenHidden when_hidden = WhenHidden::ignored;

  std::function<Values(const Config&)> get;
  /// Reads values into the config; the text of the refusal where they are none (config then
  /// unchanged).
  std::function<std::optional<std::string>(Config&, const Values&)> set;
  /// Set where two spellings in get() mean the same (`max` and the number it stands for).
  std::function<Values(const Config&)> canonical;
  std::function<bool(const Config&, const Viewer&)> visible;  ///< empty: to everybody
  std::function<std::vector<Choice>(const Config&, const Viewer&)> offered;  ///< instead of choices
  std::function<int(const Config&)> code;  ///< of the config after a change; empty: none

  /// A number for the owner of the table to use when the option has changed (a status code of
  /// rooms), fixed or read from the new config.
  Option&& coded(int number) && {
    code = [number](const Config&) { return number; };
    return std::move(*this);
  }
  Option&& coded(std::function<int(const Config&)> of_config) && {
    code = std::move(of_config);
    return std::move(*this);
  }
  Option&& visible_when(std::function<bool(const Config&, const Viewer&)> predicate,
                        WhenHidden otherwise = WhenHidden::ignored) && {
    visible = std::move(predicate);
    when_hidden = otherwise;
    return std::move(*this);
  }
  Option&& offering(std::function<std::vector<Choice>(const Config&, const Viewer&)> made) && {
    offered = std::move(made);
    return std::move(*this);
  }
  /// Shown as list-single of these choices, open to other values.
  Option&& as_open_list(std::vector<Choice> suggested) && {
    type = FieldType::list_single;
    choices = std::move(suggested);
    validation = Validation{.method = Validation::Method::open};
    return std::move(*this);
  }
  Option&& with_feature(std::string_view name) && {
    feature = name;
    return std::move(*this);
  }
  Option&& described(std::string_view text) && {
    desc = text;
    return std::move(*this);
  }
  Option&& is_required() && {
    required = true;
    return std::move(*this);
  }

  bool visible_to(const Config& config, const Viewer& viewer) const {
    return !visible || visible(config, viewer);
  }
  /// Whether both configs hold the same, by value.
  bool same(const Config& a, const Config& b) const {
    return comparable(canonical ? canonical(a) : get(a)) ==
           comparable(canonical ? canonical(b) : get(b));
  }
  /// The field with its present value; choices and validation only in a form, not in a result.
  Field field(FormType form, const Config& config, const Viewer& viewer = {}) const {
    Field made{.var = var, .type = type, .label = label, .values = get(config)};
    if (form != FormType::form) return made;
    made.choices = offered ? offered(config, viewer) : choices;
    made.required = required;
    made.desc = desc;
    made.validation = validation;
    return made;
  }

 private:
  Values comparable(Values values) const {
    if (!is_multi(type) || type == FieldType::text_multi) return values;
    std::set<std::string> unique(values.begin(), values.end());
    return Values(unique.begin(), unique.end());
  }
};

/// One value of an enumeration as a form has it. `alias` is accepted, but neither offered nor
/// written.
enum class Spelling { proper, alias };
template <class Enum>
struct Token {
  Enum value;
  std::string_view token;
  std::string_view label;
  Spelling spelling = Spelling::proper;
};

/// Makers of rows. A `member` is anything that std::invoke turns into a reference to the member:
/// `&NodeConfig::title`, or a generic lambda for a nested one.
///
///     using Row = forms::Rows<NodeConfig>;
///     Row::boolean("pubsub#notify_config", "Notify of configuration changes",
///     &NodeConfig::notify_config)
template <class Config, class Viewer = Anyone>
struct Rows {
  using Row = Option<Config, Viewer>;

  /// Member: bool.
  template <class Member>
  static Row boolean(std::string_view var, std::string_view label, Member member) {
    return make<Member>(
        {var, FieldType::boolean, label}, member,
        [](bool value) { return Values{value ? "1" : "0"}; },
        [](const Values& values) { return read_boolean(values); });
  }

  /// Member: std::string.
  template <class Member>
  static Row text(std::string_view var, std::string_view label, Member member, TextRule rule = {},
                  FieldType type = FieldType::text_single) {
    return make<Member>(
        {var, type, label}, member,
        [type](const std::string& value) { return text_values(value, type); },
        [rule = std::move(rule), type](const Values& values) {
          return read_text(values, rule, type);
        });
  }

  /// Member: an integer, or with a word in the rule std::optional of one, empty for the word.
  template <class Member>
  static Row integer(std::string_view var, std::string_view label, Member member, IntegerRule rule);

  /// Member: the enumeration. Leave a value out of `tokens` where the service does not offer it.
  template <class Member, class Enum>
  static Row list(std::string_view var, std::string_view label, Member member,
                  std::vector<Token<Enum>> tokens);

  /// Member: std::set of the enumeration.
  template <class Member, class Enum>
  static Row list_multi(std::string_view var, std::string_view label, Member member,
                        std::vector<Token<Enum>> tokens);

  /// Member: Values. list-multi open to any value, or text-multi as list of names.
  template <class Member>
  static Row names(std::string_view var, std::string_view label, Member member,
                   FieldType type = FieldType::list_multi);

  /// Member: Jid, empty for none.
  template <class Member>
  static Row jid(std::string_view var, std::string_view label, Member member,
                 JidForm form = JidForm::as_given) {
    return make<Member>(
        {var, FieldType::jid_single, label}, member,
        [](const Jid& value) { return Values{value.str()}; },
        [form](const Values& values) { return read_jid(values, form); });
  }

  /// Member: std::vector<Jid>.
  template <class Member>
  static Row jid_multi(std::string_view var, std::string_view label, Member member,
                       JidForm form = JidForm::as_given) {
    return make<Member>(
        {var, FieldType::jid_multi, label}, member,
        [](const std::vector<Jid>& value) { return jid_values(value); },
        [form](const Values& values) { return read_jids(values, form); });
  }

  struct Head {
    std::string_view var;
    FieldType type;
    std::string_view label;
  };

  /// A row of another kind: `write` makes values of the member, `read` is the other way round and
  /// returns Reading<member type>.
  template <class Member, class Write, class Read>
  static Row make(Head head, Member member, Write write, Read read) {
    Row row;
    row.var = head.var;
    row.type = head.type;
    row.label = head.label;
    row.get = [member, write](const Config& config) { return write(std::invoke(member, config)); };
    row.set = [member, read](Config& config, const Values& values) -> std::optional<std::string> {
      auto value = read(values);
      if (!value) return value.error().text;
      std::invoke(member, config) = std::move(value).value();
      return std::nullopt;
    };
    return row;
  }

 private:
  static Values text_values(const std::string& value, FieldType type);
  static Values jid_values(const std::vector<Jid>& jids);
  template <class Enum>
  static Values spelled(const std::vector<Token<Enum>>& tokens, Enum value);
  template <class Enum>
  static Reading<Enum> read_token(const std::vector<Token<Enum>>& tokens, std::string_view text);
  template <class Enum>
  static std::vector<Choice> choices_of(const std::vector<Token<Enum>>& tokens);
};

}  // namespace stoa::forms

#include <stoa/forms/option_rows.inl>
