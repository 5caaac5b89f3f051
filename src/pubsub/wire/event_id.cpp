#include "pubsub/wire/event_id.hpp"

#include <charconv>

namespace stoa::pubsub::wire {

namespace {

constexpr std::string_view prefix = "ps.";
constexpr char before_seq = '~';
constexpr char before_count = '+';

/// `TOKEN~FIRST+COUNT`; none where it says nothing of that kind.
action::Publications publications_in(std::string_view token) {
  const std::size_t at = token.find(before_seq);
  if (at == token.npos) return {};
  const char* const end = token.data() + token.size();
  action::Publications about{.count = 1};
  auto [after, fault] = std::from_chars(token.data() + at + 1, end, about.first);
  if (fault != std::errc()) return {};
  if (after == end) return about;
  if (*after != before_count) return {};
  const auto counted = std::from_chars(after + 1, end, about.count);
  return counted.ec == std::errc() && counted.ptr == end ? about : action::Publications{};
}

}  // namespace

std::string publication_token(std::string_view token, const action::Publications& about) {
  std::string whole(token);
  if (about.count == 0) return whole;
  whole += before_seq;
  whole += std::to_string(about.first);
  if (about.count == 1) return whole;
  whole += before_count;
  whole += std::to_string(about.count);
  return whole;
}

std::string_view bare_token(std::string_view token) {
  return token.substr(0, token.find(before_seq));
}

std::string event_id_stem(std::uint64_t number, std::string_view token) {
  std::string id(prefix);
  id += std::to_string(number);
  id += '.';
  id += token;
  id += '.';
  return id;
}

std::optional<EventId> read_event_id(std::string_view id) {
  if (!id.starts_with(prefix)) return std::nullopt;
  id.remove_prefix(prefix.size());
  EventId read;
  const auto [end, fault] = std::from_chars(id.data(), id.data() + id.size(), read.number);
  if (fault != std::errc() || end == id.data() + id.size() || *end != '.') return std::nullopt;
  id.remove_prefix(static_cast<std::size_t>(end - id.data()) + 1);
  const std::size_t dot = id.find('.');
  if (dot == id.npos || dot + 1 == id.size()) return std::nullopt;
  read.about = publications_in(id.substr(0, dot));
  read.tag = id.substr(dot + 1);
  return read;
}

}  // namespace stoa::pubsub::wire
