#include <stoa/forms/form.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::forms {

namespace {

xml::Element text_element(std::string_view name, std::string_view text) {
  xml::Element element(name, ns::data_form);
  if (!text.empty()) element.text(text);
  return element;
}

Values complete_values(const Field& field, FormType form) {
  Values values = field.values;
  if (form != FormType::form && form != FormType::result) return values;
  if (field.type == FieldType::boolean) {
    const bool value = !values.empty() && parse_boolean(values.front()).value_or(false);
    return {value ? "1" : "0"};
  }
  const bool may_be_bare = form == FormType::result && field.type && is_multi(*field.type);
  if (values.empty() && !may_be_bare) values.emplace_back();
  return values;
}

xml::Element encode_validation(const Validation& validation) {
  xml::Element validate("validate", ns::validate);
  validate.set("datatype", validation.datatype);
  switch (validation.method) {
    case Validation::Method::basic:
      validate.add("basic", ns::validate);
      break;
    case Validation::Method::open:
      validate.add("open", ns::validate);
      break;
    case Validation::Method::range: {
      xml::Element& range = validate.add("range", ns::validate);
      if (!validation.min.empty()) range.set("min", validation.min);
      if (!validation.max.empty()) range.set("max", validation.max);
      break;
    }
  }
  return validate;
}

xml::Element encode_field(const Field& field, FormType form) {
  xml::Element element("field", ns::data_form);
  if (!field.var.empty()) element.set("var", field.var);
  if (field.type) element.set("type", token(*field.type));
  if (!field.label.empty()) element.set("label", field.label);
  if (!field.desc.empty()) element.add(text_element("desc", field.desc));
  if (field.required) element.add("required", ns::data_form);
  if (field.validation) element.add(encode_validation(*field.validation));
  for (const std::string& value : complete_values(field, form)) {
    element.add(text_element("value", value));
  }
  for (const Choice& choice : field.choices) {
    xml::Element& option = element.add("option", ns::data_form);
    if (!choice.label.empty()) option.set("label", choice.label);
    option.add(text_element("value", choice.value));
  }
  return element;
}

void add_instructions(xml::Element& x, std::string_view lines) {
  if (lines.empty()) return;
  while (true) {
    const std::size_t end = lines.find('\n');
    x.add(text_element("instructions", lines.substr(0, end)));
    if (end == std::string_view::npos) return;
    lines.remove_prefix(end + 1);
  }
}

}  // namespace

xml::Element encode(const Form& form) {
  xml::Element x("x", ns::data_form);
  x.set("type", token(form.type));
  if (!form.title.empty()) x.add(text_element("title", form.title));
  add_instructions(x, form.instructions);
  if (form.form_type) {
    const Field field{.var = "FORM_TYPE", .type = FieldType::hidden, .values = {*form.form_type}};
    x.add(encode_field(field, form.type));
  }
  for (const Field& field : form.fields) x.add(encode_field(field, form.type));
  return x;
}

}  // namespace stoa::forms
