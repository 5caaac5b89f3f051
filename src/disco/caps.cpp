#include <algorithm>
#include <tuple>

#include <stoa/disco/disco.hpp>

namespace stoa::disco {

namespace {

void append_identities(std::string& text, std::vector<Identity> identities) {
  std::ranges::sort(identities, {}, [](const Identity& identity) {
    return std::tie(identity.category, identity.type, identity.lang);
  });
  for (const Identity& identity : identities) {
    text += identity.category + '/' + identity.type + '/' + identity.lang + '/' + identity.name;
    text += '<';
  }
}

void append_sorted(std::string& text, std::vector<std::string> values) {
  std::ranges::sort(values);
  for (const std::string& value : values) text += value + '<';
}

void append_form(std::string& text, const forms::Form& form) {
  text += *form.form_type + '<';
  std::vector<forms::Field> fields = form.fields;
  std::ranges::sort(fields, {}, &forms::Field::var);
  for (const forms::Field& field : fields) {
    text += field.var + '<';
    append_sorted(text, field.values);
  }
}

}  // namespace

std::string caps_string(const Info& info) {
  std::string text;
  append_identities(text, info.identities);
  append_sorted(text, info.features);
  std::vector<forms::Form> forms;
  for (const forms::Form& form : info.forms) {
    // As the reader sees it: encode() completes values.
    auto read = forms::decode_form(forms::encode(form));
    if (read && read->form_type) forms.push_back(std::move(*read));
  }
  std::ranges::sort(forms, {}, &forms::Form::form_type);
  for (const forms::Form& form : forms) append_form(text, form);
  return text;
}

}  // namespace stoa::disco
