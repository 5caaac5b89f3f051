#pragma once

#include <functional>
#include <vector>

#include <stoa/pep/gateway.hpp>
#include <stoa/pubsub/model/read.hpp>

namespace stoa::pep {

/// What the users' servers keep of the users' nodes, read in the users' names (XEP-0356, 6) while
/// the servers still host them: names, configurations, items. One request after the other; `then`
/// is called once, later. What could not be read, or not as a whole, is named in its place.
void read_server_nodes(Gateway& gateway, std::vector<Jid> users,
                       std::function<void(pubsub::ServerNodes)> then);

}  // namespace stoa::pep
