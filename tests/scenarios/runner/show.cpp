#include "scenarios/runner/show.hpp"

#include <algorithm>

#include <stoa/xml/write.hpp>

namespace scenario {
namespace {

using stoa::xml::Element;
using stoa::xml::Node;

void add(std::vector<std::string>& lines, const Element& element, const std::string& inherited,
         std::size_t depth) {
  const std::string indent(depth * 2, ' ');
  Element shell(element.name(), element.ns());
  shell.set_prefix(element.prefix());
  for (const auto& attribute : element.attributes()) shell.add_attribute(attribute);
  std::string tag = stoa::xml::to_string(shell, inherited);
  if (element.nodes().empty()) {
    lines.push_back(indent + tag);
    return;
  }
  tag.replace(tag.rfind("/>"), 2, ">");
  const std::string close = "</" + tag.substr(1, tag.find_first_of(" >") - 1) + ">";
  if (!element.first_child()) {
    lines.push_back(indent + tag + stoa::xml::escaped(element.text()) + close);
    return;
  }
  lines.push_back(indent + tag);
  for (const Node& node : element.nodes()) {
    if (const Element* const child = node.element()) {
      add(lines, *child, element.ns(), depth + 1);
    } else {
      lines.push_back(indent + "  " + stoa::xml::escaped(*node.text(), stoa::xml::Quoting::text));
    }
  }
  lines.push_back(indent + close);
}

}  // namespace

std::vector<std::string> pretty(const Element& element) {
  std::vector<std::string> lines;
  add(lines, element, "jabber:client", 0);
  return lines;
}

std::string side_by_side(const Element& expected, const Element& actual) {
  const std::vector<std::string> left = pretty(expected);
  const std::vector<std::string> right = pretty(actual);
  std::size_t width = 8;
  for (const std::string& line : left) width = std::max(width, line.size());
  width = std::min<std::size_t>(width, 100);
  std::string text = "    expected" + std::string(width - 8, ' ') + "   actual\n";
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const std::string a = i < left.size() ? left[i] : "";
    const std::string b = i < right.size() ? right[i] : "";
    text += (a == b ? "    " : "  ! ") + a;
    text += std::string(a.size() < width ? width - a.size() : 0, ' ') + " | " + b + "\n";
  }
  return text;
}

std::string shown(const Element& element) {
  std::string text;
  for (const std::string& line : pretty(element)) text += "    " + line + "\n";
  return text;
}

}  // namespace scenario
