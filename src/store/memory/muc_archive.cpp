#include "store/memory/muc_archive.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <stoa/rsm/rsm.hpp>

namespace stoa::store::memory {
namespace {

using namespace muc;
using Shadow = Tables<muc::Engine>::Shadow;

bool is_listed(const RoomState& room, const read::Rooms& read) {
  if (!room.exists() || read.none || room.jid.local() == Engine::shared_key()) return false;
  if (read.hidden_too) return true;
  if (room.locked()) return false;
  const bool own =
      !read.affiliated.empty() && room.affiliation_of(read.affiliated) >= Affiliation::member;
  return room.config->public_room || own;
}

rsm::Request request_of(const read::Rooms& read) {
  rsm::Request request;
  request.max = static_cast<std::uint32_t>(read.max);
  if (!read.after.empty()) request.after = read.after;
  request.before = read.before;
  request.index = read.index;
  return request;
}

found::Rooms page_of(std::vector<found::Room> rooms, const read::Rooms& read) {
  const auto uid = [&](std::size_t i) { return rooms[i].localpart; };
  const auto page = rsm::page(request_of(read), rooms.size(), uid, read.max);
  found::Rooms found;
  found.count = rooms.size();
  found.unknown_uid = !page;
  if (!page) return found;
  found.first_index = page->begin;
  for (std::size_t i = page->begin; i < page->end; ++i) found.rooms.push_back(std::move(rooms[i]));
  return found;
}

bool has_words(const found::Room& room, const read::Search& read) {
  std::string text;
  if (read.in_name) text += room.name + "\n";
  if (read.in_description) text += room.description + "\n";
  if (read.in_address) text += room.localpart;
  text = fold_case(text);
  std::istringstream words(read.words);
  for (std::string word; words >> word;) {
    if (text.find(fold_case(word)) == std::string::npos) return false;
  }
  return true;
}

std::size_t position(const std::vector<Stored>& archive, const std::string& id) {
  const auto at = std::find_if(archive.begin(), archive.end(),
                               [&](const Stored& stored) { return stored.row->id == id; });
  return static_cast<std::size_t>(at - archive.begin());
}

bool knows_all(const std::vector<Stored>& archive, const mam::Query& query) {
  std::vector<std::string> ids = query.ids;
  for (const auto& id : {query.before_id, query.after_id, query.page.after, query.page.before}) {
    if (id && !id->empty()) ids.push_back(*id);
  }
  return std::all_of(ids.begin(), ids.end(),
                     [&](const std::string& id) { return position(archive, id) < archive.size(); });
}

bool meets(const std::vector<Stored>& archive, std::size_t i, const read::Archive& read) {
  const ArchiveRow& row = *archive[i].row;
  const mam::Query& query = read.query;
  if (read.nick && row.nick != *read.nick) return false;
  if (read.author && row.author.bare() != read.author->bare()) return false;
  if (read.author && !read.all_jids && row.semi_anonymous) return false;
  if (query.start && row.stamp < *query.start) return false;
  if (query.end && row.stamp > *query.end) return false;
  if (query.before_id && i >= position(archive, *query.before_id)) return false;
  if (query.after_id && i <= position(archive, *query.after_id)) return false;
  if (!query.ids.empty() &&
      std::find(query.ids.begin(), query.ids.end(), row.id) == query.ids.end()) {
    return false;
  }
  return !query.fulltext ||
         fold_case(archive[i].body).find(fold_case(*query.fulltext)) != std::string::npos;
}

}  // namespace

found::Room found_room(const std::string& localpart, const RoomState& room) {
  found::Room found;
  found.localpart = localpart;
  found.name = room.config->name;
  found.description = room.config->description;
  found.lang = room.config->lang;
  found.users = room.occupants.size();
  found.open = !room.config->members_only && !room.config->password_protected;
  found.semi_anonymous = room.config->semi_anonymous();
  return found;
}

found::Rooms room_page(const Shadow& shadow, const read::Rooms& read) {
  std::vector<found::Room> rooms;
  for (const auto& [key, room] : shadow) {
    if (is_listed(room, read)) rooms.push_back(found_room(key, room));
  }
  return page_of(std::move(rooms), read);
}

found::Rooms search_page(const Shadow& shadow, const read::Search& read) {
  std::vector<found::Room> rooms;
  for (const auto& [key, room] : shadow) {
    if (!is_listed(room, read.page)) continue;
    found::Room found = found_room(key, room);
    if (found.users >= read.min_users && has_words(found, read)) rooms.push_back(std::move(found));
  }
  if (read.by_users) {
    std::stable_sort(rooms.begin(), rooms.end(),
                     [](const found::Room& a, const found::Room& b) { return a.users > b.users; });
  }
  return page_of(std::move(rooms), read.page);
}

found::Archive archive_page(const std::vector<Stored>& archive, const read::Archive& read) {
  found::Archive found;
  found.unknown_uid = !knows_all(archive, read.query);
  if (found.unknown_uid) return found;
  std::vector<RowPtr> rows;
  for (std::size_t i = 0; i < archive.size(); ++i) {
    if (meets(archive, i, read)) rows.push_back(archive[i].row);
  }
  const auto& order = read.query.order;
  if (!order.empty() && order.front().direction == rsm::Direction::descending) {
    std::reverse(rows.begin(), rows.end());
  }
  const auto uid = [&](std::size_t i) { return rows[i]->id; };
  rsm::Request request = read.query.page;
  if (read.max == 0) request.max = 0;
  const auto page = rsm::page(request, rows.size(), uid, read.max);
  found.unknown_uid = !page;
  if (!page) return found;
  found.count = rows.size();
  found.first_index = page->begin;
  found.complete = request.backward() ? page->begin == 0 : page->end == rows.size();
  found.rows.assign(rows.begin() + static_cast<std::ptrdiff_t>(page->begin),
                    rows.begin() + static_cast<std::ptrdiff_t>(page->end));
  return found;
}

}  // namespace stoa::store::memory
