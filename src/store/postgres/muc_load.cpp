#include <memory>
#include <string>
#include <utility>

#include <stoa/muc/model/room.hpp>

#include "store/postgres/muc_rows.hpp"
#include "store/postgres/muc_tables.hpp"

namespace stoa::store::postgres {
namespace {

constexpr Statement select_room{
    "select_room",
    "SELECT number, stoa_micros(created), locked_by, occupant_key, affiliation_version, name, "
    "description, lang, public, persistent, members_only, password_protected, whois, "
    "stoa_config_text(config), "
    "coalesce((SELECT max(seq) FROM room_archive WHERE room = number), 0) + 1 "
    "FROM rooms WHERE service = $1 AND localpart = $2"};

constexpr Statement select_gone{
    "select_gone_room",
    "SELECT venue, stoa_micros(until) FROM rooms_gone WHERE service = $1 AND localpart = $2"};

constexpr Statement select_subject{"select_room_subject",
                                   "SELECT langs, texts, nick, occupant_id, id, stoa_micros(stamp) "
                                   "FROM room_subjects WHERE room = $1"};

constexpr Statement select_affiliates{
    "select_room_affiliates",
    "SELECT jid, affiliation, nick, nick_key, reason, stoa_micros(until), voice, no_mentions, hats "
    "FROM room_affiliates WHERE room = $1 ORDER BY jid"};

constexpr Statement select_seats{
    "select_room_seats",
    "SELECT session, nick, role, priority, stoa_micros(since), payload "
    "FROM room_seats WHERE room = $1 ORDER BY since, session"};

constexpr Statement select_hats{
    "select_room_hats",
    "SELECT uri, title, hue, lang FROM room_hats WHERE room = $1 ORDER BY place"};

constexpr Statement select_registrations{
    "select_room_registrations",
    "SELECT jid, nick, form, stoa_micros(at) FROM room_registrations WHERE room = $1 "
    "ORDER BY place"};

constexpr Statement select_invitations{
    "select_room_invitations",
    "SELECT id, invitee, inviter, nick, stoa_micros(at) FROM room_invitations WHERE room = $1 "
    "ORDER BY place"};

constexpr Statement select_hashes{"select_room_avatar",
                                  "SELECT hashes FROM room_vcards WHERE room = $1"};

constexpr Statement select_key{"select_room_key",
                               "SELECT localpart FROM rooms WHERE service = $1 AND number = $2"};

/// One room that is being loaded.
struct Loading {
  Connection& connection;
  const std::string& key;
  muc::RoomState state = {};

  pqxx::result rows(const Statement& statement) const {
    return connection.exec(statement, std::to_string(state.number));
  }

  void read_room(const pqxx::row& row) {
    Cells cells(row, key);
    muc::RoomConfig config;
    state.number = cells.number();
    state.created = cells.time();
    state.locked_by = cells.jid();
    state.occupant_key = cells.text();
    state.affiliation_version = cells.number();
    config.name = cells.text();
    config.description = cells.text();
    config.lang = cells.text();
    config.public_room = cells.flag();
    config.persistent = cells.flag();
    config.members_only = cells.flag();
    config.password_protected = cells.flag();
    config.whois = cells.word(muc::Whois::anyone);
    if (!read_stored(cells.text(), config)) cells.damaged("unknown configuration");
    state.next_seq = cells.number();
    state.config = std::make_shared<const muc::RoomConfig>(std::move(config));
  }

  void read_subject() {
    for (const pqxx::row& row : rows(select_subject)) {
      Cells cells(row, key);
      muc::Subject subject;
      std::vector<std::string> langs = cells.texts();
      std::vector<std::string> texts = cells.texts();
      if (langs.size() != texts.size()) cells.damaged("not one text for each language");
      for (std::size_t i = 0; i < langs.size(); ++i) {
        subject.texts.emplace_back(std::move(langs[i]), std::move(texts[i]));
      }
      subject.nick = cells.text();
      subject.occupant_id = cells.text();
      subject.id = cells.text();
      subject.stamp = cells.time();
      state.subject = std::make_shared<const muc::Subject>(std::move(subject));
    }
  }

