#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <stoa/pubsub/engine/request.hpp>

namespace stoa::pubsub::wire {

/// The id of a message that a node sends, `ps.NUMBER.TOKEN.TAG`: unique for ever by its token, and
/// a bounce tells by it which node and subscription it is about (XEP-0060, 12.4).
struct EventId {
  std::uint64_t number = 0;
  std::string_view tag = {};
  action::Publications about = {};
};

/// The token of an event of these publications: a bounce tells them by it.
std::string publication_token(std::string_view token, const action::Publications& about);
/// Without them.
std::string_view bare_token(std::string_view token);

/// `ps.NUMBER.TOKEN.`; the tag follows.
std::string event_id_stem(std::uint64_t number, std::string_view token);
/// nullopt for ids of others. The tag is a view into `id`.
std::optional<EventId> read_event_id(std::string_view id);

}  // namespace stoa::pubsub::wire
