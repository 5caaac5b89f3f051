#include <stoa/muc/engine/engine.hpp>

namespace stoa::muc {

Result<Answered, StanzaError> Engine::answer(const Read&, ReadResult, const Settings&, const Jid&) {
  return StanzaError(ErrorType::cancel, Condition::service_unavailable, "RFC 6120 8.4");
}

}  // namespace stoa::muc
