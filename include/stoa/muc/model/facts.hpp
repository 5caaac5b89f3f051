#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <stoa/jid/jid.hpp>
#include <stoa/muc/model/archive.hpp>
#include <stoa/muc/model/tokens.hpp>

namespace stoa::muc {

struct RoomState;

/// What a decision may have to know besides the state in memory. The store answers each need with
/// the fact of the same name, which repeats the question.
namespace need {
/// The newest `count` rows of kind message or notice that are not retracted, oldest first.
struct History {
  std::size_t count = 0;
};
/// The archive row with that stanza-id.
struct Entry {
  std::string id;
};
/// Which of these stanza-ids archive rows have.
struct Taken {
  std::vector<std::string> ids;
};
/// The newest `count` archive rows (not retracted) whose author has that bare JID, oldest first.
struct Authored {
  Jid author;
  std::size_t count = 0;
};
/// How many rooms of the service that user owns; with `all` also how many there are.
struct Ownership {
  Jid user;
  bool all = false;
};
/// In how many rooms of the service any session of that user sits.
struct Visits {
  Jid user;
};
/// Changes of affiliation behind version `since` (XEP-0463).
struct AffiliationLog {
  std::uint64_t since = 0;
};
/// The newest room of that name that was destroyed and kept.
struct Buried {
  std::string localpart;
};
/// What a moderated message said, while that is kept.
struct Original {
  std::string id;
};
}  // namespace need
using Need = std::variant<need::History, need::Entry, need::Taken, need::Authored, need::Ownership,
                          need::Visits, need::AffiliationLog, need::Buried, need::Original>;

namespace fact {
struct History {
  std::vector<RowPtr> rows;
};
struct Entry {
  std::string id;
  RowPtr row;  ///< null: there is none
};
struct Taken {
  std::vector<std::string> asked;
  std::vector<std::string> taken;
};
struct Authored {
  Jid author;
  std::vector<RowPtr> rows;
};
struct Ownership {
  Jid user;
  std::uint64_t owned = 0;
  std::uint64_t rooms = 0;
};
struct Visits {
  Jid user;
  std::uint64_t rooms = 0;
};
struct AffiliationLog {
  struct Entry {
    std::uint64_t version = 0;
    Jid jid;
    Affiliation affiliation = Affiliation::none;
    std::string nick;
  };
  std::uint64_t since = 0;
  bool known = false;  ///< the log reaches back that far
  std::vector<Entry> entries;
};
struct Buried {
  std::string localpart;
  Timestamp until;                        ///< then it is gone for good
  std::shared_ptr<const RoomState> room;  ///< null: there is none
};
struct Original {
  std::string id;
  std::string payload;  ///< as XML; empty: nothing is kept
  Timestamp until;
};
}  // namespace fact
using Facts = std::variant<fact::History, fact::Entry, fact::Taken, fact::Authored, fact::Ownership,
                           fact::Visits, fact::AffiliationLog, fact::Buried, fact::Original>;

}  // namespace stoa::muc
