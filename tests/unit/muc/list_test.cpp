#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <stoa/muc/engine/engine.hpp>

namespace stoa::muc::test {
namespace {

/// A room that changes at random, so large that what newcomers get is kept.
struct Crowd {
  RoomState room;
  Settings settings;
  std::mt19937 random{7};
  std::vector<Change> done = {};

  explicit Crowd(RoomConfig config = {}) {
    change::Created made;
    made.room = 1;
    made.jid = *Jid::parse("coven@chat.shakespeare.lit");
    made.occupant_key = "00112233445566778899aabbccddeeff";
    made.config = std::make_shared<const RoomConfig>(std::move(config));
    Engine::apply(room, made);
    settings.service = *Jid::parse("chat.shakespeare.lit");
  }

  void apply(Change change) {
    Engine::apply(room, change);
    done.push_back(std::move(change));
  }
  int number(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random); }

  static Jid user(int i) {
    return *Jid::parse("user" + std::to_string(i) + "@" +
                       (i % 10 == 0 ? "denmark" : "shakespeare") + ".lit");
  }
  static Seat seat(int i, int session, Role role = Role::participant) {
    Seat seat;
    seat.session = user(i).with_resource("r" + std::to_string(session));
    seat.nick = "nick" + std::to_string(i);
    seat.role = role;
    return seat;
  }
  std::optional<Seat> seated(const Jid& session) const {
    const Occupant* occupant = room.occupants.by_session(session);
    if (!occupant) return std::nullopt;
    return seat_of(*occupant, *occupant->session(session));
  }

  void come_or_go(int i) {
    Seat seat = this->seat(i, number(2), number(3) == 0 ? Role::visitor : Role::participant);
    const auto before = seated(seat.session);
    if (before && number(3) != 0) return apply(change::Seated{1, before, std::nullopt});
    if (const Occupant* known = room.occupants.by_session(user(i).with_resource("r0"))) {
      seat.role = known->role;
    } else if (const Occupant* other = room.occupants.by_session(user(i).with_resource("r1"))) {
      seat.role = other->role;
    }
    seat.priority = static_cast<std::int8_t>(number(5));
    seat.payload = "<status>" + std::to_string(number(1000)) + "</status>";
    apply(change::Seated{1, before, std::move(seat)});
  }
  void affiliate(const Jid& jid) {
    std::optional<Affiliate> before;
    if (const Affiliate* row = room.affiliations.find(jid.str())) before = *row;
    Affiliate row;
    row.jid = jid;
    row.affiliation = number(2) == 0 ? Affiliation::member : Affiliation::admin;
    if (number(2) == 0) row.hats = {"urn:hat"};
    const std::uint64_t version = room.affiliation_version;
    if (before && number(2) == 0) {
      apply(change::Affiliated{1, before, std::nullopt, version, version + 1});
    } else {
      apply(change::Affiliated{1, before, row, version, version + 1});
    }
  }
  void configure() {
    RoomConfig config = *room.config;
    config.hats = number(2) == 0;
    config.whois = number(2) == 0 ? Whois::anyone : Whois::moderators;
    config.show_unavailable = number(2) == 0;
    apply(change::Configured{1, room.config, std::make_shared<const RoomConfig>(config)});
  }
  void put_hat() {
    const auto& hats = room.extra().hats;
    const std::optional<Hat> before = hats.empty() ? std::nullopt : std::optional(hats.front());
    apply(change::HatSet{1, before, Hat{"urn:hat", "Hat " + std::to_string(number(99)), {}, {}}});
  }
  void step() {
    const int what = number(100);
    if (what < 90) return come_or_go(number(400));
    if (what < 94) return affiliate(user(number(400)));
    if (what < 95) return affiliate(*Jid::parse("denmark.lit"));
    if (what < 96) return configure();
    if (what < 97) return put_hat();
    if (done.empty()) return;
    Engine::apply(room, Engine::inverse(done.back()));
    done.pop_back();
  }

  static std::vector<std::string> stanzas(const RoomState& room, const Settings& settings,
                                          const say::PresenceList& list) {
    std::vector<Encoded> said;
    Engine::encode(list, room, settings, said);
    std::vector<std::string> all;
    for (const Encoded& one : said) {
      CHECK(one.outgoing.redelivery == Redelivery::drop);
      for (std::size_t i = 0; i < one.outgoing.count(); ++i) {
        one.outgoing.append_one(all.emplace_back(), i);
      }
    }
    return all;
  }
  say::PresenceList list() {
    say::PresenceList list;
    list.to = *Jid::parse("new@shakespeare.lit/r");
    list.viewer = number(2) == 0 ? Role::moderator : Role::participant;
    list.no_strangers = number(3) == 0;
    list.except = "nick" + std::to_string(number(400));
    return list;
  }
};

}  // namespace

