#include <algorithm>
#include <utility>

#include <stoa/muc/engine/engine.hpp>

namespace stoa::muc {
namespace {

using namespace change;

/// Puts `after` in place of `before`, each found by being equal to the other side.
template <class T>
void swap_in(std::vector<T>& list, const std::optional<T>& before, const std::optional<T>& after) {
  auto at = before ? std::find(list.begin(), list.end(), *before) : list.end();
  if (at != list.end() && after) {
    *at = *after;
  } else if (at != list.end()) {
    list.erase(at);
  } else if (after) {
    list.push_back(*after);
  }
}

/// Room for the newest messages only, as many as a join may get.
void remember(RoomState& state, const RowPtr& row) {
  History* history = state.history.get();
  if (!history || row->kind == RowKind::subject) return;
  history->rows.push_back(row);
  const auto most = static_cast<std::size_t>(state.config->max_history);
  if (history->rows.size() > most) history->rows.erase(history->rows.begin());
}

struct Apply {
  RoomState& state;

  void operator()(const Created& c) const {
    state = RoomState{};
    state.number = c.room;
    state.jid = c.jid;
    state.created = c.created;
    state.locked_by = c.locked_by;
    state.occupant_key = c.occupant_key;
    state.config = c.config;
    state.due = Timestamp::max();
    state.history.touch();
  }
  void operator()(const Destroyed& c) const {
    state = RoomState{};
    state.jid = c.jid;  // what is said last still comes from there
    if (c.gone) state.gone.touch() = *c.gone;
  }
  void operator()(const Restored& c) const {
    state = *c.after;
    state.due = Timestamp{};
  }
  void operator()(const Audited&) const {}
  void operator()(const Configured& c) const {
    const bool more_history = c.after->max_history > c.before->max_history;
    state.config = c.after;
    state.audiences = {};
    state.sheets.drop();
    if (more_history && c.after->archive) state.history.drop();
  }
  void operator()(const LockSet& c) const { state.locked_by = c.after; }
  void operator()(const SubjectSet& c) const { state.subject = c.after; }
  void operator()(const Affiliated& c) const {
    if (!c.after) state.affiliations.remove(c.before->jid.str());
    if (c.after) state.affiliations.put(*c.after);
    state.affiliation_version = c.version_after;
    shows_anew(c.before ? c.before->jid : c.after->jid);
  }
  /// Whatever shows that user, or those of that domain.
  void shows_anew(const Jid& user) const {
    PresenceSheets* const sheets = state.sheets.get();
    if (!sheets) return;
    if (user.local().empty()) return state.sheets.drop();
    state.occupants.each([&](const Occupant& occupant) {
      if (occupant.bare() == user.str()) sheets->stale(occupant.key);
    });
  }
  void operator()(const Seated& c) const {
    const Session* known = c.before ? state.occupants.session(c.before->session) : nullptr;
    const bool stays = known && c.after && c.before->session == c.after->session;
    const Timestamp heard = stays ? known->heard : Timestamp{};
    const bool same_seat =
        stays && c.before->nick == c.after->nick && c.before->role == c.after->role;
    if (c.before && !same_seat) state.unseat(c.before->session);
    if (c.after && same_seat) {
      update(*c.after);
    } else if (c.after) {
      state.seat(*c.after);
    }
    if (!same_seat) state.audiences = {};
    if (c.after) state.occupants.session(c.after->session)->heard = std::max(heard, c.after->since);
  }
  void update(const Seat& seat) const {
    const Occupant* occupant = state.occupants.by_session(seat.session);
    if (PresenceSheets* const sheets = state.sheets.get()) sheets->stale(occupant->key);
    state.occupants.put(seat, occupant->key, occupant->id);
  }
  void operator()(const Archived& c) const {
    state.next_seq = c.row->seq + 1;
    remember(state, c.row);
    if (Session* author = state.occupants.session(c.row->author)) author->heard = c.row->stamp;
  }
  void operator()(const Retracted& c) const {
    if (!c.after) return state.history.drop();
    if (History* history = state.history.get()) {
      std::erase_if(history->rows, [&](const RowPtr& row) { return row->id == c.id; });
    }
  }
  void operator()(const ArchiveCut& c) const {
    if (History* history = state.history.get()) {
      std::erase_if(history->rows, [&](const RowPtr& row) { return row->seq <= c.through; });
    }
  }
  void operator()(const VcardSet& c) const { state.extras.touch().avatar_hashes = c.hashes_after; }
  void operator()(const HatSet& c) const {
    swap_in(state.extras.touch().hats, c.before, c.after);
    state.sheets.drop();
  }
  void operator()(const RegistrationSet& c) const {
    swap_in(state.extras.touch().registrations, c.before, c.after);
  }
  void operator()(const Invited& c) const {
    swap_in(state.extras.touch().invitations, c.before, c.after);
  }
  void operator()(const Fleeting& c) const {
    std::visit([this](const auto& one) { (*this)(one); }, c);
  }

