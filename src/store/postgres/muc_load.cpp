#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <stoa/muc/model/room.hpp>

#include "store/postgres/muc_rows.hpp"
#include "store/postgres/muc_tables.hpp"

namespace stoa::store::postgres {
namespace {

// A whole room in one round trip: rows of its parts, named by their first column, each as wide as
// the widest. Without a room what is left of one that was destroyed.
#define STOA_NONE_5 "NULL, NULL, NULL, NULL, NULL"
constexpr Statement select_room{
    "select_room",
    "WITH r AS MATERIALIZED (SELECT * FROM rooms WHERE service = $1 AND localpart = $2) "
    "SELECT 'room', number::text, stoa_micros(created)::text, locked_by, occupant_key, "
    "affiliation_version::text, name, description, lang, public::text, persistent::text, "
    "members_only::text, password_protected::text, whois, stoa_config_text(config), "
    "(coalesce((SELECT max(seq) FROM room_archive WHERE room = number), 0) + 1)::text FROM r "
    "UNION ALL SELECT 'gone', g.venue, stoa_micros(g.until)::text, "
    "NULL, NULL, NULL, " STOA_NONE_5 ", " STOA_NONE_5
    " FROM rooms_gone g WHERE g.service = $1 AND g.localpart = $2 AND NOT EXISTS (SELECT FROM r) "
    "UNION ALL SELECT 'subject', s.langs::text, s.texts::text, s.nick, s.occupant_id, s.id, "
    "stoa_micros(s.stamp)::text, NULL, NULL, NULL, NULL, " STOA_NONE_5
    " FROM r JOIN room_subjects s ON s.room = r.number "
    "UNION ALL (SELECT 'affiliate', a.jid, a.affiliation, a.nick, a.nick_key, a.reason, "
    "stoa_micros(a.until)::text, a.voice::text, a.no_mentions::text, a.hats::text, "
    "NULL, " STOA_NONE_5
    " FROM r JOIN room_affiliates a ON a.room = r.number ORDER BY a.jid) "
    "UNION ALL (SELECT 'seat', s.session, s.nick, s.role, s.priority::text, "
    "stoa_micros(s.since)::text, s.payload, NULL, NULL, NULL, NULL, " STOA_NONE_5
    " FROM r JOIN room_seats s ON s.room = r.number ORDER BY s.since, s.session) "
    "UNION ALL (SELECT 'hat', h.uri, h.title, h.hue, h.lang, NULL, " STOA_NONE_5 ", " STOA_NONE_5
    " FROM r JOIN room_hats h ON h.room = r.number ORDER BY h.place) "
    "UNION ALL (SELECT 'registration', g.jid, g.nick, g.form, stoa_micros(g.at)::text, "
    "NULL, " STOA_NONE_5 ", " STOA_NONE_5
    " FROM r JOIN room_registrations g ON g.room = r.number ORDER BY g.place) "
    "UNION ALL (SELECT 'invitation', i.id, i.invitee, i.inviter, i.nick, "
    "stoa_micros(i.at)::text, " STOA_NONE_5 ", " STOA_NONE_5
    " FROM r JOIN room_invitations i ON i.room = r.number ORDER BY i.place) "
    "UNION ALL SELECT 'avatar', v.hashes::text, NULL, NULL, NULL, NULL, " STOA_NONE_5
    ", " STOA_NONE_5 " FROM r JOIN room_vcards v ON v.room = r.number",
    Plan::by_keys};
#undef STOA_NONE_5

constexpr Statement select_key{"select_room_key",
                               "SELECT localpart FROM rooms WHERE service = $1 AND number = $2"};

/// One room that is being loaded, part by part.
struct Loading {
  const std::string& service;
  const std::string& localpart;
  muc::RoomState state = {};

  void read(Cells& cells) {
    const std::string part = cells.text();
    for (const auto& [name, reads] : parts) {
      if (name == part) return (this->*reads)(cells);
    }
    cells.damaged("unknown part of a room");
  }

  void read_room(Cells& cells) {
    muc::RoomConfig config;
    state.jid = Jid::from_prepared(localpart, service);
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

  void read_gone(Cells& cells) {
    state.jid = Jid::from_prepared(localpart, service);
    muc::GoneRoom& gone = state.gone.touch();
    gone.venue = cells.jid();
    gone.until = cells.time();
  }

  void read_subject(Cells& cells) {
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

  void read_affiliate(Cells& cells) {
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

  void read_seat(Cells& cells) {
    muc::Seat seat;
    seat.session = cells.jid();
    seat.nick = cells.text();
    seat.role = cells.word(muc::Role::moderator);
    seat.priority = static_cast<std::int8_t>(cells.signed_number());
    seat.since = cells.time();
    seat.payload = cells.content();
    state.seat(seat);
  }

  void read_hat(Cells& cells) {
    muc::Hat& hat = state.extras.touch().hats.emplace_back();
    hat.uri = cells.text();
    hat.title = cells.text();
    hat.hue = cells.text();
    hat.lang = cells.text();
  }

  void read_registration(Cells& cells) {
    muc::PendingRegistration& one = state.extras.touch().registrations.emplace_back();
    one.jid = cells.jid();
    one.nick = cells.text();
    one.form = cells.text();
    one.at = cells.time();
  }

  void read_invitation(Cells& cells) {
    muc::Invitation& one = state.extras.touch().invitations.emplace_back();
    one.id = cells.text();
    one.invitee = cells.jid();
    one.inviter = cells.jid();
    one.nick = cells.text();
    one.at = cells.time();
  }

  void read_avatar(Cells& cells) {
    auto hashes = cells.texts();
    if (!hashes.empty()) state.extras.touch().avatar_hashes = std::move(hashes);
  }

  using Part = std::pair<std::string_view, void (Loading::*)(Cells&)>;
  static const std::array<Part, 9> parts;
};

const std::array<Loading::Part, 9> Loading::parts{{{"room", &Loading::read_room},
                                                   {"gone", &Loading::read_gone},
                                                   {"subject", &Loading::read_subject},
                                                   {"affiliate", &Loading::read_affiliate},
                                                   {"seat", &Loading::read_seat},
                                                   {"hat", &Loading::read_hat},
                                                   {"registration", &Loading::read_registration},
                                                   {"invitation", &Loading::read_invitation},
                                                   {"avatar", &Loading::read_avatar}}};

}  // namespace

muc::RoomState MucReader::load(Connection& connection, const std::string& service,
                               const std::string& localpart) {
  Loading loading{service, localpart};
  for (const pqxx::row& row : connection.exec(select_room, service, localpart)) {
    Cells cells(row, localpart);
    loading.read(cells);
  }
  return std::move(loading.state);
}

std::string MucReader::key_of(Connection& connection, const std::string& service,
                              std::uint64_t number) {
  const pqxx::result found = connection.exec(select_key, service, std::to_string(number));
  return found.empty() ? std::string() : found[0][0].as<std::string>();
}

}  // namespace stoa::store::postgres
