#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <stoa/forms/form.hpp>

#include "forms/tokens.hpp"

namespace stoa::forms {

namespace {

constexpr std::array<std::pair<FormType, std::string_view>, 4> form_types{{
    {FormType::form, "form"},
    {FormType::submit, "submit"},
    {FormType::cancel, "cancel"},
    {FormType::result, "result"},
}};

constexpr std::array<std::pair<FieldType, std::string_view>, 10> field_types{{
    {FieldType::boolean, "boolean"},
    {FieldType::fixed, "fixed"},
    {FieldType::hidden, "hidden"},
    {FieldType::jid_multi, "jid-multi"},
    {FieldType::jid_single, "jid-single"},
    {FieldType::list_multi, "list-multi"},
    {FieldType::list_single, "list-single"},
    {FieldType::text_multi, "text-multi"},
    {FieldType::text_private, "text-private"},
    {FieldType::text_single, "text-single"},
}};

template <class Enum, std::size_t size>
std::string_view name_of(const std::array<std::pair<Enum, std::string_view>, size>& names,
                         Enum value) {
  const auto found = std::ranges::find(names, value, &std::pair<Enum, std::string_view>::first);
  return found == names.end() ? std::string_view() : found->second;
}

template <class Enum, std::size_t size>
std::optional<Enum> value_of(const std::array<std::pair<Enum, std::string_view>, size>& names,
                             std::string_view name) {
  const auto found = std::ranges::find(names, name, &std::pair<Enum, std::string_view>::second);
  if (found == names.end()) return std::nullopt;
  return found->first;
}

}  // namespace

std::string_view token(FormType type) {
  return name_of(form_types, type);
}
std::string_view token(FieldType type) {
  return name_of(field_types, type);
}

std::optional<FormType> form_type_of(std::string_view token) {
  return value_of(form_types, token);
}
std::optional<FieldType> field_type_of(std::string_view token) {
  return value_of(field_types, token);
}

bool is_multi(FieldType type) {
  return type == FieldType::jid_multi || type == FieldType::list_multi ||
         type == FieldType::text_multi;
}

const Field* Form::find(std::string_view var) const {
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    if (field->var == var) return &*field;
  }
  return nullptr;
}

std::optional<std::string_view> Form::value(std::string_view var) const {
  const Field* field = find(var);
  if (field == nullptr || field->values.empty()) return std::nullopt;
  return field->values.front();
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "1" || text == "true") return true;
  if (text == "0" || text == "false") return false;
  return std::nullopt;
}

namespace {

/// XEP-0004, 3.2: `var` is unique in a form.
std::optional<std::string> field_given_twice(const Form& form) {
  std::set<std::string_view> seen;
  for (const Field& field : form.fields) {
    if (!field.var.empty() && !seen.insert(field.var).second) {
      return "the form has the field " + field.var + " twice";
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> fault_in_submit(const Form& form, std::string_view form_type,
                                           MissingFormType missing) {
  if (form.type == FormType::cancel) return std::nullopt;
  if (form.type != FormType::submit) return "the form must be of type submit";
  if (!form.form_type) {
    if (missing == MissingFormType::accepted) return field_given_twice(form);
    return "the form has no FORM_TYPE";
  }
  if (*form.form_type != form_type) return "FORM_TYPE must be " + std::string(form_type);
  return field_given_twice(form);
}

}  // namespace stoa::forms
