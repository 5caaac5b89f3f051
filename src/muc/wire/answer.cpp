#include <utility>
#include <variant>

#include <stoa/muc/engine/engine.hpp>

#include "muc/wire/answer_archive.hpp"
#include "muc/wire/answer_command.hpp"

namespace stoa::muc {

Result<Answered, StanzaError> Engine::answer(const Read& read, ReadResult found,
                                             const Settings& settings, const Jid& requester) {
  if (const auto* of = std::get_if<read::ForCommand>(&read)) {
    const auto* page = std::get_if<found::Archive>(&found);
    if (page && page->unknown_uid) return rsm::unknown_uid();
    return wire::answer_command(*of, found, settings);
  }
  if (const auto* page = std::get_if<found::Archive>(&found)) {
    return wire::answer_archive(std::get<read::Archive>(read), *page, requester);
  }
  if (const auto* ends = std::get_if<found::ArchiveEnds>(&found)) return wire::answer_ends(*ends);
  if (const auto* vcard = std::get_if<found::Vcard>(&found)) {
    const bool unset = vcard->vcard.empty() && std::get<read::Vcard>(read).of_service;
    return wire::answer_vcard(unset ? found::Vcard{settings.vcard} : *vcard);
  }
  return StanzaError(ErrorType::cancel, Condition::service_unavailable, "RFC 6120 8.4");
}

}  // namespace stoa::muc
