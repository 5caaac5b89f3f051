#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <stoa/store/memory/muc.hpp>

#include "store/memory/muc_archive.hpp"

namespace stoa::store::memory {
namespace {

using namespace muc;

using LogEntry = fact::AffiliationLog::Entry;

/// What a room has in tables only.
struct Shelf {
  std::vector<Stored> archive;
  std::vector<LogEntry> log;
  std::map<std::string, fact::Original> originals;
  std::string vcard;
};

class MucTables final : public Tables<muc::Engine> {
 public:
  void commit(const std::string&, const Change& change, const RoomState&) override {
    std::visit([this](const auto& one) { write(one); }, change);
  }

  ReadResult read(const Read& read) override {
    return std::visit([this](const auto& one) { return ReadResult(look_up(one)); }, read);
  }

  Facts fetch(std::uint64_t number, const Need& need) override {
    return std::visit([&](const auto& one) { return Facts(find(number, one)); }, need);
  }

  void as_loaded(RoomState& state) override {
    Engine::shrink(state);
    state.history.drop();
    state.due = Timestamp{};
    if (Extras* extras = state.extras.get()) {
      extras->iqs.clear();
      extras->privates.clear();
      extras->meters.clear();
      extras->waiting.clear();
    }
    state.occupants.each_session([](const Occupant&, Session& session) {
      session.heard = Timestamp{};
      session.pinged = Timestamp{};
      session.unanswered = 0;
    });
  }

  bool keeps(const RoomState& state) override { return state.gone.get() != nullptr; }

  bool pending(const RoomState& state, Timestamp) override {
    const auto& rows = state.affiliations.rows();
    const bool ends = std::any_of(rows.begin(), rows.end(),
                                  [](const Affiliate& row) { return row.until.has_value(); });
    return state.exists() &&
           (!state.occupants.empty() || state.locked() || ends || !state.config->persistent);
  }

 private:
  template <class C>
  void write(const C&) {}  // in the shadow already
  void write(const change::Destroyed& c) {
    if (!c.kept) {
      shelves_.erase(c.room);
      return;
    }
    auto room = std::make_shared<RoomState>(*c.before);
    as_loaded(*room);
    room->occupants = Occupants();
    buried_[std::string(c.jid.local())] = {*c.kept, std::move(room)};
  }
  void write(const change::Restored& c) { buried_.erase(std::string(c.after->jid.local())); }
  void write(const change::Audited& c) { acts_.push_back(c.act); }
  void write(const change::Affiliated& c) {
    if (c.version_after == c.version_before) return;
    LogEntry entry;
    entry.version = c.version_after;
    entry.jid = c.jid();
    if (c.after) {
      entry.affiliation = c.after->affiliation;
      entry.nick = c.after->nick;
    }
    shelves_[c.room].log.push_back(std::move(entry));
  }
  void write(const change::Archived& c) { shelves_[c.room].archive.push_back({c.row, c.body}); }
  void write(const change::Retracted& c) {
    for (Stored& stored : shelves_[c.room].archive) {
      if (stored.row->seq != c.seq) continue;
      ArchiveRow row = *stored.row;
      if (c.original_until && !row.tombstone) {
        shelves_[c.room].originals[c.id] = {c.id, row.payload, *c.original_until};
      }
      row.payload.clear();
      row.tombstone = c.after;
      stored = {std::make_shared<const ArchiveRow>(std::move(row)), {}};
    }
  }
  void write(const change::ArchiveCut& c) {
    std::erase_if(shelves_[c.room].archive,
                  [&](const Stored& stored) { return stored.row->seq <= c.through; });
  }
  void write(const change::VcardSet& c) { shelves_[c.room].vcard = c.vcard; }

  fact::History find(std::uint64_t number, const need::History& need) {
    fact::History found;
    for (const Stored& stored : shelves_[number].archive) {
      const ArchiveRow& row = *stored.row;
      if (row.kind != RowKind::subject && !row.tombstone) found.rows.push_back(stored.row);
    }
    keep_last(found.rows, need.count);
    return found;
  }
  fact::Entry find(std::uint64_t number, const need::Entry& need) {
    fact::Entry found{need.id, nullptr};
    for (const Stored& stored : shelves_[number].archive) {
      if (stored.row->id == need.id) found.row = stored.row;
    }
    return found;
  }
  fact::Taken find(std::uint64_t number, const need::Taken& need) {
    fact::Taken found{need.ids, {}};
    for (const Stored& stored : shelves_[number].archive) {
      const bool asked =
          std::find(need.ids.begin(), need.ids.end(), stored.row->id) != need.ids.end();
      if (asked) found.taken.push_back(stored.row->id);
    }
    return found;
  }
  fact::Authored find(std::uint64_t number, const need::Authored& need) {
    fact::Authored found{need.author, {}};
    for (const Stored& stored : shelves_[number].archive) {
      const ArchiveRow& row = *stored.row;
      if (row.author.bare() == need.author.bare() && !row.tombstone) {
        found.rows.push_back(stored.row);
      }
    }
    keep_last(found.rows, need.count);
    return found;
  }
  fact::Ownership find(std::uint64_t, const need::Ownership& need) {
    fact::Ownership found{need.user, 0, 0};
    for (const auto& [key, room] : shadow) {
      if (!room.exists() || key == Engine::shared_key()) continue;
      ++found.rooms;
      if (room.affiliation_of(need.user) == Affiliation::owner) ++found.owned;
    }
    return found;
  }
  fact::Visits find(std::uint64_t, const need::Visits& need) {
    fact::Visits found{need.user, 0};
    for (const auto& [key, room] : shadow) {
      bool sits = false;
      room.occupants.each(
          [&](const Occupant& one) { sits = sits || one.bare() == need.user.bare_view(); });
      if (sits) ++found.rooms;
    }
    return found;
  }
  fact::AffiliationLog find(std::uint64_t number, const need::AffiliationLog& need) {
    fact::AffiliationLog found{need.since, false, {}};
    const auto& log = shelves_[number].log;
    found.known = !log.empty() && log.front().version <= need.since + 1;
    std::copy_if(log.begin(), log.end(), std::back_inserter(found.entries),
                 [&](const LogEntry& entry) { return entry.version > need.since; });
    return found;
  }

