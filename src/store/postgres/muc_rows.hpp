#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/row>

#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/muc/model/archive.hpp>
#include <stoa/muc/model/read.hpp>

#include "store/postgres/connection.hpp"
#include "store/postgres/fault.hpp"
#include "store/postgres/muc_config.hpp"

namespace stoa::store::postgres {

std::string_view token(muc::RowKind kind);

/// The columns of one row, read from left to right. What cannot be read throws DamagedRow with the
/// key of the room; so nothing else is thrown.
class Cells {
 public:
  Cells(const pqxx::row& row, std::string_view key) : row_(row), key_(key) {}

  bool null() const { return row_[at_].is_null(); }
  void skip(int columns) { at_ += columns; }
  std::string text();     ///< empty for NULL
  std::string content();  ///< of a stanza, as XML that can be sent
  std::uint64_t number();
  std::int64_t signed_number();
  bool flag();
  Timestamp time();  ///< from microseconds
  std::optional<Timestamp> time_or_none();
  Jid jid();  ///< empty for NULL
  std::vector<std::string> texts();
  template <class Enum>
  Enum word(Enum last) {
    const std::string read = text();
    if (const auto value = word_of(read, last)) return *value;
    damaged("unknown word");
  }
  [[noreturn]] void damaged(const char* why) const;

 private:
  const pqxx::row& row_;
  std::string_view key_;
  int at_ = 0;
};

/// What an archive row is selected as (table or alias `a`), and how it is read.
#define STOA_ARCHIVE_COLUMNS                                                                     \
  "a.seq, a.id, stoa_micros(a.stamp), a.kind, a.affiliation, a.role, a.semi_anonymous, a.nick, " \
  "a.occupant_id, a.author, a.message_id, a.lang, a.payload, a.gone_id, "                        \
  "stoa_micros(a.gone_stamp), "                                                                  \
  "a.gone_moderator, a.gone_moderator_id, a.gone_reason"
muc::RowPtr read_archive_row(const pqxx::row& row, std::string_view key);

/// Address, name, description, language, users, open, semi-anonymous.
void read_found_room(Cells& cells, muc::found::Room& room);
muc::found::Rooms list_rooms(Connection& connection, const std::string& service,
                             const muc::read::Rooms& read);

}  // namespace stoa::store::postgres