TEST_CASE("the list of 5,000 occupants is one that others may overtake [MUC-ENTER-34]") {
  Crowd crowd;
  for (int i = 0; i < 5000; ++i) {
    crowd.apply(change::Seated{1, std::nullopt, Crowd::seat(i, 0)});
  }
  say::PresenceList list;
  list.to = *Jid::parse("new@shakespeare.lit/r");
  list.viewer = Role::participant;
  list.except = "nick17";
  std::vector<Encoded> said;
  Engine::encode(list, crowd.room, crowd.settings, said);
  REQUIRE(said.size() == 1);
  CHECK(said[0].outgoing.divisible());
  CHECK(said[0].outgoing.largest_stanza() < 1024);
  std::set<std::string> nicks;
  for (const std::string& one : Crowd::stanzas(crowd.room, crowd.settings, list)) {
    CHECK(one.find(" to='new@shakespeare.lit/r'>") != std::string::npos);
    const std::size_t begin = one.find("lit/") + 4;
    nicks.insert(one.substr(begin, one.find('\'', begin) - begin));
  }
  CHECK(nicks.size() == 4999);
  CHECK_FALSE(nicks.contains("nick17"));

  const std::size_t before = crowd.room.sheets.get()->footprint();
  Engine::shrink(crowd.room);
  CHECK(crowd.room.sheets.get() == nullptr);
  Crowd::stanzas(crowd.room, crowd.settings, list);
  CHECK(crowd.room.sheets.get()->footprint() == before);

  // One who comes leaves all of what was written for the next one, save the range of its nick.
  const auto sheets = [&] {
    std::set<const StanzaSheet*> all;
    for (const auto& range : crowd.room.sheets.get()->ranges({}, crowd.room.occupants)) {
      all.insert(range.sheet.get());
    }
    return all;
  };
  const auto known = sheets();
  CHECK(known.size() > 30);
  crowd.apply(change::Seated{1, std::nullopt, Crowd::seat(5000, 0)});
  Crowd::stanzas(crowd.room, crowd.settings, list);
  std::size_t anew = 0;
  for (const StanzaSheet* sheet : sheets()) anew += known.contains(sheet) ? 0u : 1u;
  CHECK(anew == 1);
}

TEST_CASE(
    "what is kept of a newcomer's list is what would be written anew, whatever changes "
    "[MUC-ENTER-34] [MUC-PRES-01]") {
  Crowd crowd;
  for (int i = 0; i < 400; ++i) crowd.apply(change::Seated{1, std::nullopt, Crowd::seat(i, 0)});
  std::size_t kept = 0;
  for (int round = 0; round < 600; ++round) {
    for (int i = crowd.number(8); i > 0; --i) crowd.step();
    const say::PresenceList list = crowd.list();
    kept += crowd.room.sheets.get() ? 1u : 0u;
    RoomState anew = crowd.room;
    anew.sheets.drop();
    const auto all = Crowd::stanzas(crowd.room, crowd.settings, list);
    REQUIRE(all == Crowd::stanzas(anew, crowd.settings, list));
    REQUIRE(all.size() > 64);
  }
  CHECK(kept > 300);
}

TEST_CASE("what is kept of a list goes when those go whom it shows [MUC-ENTER-34]") {
  Crowd crowd;
  for (int i = 0; i < 3000; ++i) crowd.apply(change::Seated{1, std::nullopt, Crowd::seat(i, 0)});
  say::PresenceList list;
  list.to = *Jid::parse("new@shakespeare.lit/r");
  Crowd::stanzas(crowd.room, crowd.settings, list);
  const std::size_t full = crowd.room.sheets.get()->footprint();
  for (int i = 0; i < 2900; ++i) crowd.apply(change::Seated{1, Crowd::seat(i, 0), std::nullopt});
  CHECK(Crowd::stanzas(crowd.room, crowd.settings, list).size() == 100);
  CHECK(crowd.room.sheets.get()->footprint() < full / 10);
}

}  // namespace stoa::muc::test
