#pragma once

#include <exception>
#include <string>

#include "store/postgres/fault.hpp"

namespace stoa::store::postgres {

/// `key` is the service and what of it is damaged.
void log_damage(const std::string& key, const std::string& why);

/// Reads one row of a list about many entities. One that cannot be read is logged and left out:
/// whose rows the others are shall not suffer from it. A Fault passes through.
template <class Read>
void read_or_skip(const std::string& key, const Read& read) {
  try {
    read();
  } catch (const Fault&) {
    throw;
  } catch (const std::exception& damage) {
    log_damage(key, damage.what());
  }
}

}  // namespace stoa::store::postgres
