#pragma once

#include <string_view>

#include <stoa/xml/element.hpp>

namespace stoa::forms {

/// Puts the labels of the forms in a reply, and of their choices, into the language that the
/// request asks for (`xml:lang`), where there is a translation; the others stay English. A form in
/// which something was translated says its language. `payload` is searched three levels deep.
void translate_labels(xml::Element& payload, std::string_view lang);

/// Whether any label has a translation into that language.
bool has_labels_in(std::string_view lang);

}  // namespace stoa::forms
