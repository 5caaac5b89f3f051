#include "app/operators.hpp"

#include <string>

#include <doctest/doctest.h>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

namespace stoa::app {
namespace {

const std::string domain = "services.example.org";
const std::string ask =
    "<iq type='set' id='x' from='a@b' to='c'><ping xmlns='urn:xmpp:ping'/></iq>";

Outgoing answer_to(const Jid& jid) {
  Outgoing out;
  out.head = "<iq type='result' id='op1' from='" + domain + "' to='" + jid.str() + "'/>";
  return out;
}

TEST_CASE("an operator's request comes from the domain itself, and its answer goes back to it") {
  Operators operators;
  std::string heard;
  auto stanza = operators.begin(ask, domain, [&](std::string text) { heard = std::move(text); });
  REQUIRE(stanza.ok());
  CHECK(stanza->from.bare().str() == domain);
  CHECK(stanza->from.is_full());
  CHECK(stanza->to.str() == domain);
  CHECK_FALSE(operators.take(answer_to(*Jid::parse("a@b/c"))));
  CHECK(operators.take(answer_to(stanza->from)));
  CHECK(heard == answer_to(stanza->from).head);
  CHECK_FALSE(operators.take(answer_to(stanza->from)));  // answered once
}

TEST_CASE("what is no iq is refused, and too much at once") {
  Operators operators;
  CHECK_FALSE(operators.begin("<message/>", domain, [](const std::string&) {}).ok());
  CHECK_FALSE(operators.begin("<iq type='set'", domain, [](const std::string&) {}).ok());
  for (std::size_t i = 0; i < Operators::most; ++i) {
    CHECK(operators.begin(ask, domain, [](const std::string&) {}).ok());
  }
  CHECK_FALSE(operators.begin(ask, domain, [](const std::string&) {}).ok());
  operators.give_up(operators.last());
  CHECK(operators.begin(ask, domain, [](const std::string&) {}).ok());
}

TEST_CASE("nobody on a link can pretend to be an operator [PS-CMD-04] [PS-SEC-02]") {
  const auto from = [](const std::string& jid) {
    auto parsed = xml::parse("<iq type='set' id='1' from='" + jid + "' to='" + domain +
                                 "'><ping xmlns='urn:xmpp:ping'/></iq>",
                             ns::client);
    return decode_stanza(std::move(parsed).value()).value();
  };
  CHECK(Operators::forged(from(domain + "/operator-7"), domain));
  CHECK_FALSE(Operators::forged(from(domain), domain));
  CHECK_FALSE(Operators::forged(from("a@" + domain + "/operator-7"), domain));
  CHECK_FALSE(Operators::forged(from("example.org/operator-7"), domain));
}

}  // namespace
}  // namespace stoa::app
