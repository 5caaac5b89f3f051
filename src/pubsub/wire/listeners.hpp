#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/pubsub/engine/outbound.hpp>
#include <stoa/pubsub/model/node.hpp>

#include "pubsub/wire/event.hpp"

/// Events for the subscribers of a node itself.
namespace stoa::pubsub::wire {

/// What an event is about decides who gets it.
enum class Topic { node, items, removals };

/// Whether copies for those with several subscriptions name them (7.1.2.4, 12.16).
enum class Shim { with_subids, without };

/// The copies of one event.
struct Copies {
  Topic topic = Topic::node;
  Shim shim = Shim::without;
  const say::Present& present;
  const std::vector<Item>& items;  ///< of a publication: for texts and filters
};

/// An event of these items.
using EventOf = std::function<Event(const std::vector<Item>& items)>;

/// One event to all listeners: the sets in one each, the few with several subscriptions one by one.
void to_listeners(const Event& event, const NodeState& node, const Copies& copies,
                  std::vector<Encoded>& out);

/// A publication to those who have filters: each gets the items that pass, under the subscriptions
/// by which they do (12.20).
void to_choosy(const Event& event, const NodeState& node, const Copies& copies,
               const EventOf& event_of, std::vector<Encoded>& out);

/// SHIM headers (XEP-0131) that name subscriptions.
void append_subids(std::string& out, const std::vector<std::string>& subids);

/// Those whom a word of to_listeners() names; null where it is another kind of word.
std::shared_ptr<const RecipientSet> listeners_named(const NodeState& node, std::string_view word);

}  // namespace stoa::pubsub::wire