  found::Rooms look_up(const read::Rooms& read) { return room_page(shadow, read); }
  found::Rooms look_up(const read::Search& read) { return search_page(shadow, read); }
  found::Archive look_up(const read::Archive& read) {
    return archive_page(shelves_[read.room].archive, read);
  }
  found::ArchiveEnds look_up(const read::ArchiveEnds& read) {
    const auto& archive = shelves_[read.room].archive;
    if (archive.empty()) return {};
    return {archive.front().row, archive.back().row};
  }
  found::Vcard look_up(const read::Vcard& read) { return {shelves_[read.room].vcard}; }
  found::RoomsOf look_up(const read::RoomsOf& read) {
    found::RoomsOf found;
    for (const auto& [key, room] : shadow) {
      if (key == Engine::shared_key()) continue;
      found::RoomsOf::Entry entry{room.jid, room.affiliation_of(read.user), {}};
      room.occupants.each([&](const Occupant& one) {
        if (one.bare() == read.user.bare_view()) entry.nicks.push_back(one.nick);
      });
      if (entry.affiliation != Affiliation::none || !entry.nicks.empty()) {
        found.entries.push_back(std::move(entry));
      }
    }
    return found;
  }

  fact::Original find(std::uint64_t number, const need::Original& need) {
    const auto& originals = shelves_[number].originals;
    const auto at = originals.find(need.id);
    return at == originals.end() ? fact::Original{need.id, {}, {}} : at->second;
  }
  fact::Buried find(std::uint64_t, const need::Buried& need) {
    const auto at = buried_.find(need.localpart);
    if (at == buried_.end()) return {need.localpart, {}, nullptr};
    return {need.localpart, at->second.burial.until, at->second.room};
  }

  template <class Wanted>
  found::Rooms rooms_where(Wanted wanted) {
    found::Rooms found;
    for (const auto& [key, room] : shadow) {
      if (!room.exists() || key == Engine::shared_key() || !wanted(key, room)) continue;
      found.rooms.push_back(found_room(key, room));
    }
    found.count = found.rooms.size();
    return found;
  }
  found::Rooms look_up(const read::Named& read) {
    return rooms_where([&](const std::string& key, const RoomState&) {
      return std::find(read.localparts.begin(), read.localparts.end(), key) !=
             read.localparts.end();
    });
  }
  found::Rooms look_up(const read::Seated& read) {
    return rooms_where([&](const std::string&, const RoomState& room) {
      bool sits = false;
      room.occupants.each([&](const Occupant& one) {
        const Jid& session = one.sessions.front().jid;
        sits = sits || read.users.empty();
        for (const Jid& user : read.users) {
          sits = sits || user.str() == session.bare_view() || user.str() == session.domain();
        }
      });
      return sits;
    });
  }
  found::Rooms look_up(const read::Unused& read) {
    found::Rooms found = rooms_where([&](const std::string&, const RoomState& room) {
      const auto& archive = shelves_[room.number].archive;
      const bool quiet = archive.empty() || archive.back().row->stamp < read.since;
      return room.config->persistent && room.occupants.empty() && room.created < read.since &&
             quiet;
    });
    if (found.rooms.size() > read.max) found.rooms.resize(read.max);
    found.count = found.rooms.size();
    return found;
  }
  found::Buried look_up(const read::Buried& read) {
    found::Buried found;
    for (const auto& [localpart, one] : buried_) {
      if (one.burial.until > read.now) found.entries.push_back({localpart, one.burial});
    }
    return found;
  }
  found::Audit look_up(const read::Audit& read) {
    found::Audit found;
    for (auto act = acts_.rbegin(); act != acts_.rend() && found.acts.size() < read.max; ++act) {
      const bool about =
          read.about.empty() || act->actor.str() == read.about || act->target == read.about;
      if (about) found.acts.push_back(*act);
    }
    return found;
  }
  ReadResult look_up(const read::ForCommand& read) {
    return std::visit([this](const auto& one) { return ReadResult(look_up(one)); }, read.what);
  }

  static void keep_last(std::vector<RowPtr>& rows, std::size_t count) {
    if (rows.size() <= count) return;
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(count));
  }

  struct Kept {
    Burial burial;
    std::shared_ptr<const RoomState> room;
  };

  std::map<std::uint64_t, Shelf> shelves_;
  std::map<std::string, Kept> buried_;
  std::vector<Act> acts_;
};

}  // namespace

std::unique_ptr<Tables<muc::Engine>> muc_tables() {
  return std::make_unique<MucTables>();
}

}  // namespace stoa::store::memory
