#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/forms/form.hpp>
#include <stoa/xml/element.hpp>

/// The forms of commands (XEP-0050).
namespace stoa::forms {

/// A field of a question.
struct Asking {
  FieldType type = FieldType::text_single;
  bool required = false;
};
Field question_field(std::string_view var, std::string_view label, Asking how = {});

/// The number in a field, 0 where it is empty, nullopt where it is no number.
std::optional<std::uint64_t> number_in(const Form& form, std::string_view var);

/// The value of a field, empty where it is absent.
std::string text_in(const Form& form, std::string_view var);

/// All values of a field.
const Values& values_in(const Form& form, std::string_view var);

/// A result form as a table: what each column is called, then the rows.
class ResultTable {
 public:
  ResultTable(std::string_view form_type, std::string title, std::vector<std::string_view> columns);

  /// A field beside the table.
  void field(std::string_view var, std::string value);
  void field(std::string_view var, Values values);
  /// One value for each column.
  void row(const std::vector<std::string>& values);
  xml::Element done() &&;

 private:
  std::string_view form_type_;
  std::string title_;
  std::vector<std::string_view> columns_;
  std::vector<Field> fields_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace stoa::forms
