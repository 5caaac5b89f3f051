#pragma once

#include <stoa/forms/command_form.hpp>

namespace stoa::muc {

using forms::number_in;
using forms::question_field;
using forms::ResultTable;
using forms::text_in;
using forms::values_in;

}  // namespace stoa::muc
