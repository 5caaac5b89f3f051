#include <charconv>
#include <utility>

#include <stoa/forms/command_form.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::forms {

Field question_field(std::string_view var, std::string_view label, Asking how) {
  Field made;
  made.var = var;
  made.type = how.type;
  made.label = label;
  made.required = how.required;
  return made;
}

std::optional<std::uint64_t> number_in(const Form& form, std::string_view var) {
  const std::string_view text = form.value(var).value_or("");
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return text.empty() ? std::optional<std::uint64_t>(0) : std::nullopt;
  }
  return number;
}

std::string text_in(const Form& form, std::string_view var) {
  return std::string(form.value(var).value_or(""));
}

const Values& values_in(const Form& form, std::string_view var) {
  static const Values none;
  const Field* field = form.find(var);
  return field ? field->values : none;
}

ResultTable::ResultTable(std::string_view form_type, std::string title,
                         std::vector<std::string_view> columns)
    : form_type_(form_type), title_(std::move(title)), columns_(std::move(columns)) {}

void ResultTable::field(std::string_view var, std::string value) {
  Field made;
  made.var = var;
  made.type = FieldType::text_single;
  made.values = {std::move(value)};
  fields_.push_back(std::move(made));
}

void ResultTable::field(std::string_view var, Values values) {
  Field made;
  made.var = var;
  made.type = FieldType::text_multi;
  made.values = std::move(values);
  fields_.push_back(std::move(made));
}

void ResultTable::row(const std::vector<std::string>& values) {
  rows_.push_back(values);
}

xml::Element ResultTable::done() && {
  Form form{.type = FormType::result, .title = title_};
  form.form_type = form_type_;
  form.fields = std::move(fields_);
  xml::Element x = encode(form);
  if (columns_.empty()) return x;
  xml::Element& reported = x.add("reported", ns::data_form);
  for (const auto column : columns_) reported.add("field", ns::data_form).set("var", column);
  for (const auto& values : rows_) {
    xml::Element& item = x.add("item", ns::data_form);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      xml::Element& value =
          item.add("field", ns::data_form).set("var", columns_[i]).add("value", ns::data_form);
      value.text(values.at(i));
    }
  }
  return x;
}

}  // namespace stoa::forms
