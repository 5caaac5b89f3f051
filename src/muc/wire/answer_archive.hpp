#pragma once

#include <stoa/muc/model/read.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/stanza/step.hpp>

namespace stoa::muc::wire {

/// A page of a room's archive (XEP-0313, 4 and 6.1.2): one message per row from the room to the
/// asker, then the
/// `<fin/>`.
Result<Answered, StanzaError> answer_archive(const read::Archive& read, const found::Archive& found,
                                             const Jid& asker);
/// `<metadata/>` (XEP-0313, 5).
Answered answer_ends(const found::ArchiveEnds& found);
/// The room's vCard, an empty one where none is set.
Answered answer_vcard(const found::Vcard& found);

}  // namespace stoa::muc::wire
