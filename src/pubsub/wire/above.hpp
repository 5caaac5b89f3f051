#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/pubsub/engine/outbound.hpp>
#include <stoa/pubsub/model/node.hpp>

#include "pubsub/wire/event.hpp"

/// Events of a node for the subscribers of collections above it (XEP-0248, 5.3).
namespace stoa::pubsub::wire {

enum class About { items, nodes };

struct Heard {
  say::Above above;
  About about;
  const Settings& settings;
};

/// The finished event to those above who may read the node and are not told of it as its own
/// subscribers: one message each, which names the collections.
void to_above(const Event& event, const NodeState& node, const Heard& heard,
              std::vector<Encoded>& out);

/// What stands inside `<event/>`.
void append_kinship(std::string& out, const say::Kinship& said);

/// The recipients that a word of the outbox lists; null where it is another kind of word.
std::shared_ptr<const RecipientSet> many_recipients(std::string_view word);

}  // namespace stoa::pubsub::wire