  void read_affiliates() {
    for (const pqxx::row& row : rows(select_affiliates)) {
      Cells cells(row, key);
      muc::Affiliate one;
      one.jid = cells.jid();
      one.affiliation = cells.word(muc::Affiliation::owner);
      one.nick = cells.text();
      one.nick_key = cells.text();
      one.reason = cells.text();
      one.until = cells.time_or_none();
      one.voice = cells.flag();
      one.no_mentions = cells.flag();
      one.hats = cells.texts();
      state.affiliations.put(std::move(one));
    }
  }

  void read_seats() {
    for (const pqxx::row& row : rows(select_seats)) {
      Cells cells(row, key);
      muc::Seat seat;
      seat.session = cells.jid();
      seat.nick = cells.text();
      seat.role = cells.word(muc::Role::moderator);
      seat.priority = static_cast<std::int8_t>(cells.signed_number());
      seat.since = cells.time();
      seat.payload = cells.text();
      state.seat(seat);
    }
  }

  void read_hats() {
    for (const pqxx::row& row : rows(select_hats)) {
      Cells cells(row, key);
      muc::Hat& hat = state.extras.touch().hats.emplace_back();
      hat.uri = cells.text();
      hat.title = cells.text();
      hat.hue = cells.text();
      hat.lang = cells.text();
    }
  }

  void read_registrations() {
    for (const pqxx::row& row : rows(select_registrations)) {
      Cells cells(row, key);
      muc::PendingRegistration& one = state.extras.touch().registrations.emplace_back();
      one.jid = cells.jid();
      one.nick = cells.text();
      one.form = cells.text();
      one.at = cells.time();
    }
  }

  void read_invitations() {
    for (const pqxx::row& row : rows(select_invitations)) {
      Cells cells(row, key);
      muc::Invitation& one = state.extras.touch().invitations.emplace_back();
      one.id = cells.text();
      one.invitee = cells.jid();
      one.inviter = cells.jid();
      one.nick = cells.text();
      one.at = cells.time();
    }
  }

  void read_hashes() {
    for (const pqxx::row& row : rows(select_hashes)) {
      auto hashes = Cells(row, key).texts();
      if (!hashes.empty()) state.extras.touch().avatar_hashes = std::move(hashes);
    }
  }
};

muc::RoomState load_gone(Connection& connection, const std::string& service,
                         const std::string& localpart) {
  muc::RoomState state;
  for (const pqxx::row& row : connection.exec(select_gone, service, localpart)) {
    Cells cells(row, localpart);
    state.jid = Jid::from_prepared(localpart, service);
    muc::GoneRoom& gone = state.gone.touch();
    gone.venue = cells.jid();
    gone.until = cells.time();
  }
  return state;
}

}  // namespace

muc::RoomState MucReader::load(Connection& connection, const std::string& service,
                               const std::string& localpart) {
  const pqxx::result found = connection.exec(select_room, service, localpart);
  if (found.empty()) return load_gone(connection, service, localpart);
  Loading loading{connection, localpart};
  loading.state.jid = Jid::from_prepared(localpart, service);
  loading.read_room(found.front());
  loading.read_subject();
  loading.read_affiliates();
  loading.read_seats();
  loading.read_hats();
  loading.read_registrations();
  loading.read_invitations();
  loading.read_hashes();
  return std::move(loading.state);
}

std::string MucReader::key_of(Connection& connection, const std::string& service,
                              std::uint64_t number) {
  const pqxx::result found = connection.exec(select_key, service, std::to_string(number));
  return found.empty() ? std::string() : found[0][0].as<std::string>();
}

}  // namespace stoa::store::postgres
