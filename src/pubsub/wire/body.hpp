#pragma once

#include <string>
#include <vector>

#include <stoa/pubsub/model/config.hpp>
#include <stoa/pubsub/model/item.hpp>

namespace stoa::pubsub::wire {

/// The text for people beside an event (XEP-0060, 12.8): of Atom entries the summary, or else the
/// title, each under the node's title. Empty where no item has one.
std::string body_text(const NodeConfig& config, const std::vector<Item>& items);

}  // namespace stoa::pubsub::wire
