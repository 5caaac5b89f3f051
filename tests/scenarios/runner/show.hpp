#pragma once

#include <string>
#include <vector>

#include <stoa/xml/element.hpp>

namespace scenario {

/// The element over several lines, one child a line deeper.
std::vector<std::string> pretty(const stoa::xml::Element& element);

/// Two elements next to each other; lines that differ are marked.
std::string side_by_side(const stoa::xml::Element& expected, const stoa::xml::Element& actual);

/// pretty() as one indented text.
std::string shown(const stoa::xml::Element& element);

}  // namespace scenario
