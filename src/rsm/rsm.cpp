#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include <stoa/rsm/rsm.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::rsm {

namespace {

StanzaError bad_set(std::string_view text) {
  return StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0059 2", text);
}

/// A whole number in a child's text, the largest of the type where it is larger; nullopt where it
/// is none.
template <class Number>
std::optional<Number> number_in(const xml::Element& element) {
  const std::string text = element.text();
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::size_t end = std::min(text.find_last_not_of(" \t\r\n") + 1, text.size());
  if (begin >= end) return std::nullopt;
  const std::string_view digits = std::string_view(text).substr(begin, end - begin);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  Number value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec == std::errc::result_out_of_range) return std::numeric_limits<Number>::max();
  return value;
}

void add_text(xml::Element& parent, std::string_view name, std::string_view text) {
  parent.add(name, ns::rsm).text(text);
}

std::optional<std::size_t> position_of(std::string_view uid, std::size_t total,
                                       const std::function<std::string(std::size_t)>& uid_at) {
  for (std::size_t i = 0; i < total; ++i) {
    if (uid_at(i) == uid) return i;
  }
  return std::nullopt;
}

}  // namespace

std::size_t Request::page_size(std::size_t cap) const {
  return max ? std::min<std::size_t>(*max, cap) : cap;
}

Result<std::optional<Request>, StanzaError> decode(const xml::Element& parent) {
  const xml::Element* set = parent.child("set", ns::rsm);
  if (set == nullptr) return std::optional<Request>();
  Request request;
  if (const xml::Element* max = set->child("max", ns::rsm)) {
    request.max = number_in<std::uint32_t>(*max);
    if (!request.max) return bad_set("max must be a whole number");
  }
  if (const xml::Element* index = set->child("index", ns::rsm)) {
    request.index = number_in<std::uint64_t>(*index);
    if (!request.index) return bad_set("index must be a whole number");
  }
  if (const xml::Element* after = set->child("after", ns::rsm)) {
    std::string uid = after->text();
    if (!uid.empty()) request.after = std::move(uid);
  }
  if (const xml::Element* before = set->child("before", ns::rsm)) request.before = before->text();
  const int anchors = int{request.after.has_value()} + int{request.before.has_value()} +
                      int{request.index.has_value()};
  if (anchors > 1) return bad_set("only one of after, before and index may be given");
  return std::optional<Request>(std::move(request));
}

xml::Element encode(const ResultSet& set) {
  xml::Element element("set", ns::rsm);
  if (set.first) {
    xml::Element& first = element.add("first", ns::rsm);
    if (set.first_index) first.set("index", std::to_string(*set.first_index));
    first.text(*set.first);
  }
  if (set.last) add_text(element, "last", *set.last);
  if (set.count) add_text(element, "count", std::to_string(*set.count));
  return element;
}

StanzaError unknown_uid() {
  return StanzaError(ErrorType::cancel, Condition::item_not_found, "XEP-0059 2.4",
                     "there is no such entry in the result set");
}

Result<Page, StanzaError> page(const Request& request, std::size_t total,
                               const std::function<std::string(std::size_t)>& uid_at,
                               std::size_t cap) {
  const std::size_t size = request.page_size(cap);
  Page made;
  made.set.count = total;
  if (request.before) {
    const auto end = request.before->empty() ? total : position_of(*request.before, total, uid_at);
    if (!end) return unknown_uid();
    made.end = *end;
    made.begin = made.end - std::min(size, made.end);
  } else {
    if (request.after) {
      const auto anchor = position_of(*request.after, total, uid_at);
      if (!anchor) return unknown_uid();
      made.begin = *anchor + 1;
    } else if (request.index) {
      made.begin = *request.index < total ? static_cast<std::size_t>(*request.index) : total;
    }
    made.end = made.begin + std::min(size, total - made.begin);
  }
  if (made.begin < made.end) {
    made.set.first = uid_at(made.begin);
    made.set.last = uid_at(made.end - 1);
    made.set.first_index = made.begin;
  }
  return made;
}

}  // namespace stoa::rsm
