#include <doctest/doctest.h>

#include "tables/muc_bench.hpp"

using namespace stoa;
using namespace stoa::muc;
using namespace stoa::test;

namespace {

/// Of the only row that is meant.
int version(MucTwins& twins, const std::string& rows) {
  const auto found = twins.connection().run("SELECT version FROM " + rows);
  REQUIRE(found.size() == 1);
  return found[0][0].as<int>();
}

/// Whether it rises by one with the change of the cave.
bool raises(MucTwins& twins, const std::string& rows, Change what) {
  const int before = version(twins, rows);
  twins.add("cave", std::move(what));
  twins.commit();
  return version(twins, rows) == before + 1;
}

SubjectPtr subject(const std::string& text) {
  Subject made;
  made.texts = {{"", text}};
  made.stamp = at_second(5);
  return std::make_shared<const Subject>(made);
}

}  // namespace

TEST_CASE("the version of a row of a room rises with each change of the row") {
  MucTwins twins;
  const Seat sits = seat(session("hag66", "pda"), "ThirdWitch");
  const Affiliate member = affiliate(user("hag66"), Affiliation::member);
  const Hat hat{"urn:hat", "Witch", "", "en"};
  const PendingRegistration asks{user("wiccarocks"), "n", "<x/>", at_second(3)};
  const Invitation invited{"i1", user("hecate"), session("crone1", "desktop"), "w", at_second(4)};
  twins.add("cave", created(1, "cave"));
  twins.add("cave", change::SubjectSet{1, nullptr, subject("Fire Burn")});
  twins.add("cave", change::Affiliated{1, std::nullopt, member, 0, 0});
  twins.add("cave", change::Seated{1, std::nullopt, sits});
  twins.add("cave", change::VcardSet{1, "<vCard/>", {}, {"abc"}});
  twins.add("cave", change::HatSet{1, std::nullopt, hat});
  twins.add("cave", change::RegistrationSet{1, std::nullopt, asks});
  twins.add("cave", change::Invited{1, std::nullopt, invited});
  twins.commit();
  for (const char* table : {"rooms", "room_subjects", "room_affiliates", "room_seats",
                            "room_vcards", "room_hats", "room_registrations", "room_invitations"}) {
    CAPTURE(table);
    CHECK(version(twins, table) == 1);
  }
  Seat away = sits;
  away.payload = "<show>away</show>";
  Affiliate admin = member;
  admin.affiliation = Affiliation::admin;
  Hat taller = hat;
  taller.title = "Tall Witch";
  PendingRegistration again = asks;
  again.nick = "m";
  Invitation renewed = invited;
  renewed.at = at_second(9);
  CHECK(raises(twins, "room_subjects", change::SubjectSet{1, subject("Fire Burn"), subject("")}));
  CHECK(raises(twins, "room_seats", change::Seated{1, sits, away}));
  CHECK(raises(twins, "room_vcards", change::VcardSet{1, "<vCard/>", {"abc"}, {"def"}}));
  CHECK(raises(twins, "room_hats", change::HatSet{1, hat, taller}));
  CHECK(raises(twins, "room_registrations", change::RegistrationSet{1, asks, again}));
  CHECK(raises(twins, "room_invitations", change::Invited{1, invited, renewed}));
  CHECK(raises(twins, "room_affiliates", change::Affiliated{1, member, admin, 0, 0}));
  CHECK(version(twins, "rooms") == 1);
}

TEST_CASE("that of a room rises with its configuration, lock, affiliations, end and return") {
  MucTwins twins;
  twins.add("cave", created(1, "cave"));
  twins.commit();
  RoomConfig named;
  named.name = "A Dark Cave";
  const auto config = std::make_shared<const RoomConfig>(named);
  const Affiliate owner = affiliate(user("hag66"), Affiliation::owner);
  CHECK(raises(twins, "rooms", change::Configured{1, twins.shadow("cave").config, config}));
  CHECK(raises(twins, "rooms", change::LockSet{1, Jid(), user("crone1")}));
  CHECK(raises(twins, "rooms", change::Affiliated{1, std::nullopt, owner, 0, 1}));
  const auto before = std::make_shared<const RoomState>(twins.shadow("cave"));
  const Burial kept{at_second(10), at_second(100), user("hecate"), {}};
  CHECK(raises(twins, "rooms", change::Destroyed{1, room_jid("cave"), std::nullopt, before, kept}));
  CHECK(raises(twins, "rooms", change::Restored{1, before, std::nullopt}));

  const GoneRoom gone{room_jid("castle"), at_second(100)};
  twins.add("cave", change::Destroyed{1, room_jid("cave"), gone, nullptr});
  twins.commit();
  CHECK(version(twins, "rooms_gone") == 1);
  auto next = std::get<change::Created>(created(2, "cave"));
  next.gone = gone;
  twins.add("cave", next);
  CHECK(raises(twins, "rooms_gone", change::Destroyed{2, room_jid("cave"), gone, nullptr}));
}
