#include "muc/engine/standing.hpp"

#include <algorithm>
#include <utility>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

#include "muc/engine/join.hpp"
#include "muc/engine/lobby.hpp"
#include "muc/engine/mav.hpp"

namespace stoa::muc {
namespace {

std::string_view domain_of(std::string_view bare) {
  const std::size_t at = bare.find('@');
  return at == std::string_view::npos ? bare : bare.substr(at + 1);
}

}  // namespace

Actor actor_of(const RoomState& room, const Jid& sender) {
  const Occupant* occupant = room.occupants.by_session(sender);
  return {occupant ? occupant->nick : std::string(), sender};
}

void Standing::affiliate(Affiliate after) {
  if (after.affiliation == Affiliation::outcast || after.affiliation == Affiliation::none) {
    after.nick.clear();
    after.nick_key.clear();
  }
  if (after.affiliation != Affiliation::outcast) after.until.reset();
  const std::string key = after.jid.str();
  rows_.insert_or_assign(key, std::move(after));
}

void Standing::give_role(const Occupant& occupant, Role role, const std::string& reason) {
  fates_[&occupant] = {role, reason};
  if (!config_.moderated || role == Role::none || role == Role::moderator) return;
  Affiliate row = row_of(occupant.sessions.front().jid.bare());
  const bool voice = role == Role::participant && row.affiliation == Affiliation::none;
  if (row.voice == voice) return;
  row.voice = voice;
  rows_.insert_or_assign(row.jid.str(), std::move(row));
}

Affiliate Standing::row_of(const Jid& bare) const {
  if (const auto changed = rows_.find(bare.str()); changed != rows_.end()) return changed->second;
  if (const Affiliate* row = draft_.room().affiliations.find(bare.str())) return *row;
  Affiliate blank;
  blank.jid = bare;
  return blank;
}

bool Standing::owner_remains() const {
  std::size_t owners = draft_.room().affiliations.count(Affiliation::owner);
  for (const auto& [jid, row] : rows_) {
    const Affiliate* before = draft_.room().affiliations.find(jid);
    if (before && before->affiliation == Affiliation::owner) --owners;
    if (row.affiliation == Affiliation::owner) ++owners;
  }
  return owners > 0;
}

std::size_t Standing::entries() const {
  std::size_t entries = draft_.room().affiliations.size();
  for (const auto& [jid, row] : rows_) {
    if (!draft_.room().affiliations.find(jid)) ++entries;
  }
  return entries;
}

bool Standing::nick_taken(std::string_view key, const Jid& user) const {
  const Occupant* there = draft_.room().occupants.by_key(key);
  if (there && there->bare() != user.str()) return true;
  const Affiliate* holder = draft_.room().affiliations.reserving(key);
  if (holder && holder->jid != user && row_of(holder->jid).nick_key == key) return true;
  return std::any_of(rows_.begin(), rows_.end(), [&](const auto& row) {
    return row.second.nick_key == key && row.second.jid != user;
  });
}

Affiliation Standing::affiliation_after(std::string_view bare) const {
  const auto say_of = [&](std::string_view jid) {
    if (const auto changed = rows_.find(jid); changed != rows_.end()) {
      return changed->second.affiliation;
    }
    const Affiliate* row = draft_.room().affiliations.find(jid);
    return row ? row->affiliation : Affiliation::none;
  };
  const Affiliation own = say_of(bare);
  return own != Affiliation::none ? own : say_of(domain_of(bare));
}

void Standing::settle_rows() {
  const RoomState& room = draft_.room();
  std::uint64_t version = room.affiliation_version;
  for (const auto& [jid, row] : rows_) {
    const Affiliate* found = room.affiliations.find(jid);
    change::Affiliated changed;
    changed.room = room.number;
    if (found) changed.before = *found;
    if (!row.blank()) changed.after = row;
    if (changed.before == changed.after) continue;
    const Affiliation before = found ? found->affiliation : Affiliation::none;
    changed.version_before = version;
    if (before != row.affiliation) ++version;
    changed.version_after = version;
    if (changed.version_before != version) {
      versions_[jid] = affiliation_step(changed.version_before, version);
    }
    draft_.change(std::move(changed));
  }
}

/// [MUC-PRIV-26]
Role Standing::role_after(const Occupant& occupant, Affiliation before, Affiliation after) const {
  if (after >= Affiliation::admin) return Role::moderator;
  const Affiliate row = row_of(occupant.sessions.front().jid.bare());
  if (before >= Affiliation::admin) return first_role(config_, after, &row);
  if (after == Affiliation::member && occupant.role == Role::visitor) return Role::participant;
  const bool loses_voice = before == Affiliation::member && after == Affiliation::none &&
                           config_.moderated && occupant.role == Role::participant;
  return loses_voice ? Role::visitor : occupant.role;
}

Standing::Turn Standing::turn_of(const Occupant& occupant) const {
  const std::string_view bare = occupant.bare();
  Turn turn{
      occupant, draft_.room().affiliations.of(bare), affiliation_after(bare), occupant.role, {},
      {}};
  if (turn.before != turn.after) {
    turn.role = role_after(occupant, turn.before, turn.after);
    const auto row = rows_.contains(bare) ? rows_.find(bare) : rows_.find(domain_of(bare));
    if (row != rows_.end()) turn.reason = row->second.reason;
    if (const auto known = versions_.find(bare); known != versions_.end()) {
      turn.version = known->second;
    }
  }
  if (const auto fate = fates_.find(&occupant); fate != fates_.end()) {
    turn.role = fate->second.role;
    turn.reason = fate->second.reason;
    turn.kicked = turn.role == Role::none;
    return turn;
  }
  const bool unaffiliated = turn.after == Affiliation::none && turn.role != Role::moderator;
  const bool switched = config_.moderated != draft_.room().config->moderated;
  if (switched && unaffiliated && turn.before == turn.after) {
    turn.role = config_.moderated ? Role::visitor : Role::participant;
  }
  return turn;
}

Role Standing::role_of(const Occupant& occupant) const {
  return turn_of(occupant).role;
}

/// The status code with which the occupant must go; 0: it stays.
std::uint16_t Standing::removal_code(const Turn& turn) const {
  if (turn.kicked) return 307;
  if (turn.after == Affiliation::outcast) return 301;
  if (!config_.members_only || turn.after != Affiliation::none) return 0;
  if (!draft_.room().config->members_only) return 322;
  return turn.before != turn.after ? 321 : 0;
}

void Standing::remove(const Turn& turn, std::uint16_t code) {
  Departure how;
  how.codes = {code};
  how.reason = turn.reason;
  how.actor_nick = actor_.nick;
  how.actor_jid = actor_.jid;
  how.in_x = turn.version;
  Farewell farewell = remove_occupant(draft_, turn.occupant, turn.after, how);
  if (turn.kicked) {
    draft_.say_first(std::move(farewell.own));
  } else {
    draft_.say(std::move(farewell.own));
  }
  for (auto& others : farewell.others) draft_.say(std::move(others));
  removed_ += turn.occupant.sessions.size();
}

void Standing::change_seats(const Turn& turn) {
  for (const Session& session : turn.occupant.sessions) {
    const Seat before = seat_of(turn.occupant, session);
    Seat after = before;
    after.role = turn.role;
    draft_.change(change::Seated{draft_.room().number, before, std::move(after)});
  }
}

void Standing::show(const Turn& turn) {
  const bool changed = turn.before != turn.after || turn.role != turn.occupant.role;
  const bool seen_before = is_broadcast(draft_.room(), turn.occupant.role);
  const bool seen_after = config_.broadcasts(turn.role);
  if (!changed && seen_before == seen_after) return;
  if (turn.role != turn.occupant.role) change_seats(turn);
  Occupant after = turn.occupant;
  after.role = turn.role;
  const auto dressed = [&](Shown shown) {
    shown.affiliation = turn.after;
    if (changed) {
      shown.reason = turn.reason;
      shown.actor_nick = actor_.nick;
      shown.actor_jid = actor_.jid;
      shown.in_x = turn.version;
    }
    return shown;
  };
  const Shown shown = dressed(shown_of(draft_.room(), after));
  const std::vector<Jid> own = sessions_of(after);
  if (changed) draft_.say(say::OwnPresence{shown, own, {}, {}});
  if (seen_after) {
    draft_.say(say::PresenceToOthers{shown, own});
  } else if (seen_before) {
    draft_.say(say::PresenceToOthers{dressed(gone_of(draft_.room(), turn.occupant)), own});
  }
  if (turn.role == Role::moderator && turn.occupant.role != Role::moderator) {
    reveal_others(after);
  }
}

/// [MUC-ROLE-08]
void Standing::reveal_others(const Occupant& occupant) {
  if (!config_.semi_anonymous() || !draft_.room().config->semi_anonymous()) return;
  for (const Session& session : occupant.sessions) {
    draft_.say(say::PresenceList{session.jid, Role::moderator, occupant.key});
  }
}

/// Changes of those who are not here go to the sessions that may see real JIDs ([MUC-MEMB-08]),
/// and, by option, to the user ([MUC-MEMB-09]).
void Standing::tell_of_absent() {
  const RoomState& room = draft_.room();
  if (is_lobby(room)) return;
  for (const auto& entry : versions_) {
    const auto& jid = entry.first;
    const auto& version = entry.second;
    bool here = false;
    room.occupants.each([&](const Occupant& one) { here = here || one.bare() == jid; });
    if (here) continue;
    const Affiliate& row = rows_.find(jid)->second;
    const auto message = [&](const Jid& to) {
      xml::Element stanza("message", ns::client);
      stanza.set("from", room.jid.str()).set("to", to.str());
      xml::Element& item = stanza.add("x", ns::muc_user).add("item", ns::muc_user);
      item.set("affiliation", token(row.affiliation)).set("jid", jid).set("role", "none");
      return stanza;
    };
    const auto since = xml::parse(version, ns::muc_user);
    room.occupants.each([&](const Occupant& one) {
      const bool gone = removal_code(turn_of(one)) != 0;
      const bool sees = !config_.semi_anonymous() || turn_of(one).role == Role::moderator;
      if (gone || !sees) return;
      for (const Session& session : one.sessions) {
        xml::Element stanza = message(session.jid);
        if (since) stanza.child("x", ns::muc_user)->add(since.value());
        draft_.say(say::One{std::move(stanza)});
      }
    });
    if (draft_.scene.settings.tell_absent && row.affiliation != Affiliation::outcast) {
      xml::Element stanza = message(row.jid);
      stanza.child("x", ns::muc_user)->add("status", ns::muc_user).set("code", "101");
      draft_.say(say::One{std::move(stanza)});
    }
  }
}

void Standing::settle() {
  settle_rows();
  std::vector<Turn> turns;
  draft_.room().occupants.each([&](const Occupant& one) { turns.push_back(turn_of(one)); });
  for (const Turn& turn : turns) {
    if (const std::uint16_t code = removal_code(turn)) remove(turn, code);
  }
  for (const Turn& turn : turns) {
    if (removal_code(turn) == 0) show(turn);
  }
  tell_of_absent();
  if (removed_ > 0) end_if_deserted(draft_, draft_.room().occupants.sessions() - removed_);
}

}  // namespace stoa::muc
