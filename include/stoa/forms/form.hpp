#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/xml/element.hpp>

/// Data forms: XEP-0004, FORM_TYPE of XEP-0068, validation of XEP-0122.
namespace stoa::forms {

enum class FormType { form, submit, cancel, result };

enum class FieldType {
  boolean,
  fixed,
  hidden,
  jid_multi,
  jid_single,
  list_multi,
  list_single,
  text_multi,
  text_private,
  text_single,
};

/// The wire's spelling: `jid-multi` for jid_multi.
std::string_view token(FormType type);
std::string_view token(FieldType type);

/// Whether a field of that type may hold several values.
bool is_multi(FieldType type);

using Values = std::vector<std::string>;

/// One `<option label><value/></option>` of a list.
struct Choice {
  std::string value = {};
  std::string label = {};

  friend bool operator==(const Choice&, const Choice&) = default;
};

/// XEP-0122: the datatype and one validation method. `range` writes min and max where they are set;
/// `open` says that a list takes other values than the offered ones.
struct Validation {
  enum class Method { basic, open, range };

  std::string datatype = "xs:string";
  Method method = Method::basic;
  std::string min = {};  ///< empty for none
  std::string max = {};  ///< empty for none

  friend bool operator==(const Validation&, const Validation&) = default;
};

struct Field {
  std::string var = {};
  /// nullopt where the sender wrote none, or one that XEP-0004 lacks
  std::optional<FieldType> type = {};
  std::string label = {};
  Values values = {};
  std::vector<Choice> choices = {};
  bool required = false;
  std::string desc = {};
  std::optional<Validation> validation = {};

  friend bool operator==(const Field&, const Field&) = default;
};

struct Form {
  FormType type = FormType::form;
  std::string title = {};
  std::string instructions = {};  ///< lines separated by `\n`, one `<instructions/>` each
  /// Value of FORM_TYPE; nullopt where there is no such field.
  std::optional<std::string> form_type = {};
  std::vector<Field> fields = {};  ///< in their order, without FORM_TYPE

  /// The field of that name, nullptr where there is none. Of several the last counts.
  const Field* find(std::string_view var) const;
  /// First value of that field, nullopt where the field is absent or holds no value.
  std::optional<std::string_view> value(std::string_view var) const;

  friend bool operator==(const Form&, const Form&) = default;
};

/// Reads an `<x xmlns='jabber:x:data'/>`. Tolerant: white space anywhere, fields without type,
/// without values, of unknown type; a field without a name is dropped; FORM_TYPE counts whatever
/// its type says. Refused (with an English reason): another element, a form type missing or
/// unknown.
Result<Form, std::string> decode_form(const xml::Element& element);

/// Writes the form, FORM_TYPE first, as hidden. In forms of type form and result a boolean says `0`
/// or `1`, and every field has a `<value/>`, an empty one where nothing is set; only a field for
/// several values that has none stays without in a result.
xml::Element encode(const Form& form);

/// What XEP-0004 (3.3) and XML Schema take as a boolean: `0 1 true false`; nullopt for all else.
std::optional<bool> parse_boolean(std::string_view text);

/// What a submitted form may be: absent, of the wrong type or wrong FORM_TYPE it is a bad request,
/// which the text explains. A missing FORM_TYPE passes where `missing` says so. `cancel` passes
/// always.
enum class MissingFormType { accepted, refused };
std::optional<std::string> fault_in_submit(const Form& form, std::string_view form_type,
                                           MissingFormType missing);

}  // namespace stoa::forms
