#pragma once

#include <string>

#include <stoa/base/ids.hpp>
#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>

namespace stoa {

/// What a decision may know besides the state and the request. References are valid for the call
/// only.
struct Context {
  Timestamp now;
  IdSource& ids;
  bool service_admin = false;  ///< the sender's bare JID is listed under [admin]
};

}  // namespace stoa
