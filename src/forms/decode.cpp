#include <stoa/forms/form.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "forms/tokens.hpp"

namespace stoa::forms {

namespace {

std::string child_text(const xml::Element& parent, std::string_view name) {
  const xml::Element* child = parent.child(name, ns::data_form);
  return child == nullptr ? std::string() : child->text();
}

std::string decode_instructions(const xml::Element& element) {
  const auto lines = element.children("instructions", ns::data_form);
  std::string joined;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) joined += '\n';
    joined += lines[i]->text();
  }
  return joined;
}

std::optional<Validation> decode_validation(const xml::Element& field) {
  const xml::Element* validate = field.child("validate", ns::validate);
  if (validate == nullptr) return std::nullopt;
  Validation validation;
  validation.datatype = validate->attr_or("datatype", "xs:string");
  if (validate->child("open", ns::validate) != nullptr) {
    validation.method = Validation::Method::open;
  } else if (const xml::Element* range = validate->child("range", ns::validate)) {
    validation.method = Validation::Method::range;
    validation.min = range->attr_or("min", "");
    validation.max = range->attr_or("max", "");
  }
  return validation;
}

Field decode_field(const xml::Element& element) {
  Field field;
  field.var = element.attr_or("var", "");
  field.type = field_type_of(element.attr_or("type", ""));
  field.label = element.attr_or("label", "");
  for (const xml::Element* value : element.children("value", ns::data_form)) {
    field.values.push_back(value->text());
  }
  for (const xml::Element* option : element.children("option", ns::data_form)) {
    field.choices.push_back(
        {child_text(*option, "value"), std::string(option->attr_or("label", ""))});
  }
  field.required = element.child("required", ns::data_form) != nullptr;
  field.desc = child_text(element, "desc");
  field.validation = decode_validation(element);
  return field;
}

}  // namespace

Result<Form, std::string> decode_form(const xml::Element& element) {
  if (!element.is("x", ns::data_form)) return std::string("a data form is expected");
  const auto type = form_type_of(element.attr_or("type", ""));
  if (!type) return std::string("the form must be of type form, submit, cancel or result");
  Form form;
  form.type = *type;
  form.title = child_text(element, "title");
  form.instructions = decode_instructions(element);
  for (const xml::Element* child : element.children("field", ns::data_form)) {
    Field field = decode_field(*child);
    if (field.var == "FORM_TYPE") {
      form.form_type = field.values.empty() ? std::string() : field.values.front();
    } else if (!field.var.empty() || field.type == FieldType::fixed) {
      form.fields.push_back(std::move(field));
    }
  }
  return form;
}

}  // namespace stoa::forms
