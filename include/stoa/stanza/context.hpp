#pragma once

#include <string>

#include <stoa/base/ids.hpp>
#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>

namespace stoa {

class Presences;

/// What a decision may know besides the state and the request. References are valid for the call
/// only.
struct Context {
  Timestamp now;
  IdSource& ids;
  bool service_admin = false;            ///< the sender's bare JID is listed under [admin]
  const Presences* presences = nullptr;  ///< who is on line; null where nobody is told
};

}  // namespace stoa
