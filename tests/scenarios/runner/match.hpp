#pragma once

#include <map>
#include <string>
#include <string_view>

#include <stoa/xml/element.hpp>

namespace scenario {

/// Names that were captured, and what they stand for.
using Captures = std::map<std::string, std::string>;

/// Puts captured values in the place of `{name}`; what is not captured stays as it is.
std::string filled(std::string_view text, const Captures& captures);
stoa::xml::Element filled(const stoa::xml::Element& element, const Captures& captures);

/// Whether `actual` is what `expected` describes (docs/scenarios.md, "Matching"); only then the
/// captures grow.
bool matches(std::string_view expected, std::string_view actual, Captures& captures);
bool matches(const stoa::xml::Element& expected, const stoa::xml::Element& actual,
             Captures& captures);

/// matches() for a whole stanza: what an abbreviated one may leave out is not compared.
bool matches_stanza(const stoa::xml::Element& expected, const stoa::xml::Element& actual,
                    Captures& captures);

}  // namespace scenario
