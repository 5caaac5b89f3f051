#include "store/postgres/damage.hpp"

#include <stoa/base/log.hpp>

namespace stoa::store::postgres {

void log_damage(const std::string& key, const std::string& why) {
  log::error("store.damaged", {{"key", key}, {"why", why}});
}

}  // namespace stoa::store::postgres
