#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/muc/model/tokens.hpp>

namespace stoa::muc {

/// What stands in place of a message that was taken back (XEP-0424, 5) or moderated (XEP-0425, 4).
struct Tombstone {
  std::string id;  ///< stanza-id of the retraction
  Timestamp stamp;
  std::string moderator;     ///< occupant JID of who moderated, or the room; empty: by the author
  std::string moderator_id;  ///< his occupant-id
  std::string reason;

  friend bool operator==(const Tombstone&, const Tombstone&) = default;
};

enum class RowKind : std::uint8_t {
  message,  ///< from an occupant
  subject,  ///< a change of subject: not part of the history on joining
  notice,   ///< from the room itself (moderation, announcements); nick is empty
};

/// One message of a room: live, in the history and in the archive the same. Immutable once
/// accepted, but for its tombstone.
struct ArchiveRow {
  std::uint64_t seq = 0;  ///< position in the room's order; 0: not archived
  std::string id;         ///< stanza-id (XEP-0359), unguessable
  Timestamp stamp;
  RowKind kind = RowKind::message;
  Affiliation affiliation = Affiliation::none;  ///< of the author, then
  Role role = Role::none;                       ///< likewise
  bool semi_anonymous = true;                   ///< the author's JID was not shown to all then
  std::string nick;
  std::string occupant_id;
  Jid author;              ///< full JID
  std::string message_id;  ///< `id` of the stanza
  std::string lang;        ///< xml:lang of the stanza
  std::string payload;     ///< children, stripped, as XML in jabber:client
  std::optional<Tombstone> tombstone;

  friend bool operator==(const ArchiveRow&, const ArchiveRow&) = default;
};

/// shared_ptr because journal, history and outputs hold the same immutable row.
using RowPtr = std::shared_ptr<const ArchiveRow>;

/// The subject of a room (XEP-0045, 8.1): texts by language, who set it and when. Empty texts:
/// cleared.
struct Subject {
  std::vector<std::pair<std::string, std::string>> texts;  ///< xml:lang (may be empty), text
  std::string nick;         ///< of the setter; empty: set by the room
  std::string occupant_id;  ///< of the setter
  std::string id;           ///< stanza-id of the message that set it
  Timestamp stamp;

  friend bool operator==(const Subject&, const Subject&) = default;
};
using SubjectPtr = std::shared_ptr<const Subject>;

/// The newest messages of a room, oldest first: what a join gets. Retracted ones and subject
/// changes are not in it.
struct History {
  std::vector<RowPtr> rows;
};

}  // namespace stoa::muc
