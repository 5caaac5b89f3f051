#include "pubsub/wire/event_id.hpp"

#include <charconv>

namespace stoa::pubsub::wire {

namespace {

constexpr std::string_view prefix = "ps.";

}  // namespace

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
  read.tag = id.substr(dot + 1);
  return read;
}

}  // namespace stoa::pubsub::wire
