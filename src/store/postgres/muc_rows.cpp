#include "store/postgres/muc_rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <tuple>
#include <utility>

#include <pqxx/array>

#include "store/postgres/stored_jid.hpp"
#include "store/postgres/stored_xml.hpp"

namespace stoa::store::postgres {
namespace {

using namespace std::string_view_literals;

constexpr std::array row_kinds{"message"sv, "subject"sv, "notice"sv};

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end && !text.empty();
}

muc::RowKind kind_of(Cells& cells) {
  const std::string word = cells.text();
  for (std::size_t i = 0; i < row_kinds.size(); ++i) {
    if (row_kinds[i] == word) return static_cast<muc::RowKind>(i);
  }
  cells.damaged("unknown kind of message");
}

}  // namespace

std::string_view token(muc::RowKind kind) {
  return row_kinds[static_cast<std::size_t>(kind)];
}

void Cells::damaged(const char* why) const {
  throw DamagedRow("room " + std::string(key_) + ", column " + row_[at_ - 1].name() + ": " + why);
}

std::string Cells::text() {
  const pqxx::field field = row_[at_++];
  return {field.c_str(), field.size()};
}

std::string Cells::content() {
  std::string value = text();
  if (!is_content(value)) damaged("no XML");
  return value;
}

std::uint64_t Cells::number() {
  std::uint64_t value = 0;
  if (!read_number(text(), value)) damaged("no whole number");
  return value;
}

std::int64_t Cells::signed_number() {
  std::int64_t value = 0;
  if (!read_number(text(), value)) damaged("no whole number");
  return value;
}

bool Cells::flag() {
  const std::string value = text();
  const bool yes = value == "t" || value == "true";
  if (!yes && value != "f" && value != "false") damaged("no boolean");
  return yes;
}

Timestamp Cells::time() {
  return Timestamp(Duration(signed_number()));
}

std::optional<Timestamp> Cells::time_or_none() {
  if (!null()) return time();
  skip(1);
  return std::nullopt;
}

Jid Cells::jid() {
  if (null()) {
    skip(1);
    return {};
  }
  const std::string stored = text();
  if (stored.empty()) return {};
  auto jid = stored_jid(stored);
  if (!jid) damaged("no address");
  return std::move(*jid);
}

std::vector<std::string> Cells::texts() {
  std::vector<std::string> values;
  const pqxx::field field = row_[at_++];
  try {
    auto parser = field.as_array();
    for (auto [what, value] = parser.get_next(); what != pqxx::array_parser::done;
         std::tie(what, value) = parser.get_next()) {
      if (what == pqxx::array_parser::string_value) values.push_back(std::move(value));
    }
  } catch (const std::exception&) {
    damaged("no list of texts");
  }
  return values;
}

muc::RowPtr read_archive_row(const pqxx::row& row, std::string_view key) {
  Cells cells(row, key);
  muc::ArchiveRow read;
  read.seq = cells.number();
  read.id = cells.text();
  read.stamp = cells.time();
  read.kind = kind_of(cells);
  read.affiliation = cells.word(muc::Affiliation::owner);
  read.role = cells.word(muc::Role::moderator);
  read.semi_anonymous = cells.flag();
  read.nick = cells.text();
  read.occupant_id = cells.text();
  read.author = cells.jid();
  read.message_id = cells.text();
  read.lang = cells.text();
  read.payload = cells.content();
  if (!cells.null()) {
    muc::Tombstone& stone = read.tombstone.emplace();
    stone.id = cells.text();
    stone.stamp = cells.time();
    stone.moderator = cells.text();
    stone.moderator_id = cells.text();
    stone.reason = cells.text();
  }
  return std::make_shared<const muc::ArchiveRow>(std::move(read));
}

}  // namespace stoa::store::postgres
