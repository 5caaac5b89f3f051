#include <stoa/stanza/presences.hpp>

#include "unit/stanza/support.hpp"

using namespace stoa;

namespace {

const Jid balcony = *Jid::parse("juliet@capulet.lit/balcony");
const Jid chamber = *Jid::parse("juliet@capulet.lit/chamber");
const Jid juliet = *Jid::parse("juliet@capulet.lit");

}  // namespace

TEST_CASE("whoever was never heard of is off line") {
  Presences presences;
  CHECK_FALSE(presences.available(juliet));
  CHECK_FALSE(presences.available(balcony));
  CHECK_FALSE(presences.went(juliet));
}

TEST_CASE("an entity is on line while one of its resources is") {
  Presences presences;
  CHECK(presences.came(balcony, Show::online));
  CHECK_FALSE(presences.came(balcony, Show::away));
  CHECK(presences.came(chamber, Show::dnd));
  CHECK(presences.available(juliet, bit(Show::away)));
  CHECK_FALSE(presences.available(juliet, bit(Show::online)));
  CHECK_FALSE(presences.available(chamber, bit(Show::away)));
  CHECK(presences.went(balcony));
  CHECK_FALSE(presences.went(balcony));
  CHECK_FALSE(presences.available(balcony));
  CHECK(presences.available(juliet));
  CHECK(presences.went(juliet));
  CHECK_FALSE(presences.available(juliet));
  CHECK(presences.size() == 0);
}

TEST_CASE("after a recount those who do not come again are taken out") {
  Presences presences;
  presences.came(balcony, Show::online);
  presences.came(chamber, Show::online);
  presences.recount();
  CHECK_FALSE(presences.came(chamber, Show::online));
  CHECK(presences.take_silent(juliet) == std::vector<Jid>{balcony});
  CHECK(presences.take_silent(juliet).empty());
  CHECK(presences.available(chamber));
  CHECK(presences.size() == 1);
}

TEST_CASE("the show of a presence is one of five") {
  const auto show = [](const char* text) { return show_of(stanza_of(text)); };
  CHECK(show("<presence from='u@a/r' to='s'/>") == Show::online);
  CHECK(show("<presence from='u@a/r' to='s'><show>xa</show></presence>") == Show::xa);
  CHECK(show("<presence from='u@a/r' to='s'><show>sad</show></presence>") == Show::online);
}
