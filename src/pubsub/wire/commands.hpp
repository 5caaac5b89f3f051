#pragma once

#include <string_view>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/disco/list.hpp>
#include <stoa/pubsub/model/read.hpp>
#include <stoa/pubsub/model/settings.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/xml/element.hpp>

namespace stoa::pubsub::wire {

inline constexpr std::string_view get_pending = "http://jabber.org/protocol/pubsub#get-pending";

/// The first step of the command (XEP-0060, 8.7.2).
Result<xml::Element, StanzaError> pending_answer(const PendingNodesRead& read,
                                                 const PendingNodes& found);
/// The list of commands for those who own a node (XEP-0050, 2.2).
std::vector<disco::ListPage::Entry> command_entries(const Settings& settings);

}  // namespace stoa::pubsub::wire
