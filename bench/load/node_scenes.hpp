#pragma once

#include "measure.hpp"

namespace bench {

void disco(Bench& bench);
/// Items that nobody is told of: many in flight, and one.
void publish_unheard(Bench& bench);
void items(Bench& bench);
void publish_to(Bench& bench, std::size_t subscribers, std::size_t count);

/// One iq set of user 0 to the service; throws std::runtime_error where it is refused.
void ask(Bench& bench, const std::string& payload);

}  // namespace bench
