#pragma once

#include <optional>
#include <string_view>

#include <stoa/forms/form.hpp>

namespace stoa::forms {

std::optional<FormType> form_type_of(std::string_view token);
std::optional<FieldType> field_type_of(std::string_view token);

}  // namespace stoa::forms
