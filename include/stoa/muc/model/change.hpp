#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <stoa/muc/model/room.hpp>

namespace stoa::muc {

/// Everything that can happen to a room. Each says before and after, so that it can be undone in
/// memory; the store writes `after` only and never sees an undone change. `room` is the room's
/// number.
namespace change {

/// A room comes into being, without occupants; its creator's affiliation follows as an Affiliated.
/// Hard.
struct Created {
  std::uint64_t room = 0;
  Jid jid;
  Timestamp created;
  Jid locked_by;  ///< empty: not locked
  std::string occupant_key;
  ConfigPtr config;
  std::optional<GoneRoom> gone;  ///< of an earlier room of that name, which this ends
};

/// The room goes with all that it has, archive and occupants included. Hard.
struct Destroyed {
  std::uint64_t room = 0;
  Jid jid;
  std::optional<GoneRoom> gone;  ///< what is left in its place
  std::shared_ptr<const RoomState> before;
  std::optional<Burial> kept = {};  ///< its rows are kept, where nobody finds them
};

/// A destroyed room comes back, without occupants. Hard.
struct Restored {
  std::uint64_t room = 0;
  std::shared_ptr<const RoomState> after;
  std::optional<GoneRoom> gone;  ///< what stood in its place
};

/// What a service administrator did, for the record. Hard.
struct Audited {
  Act act;
};

/// Hard.
struct Configured {
  std::uint64_t room = 0;
  ConfigPtr before;
  ConfigPtr after;
};

/// The lock is put on or taken off: bare JID of the creator, or empty. Hard.
struct LockSet {
  std::uint64_t room = 0;
  Jid before;
  Jid after;
};

/// Hard.
struct SubjectSet {
  std::uint64_t room = 0;
  SubjectPtr before;
  SubjectPtr after;
};

/// The row of one JID comes, goes or changes. The version rises where the affiliation is another
/// one; then the change belongs into the affiliation log too. Hard.
struct Affiliated {
  std::uint64_t room = 0;
  std::optional<Affiliate> before;
  std::optional<Affiliate> after;
  std::uint64_t version_before = 0;
  std::uint64_t version_after = 0;

  const Jid& jid() const { return after ? after->jid : before->jid; }
};

/// One session comes, goes, or changes nick, role or presence. Soft, but for coming, which is chat:
/// who has been told that they are in the room is in it after a crash.
struct Seated {
  std::uint64_t room = 0;
  std::optional<Seat> before;
  std::optional<Seat> after;
};

/// A message is accepted and archived. Chat.
struct Archived {
  std::uint64_t room = 0;
  RowPtr row;
  std::string body;   ///< for full text search; empty for none
  bool hard = false;  ///< waits for the commit whatever happens (no chat without database)
};
/// A message of the archive becomes a tombstone: payload gone, the rest stays. Hard.
struct Retracted {
  std::uint64_t room = 0;
  std::uint64_t seq = 0;
  std::string id;  ///< stanza-id of the message
  std::optional<Tombstone> before;
  std::optional<Tombstone> after;
  std::optional<Timestamp> original_until = {};  ///< until then owners can see what it said
};

/// Everything up to `through` leaves the archive. Hard. Cannot be undone but by fetching again.
struct ArchiveCut {
  std::uint64_t room = 0;
  std::uint64_t through = 0;
};

/// The room's vCard is replaced; empty: removed. Hard.
struct VcardSet {
  std::uint64_t room = 0;
  std::string vcard;  ///< as XML
  std::vector<std::string> hashes_before;
  std::vector<std::string> hashes_after;
};

/// A hat comes, goes or changes. Hard.
struct HatSet {
  std::uint64_t room = 0;
  std::optional<Hat> before;
  std::optional<Hat> after;
};

/// A registration waits for approval, or no longer does. Hard.
struct RegistrationSet {
  std::uint64_t room = 0;
  std::optional<PendingRegistration> before;
  std::optional<PendingRegistration> after;
};

/// An invitation was sent, or is forgotten. Soft.
struct Invited {
  std::uint64_t room = 0;
  std::optional<Invitation> before;
  std::optional<Invitation> after;
};

/// Never stored: lost with the process, and nobody minds; or the undoing of something that is.
namespace fleeting {
struct Unarchived {  ///< undoes Archived
  RowPtr row;
};
struct Revived {  ///< undoes Destroyed
  std::shared_ptr<const RoomState> room;
};
struct Forgotten {};  ///< what is cached of the archive is fetched again
struct Kept {         ///< a message for the history of a room that has no archive
  RowPtr row;
};
struct Pinged {  ///< signs of life of one session
  Jid session;
  struct Life {
    Timestamp heard;
    Timestamp pinged;
    std::uint8_t unanswered = 0;
  } before, after;
};
struct IqSet {
  std::optional<PendingIq> before;
  std::optional<PendingIq> after;
};
struct PrivateSent {
  std::optional<SentPrivate> before;
  std::optional<SentPrivate> after;
};
struct Metered {
  std::optional<Meter> before;
  std::optional<Meter> after;
};
struct Waited {
  std::optional<WaitingMessage> before;
  std::optional<WaitingMessage> after;
};
struct EndingSet {
  std::optional<Ending> before;
  std::optional<Ending> after;
};
struct Due {
  Timestamp before;
  Timestamp after;
};
}  // namespace fleeting
using Fleeting =
    std::variant<fleeting::Unarchived, fleeting::Revived, fleeting::Forgotten, fleeting::Kept,
                 fleeting::Pinged, fleeting::IqSet, fleeting::PrivateSent, fleeting::Metered,
                 fleeting::Waited, fleeting::EndingSet, fleeting::Due>;

}  // namespace change

using Change = std::variant<change::Created, change::Destroyed, change::Restored, change::Audited,
                            change::Configured, change::LockSet, change::SubjectSet,
                            change::Affiliated, change::Seated, change::Archived, change::Retracted,
                            change::ArchiveCut, change::VcardSet, change::HatSet,
                            change::RegistrationSet, change::Invited, change::Fleeting>;

}  // namespace stoa::muc