  void operator()(const fleeting::Unarchived& c) const {
    state.next_seq = c.row->seq;
    state.history.drop();
  }
  void operator()(const fleeting::Revived& c) const { state = *c.room; }
  void operator()(const fleeting::Forgotten&) const { state.history.drop(); }
  void operator()(const fleeting::Kept& c) const { remember(state, c.row); }
  void operator()(const fleeting::Pinged& c) const {
    Session* session = state.occupants.session(c.session);
    if (!session) return;
    session->heard = c.after.heard;
    session->pinged = c.after.pinged;
    session->unanswered = c.after.unanswered;
  }
  void operator()(const fleeting::IqSet& c) const {
    swap_in(state.extras.touch().iqs, c.before, c.after);
  }
  void operator()(const fleeting::PrivateSent& c) const {
    swap_in(state.extras.touch().privates, c.before, c.after);
  }
  void operator()(const fleeting::Metered& c) const {
    swap_in(state.extras.touch().meters, c.before, c.after);
  }
  void operator()(const fleeting::Waited& c) const {
    swap_in(state.extras.touch().waiting, c.before, c.after);
  }
  void operator()(const fleeting::EndingSet& c) const { state.extras.touch().ending = c.after; }
  void operator()(const fleeting::Due& c) const { state.due = c.after; }
};

template <class C>
C swapped(C c) {
  std::swap(c.before, c.after);
  return c;
}

struct Inverse {
  Change operator()(const Created& c) const { return Destroyed{c.room, c.jid, c.gone, nullptr}; }
  Change operator()(const Destroyed& c) const { return Fleeting(fleeting::Revived{c.before}); }
  Change operator()(const Restored& c) const {
    return Destroyed{c.room, c.after->jid, c.gone, nullptr};
  }
  Change operator()(const Audited& c) const { return c; }
  Change operator()(const Affiliated& c) const {
    return Affiliated{c.room, c.after, c.before, c.version_after, c.version_before};
  }
  Change operator()(const Archived& c) const { return Fleeting(fleeting::Unarchived{c.row}); }
  Change operator()(const ArchiveCut&) const { return Fleeting(fleeting::Forgotten{}); }
  Change operator()(const VcardSet& c) const {
    return VcardSet{c.room, {}, c.hashes_after, c.hashes_before};
  }
  Change operator()(const Fleeting& c) const {
    return std::visit([this](const auto& one) { return Change((*this)(one)); }, c);
  }
  Fleeting operator()(const fleeting::Unarchived&) const { return fleeting::Forgotten{}; }
  Fleeting operator()(const fleeting::Revived&) const { return fleeting::Forgotten{}; }
  Fleeting operator()(const fleeting::Forgotten&) const { return fleeting::Forgotten{}; }
  Fleeting operator()(const fleeting::Kept&) const { return fleeting::Forgotten{}; }
  Fleeting operator()(const fleeting::Pinged& c) const { return swapped(c); }
  Fleeting operator()(const fleeting::IqSet& c) const { return swapped(c); }
  Fleeting operator()(const fleeting::PrivateSent& c) const { return swapped(c); }
  Fleeting operator()(const fleeting::Metered& c) const { return swapped(c); }
  Fleeting operator()(const fleeting::Waited& c) const { return swapped(c); }
  Fleeting operator()(const fleeting::EndingSet& c) const { return swapped(c); }
  Fleeting operator()(const fleeting::Due& c) const { return swapped(c); }
  /// All others say before and after by these names.
  template <class C>
  Change operator()(const C& c) const {
    return swapped(c);
  }
};

struct DurabilityOf {
  Durability operator()(const Seated& c) const {
    return c.before ? Durability::soft : Durability::chat;
  }
  Durability operator()(const Invited&) const { return Durability::soft; }
  Durability operator()(const Fleeting&) const { return Durability::soft; }
  Durability operator()(const Archived& c) const {
    return c.hard ? Durability::hard : Durability::chat;
  }
  template <class C>
  Durability operator()(const C&) const {
    return Durability::hard;
  }
};

}  // namespace

void Engine::apply(State& state, const Change& change) {
  state.lookups.drop();
  std::visit(Apply{state}, change);
}

Change Engine::inverse(const Change& change) {
  return std::visit(Inverse{}, change);
}

Durability Engine::durability(const Change& change) {
  return std::visit(DurabilityOf{}, change);
}

}  // namespace stoa::muc
