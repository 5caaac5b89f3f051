#include <map>
#include <string>

#include <doctest/doctest.h>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/stanza/stanza.hpp>
#include <stoa/xml/parser.hpp>

#include "world.hpp"

using stoa::xml::Element;
using toy::World;
namespace ns = stoa::ns;

namespace {

constexpr std::string_view romeo = "romeo@montague.lit/orchard";

std::string iq(const std::string& payload, const std::string& to = "toy.lit",
               const std::string& type = "get") {
  return "<iq type='" + type + "' id='1' from='" + std::string(romeo) + "' to='" + to + "'>" +
         payload + "</iq>";
}

std::string items(const std::string& set = {}) {
  return iq("<query xmlns='http://jabber.org/protocol/disco#items'>" + set + "</query>");
}

std::string set(const std::string& content) {
  return "<set xmlns='http://jabber.org/protocol/rsm'>" + content + "</set>";
}

Element only(const std::vector<std::string>& lines) {
  REQUIRE(lines.size() == 1);
  auto element = stoa::xml::parse(lines[0], "jabber:client");
  REQUIRE(element.ok());
  return std::move(element).value();
}

std::string condition(const Element& reply) {
  const Element* const error = reply.child("error", ns::client);
  return error ? error->first_child()->name() : "none";
}

/// The localparts listed, then first index and count of the set where there is one.
std::string listing(const Element& reply) {
  const Element* const query = reply.child("query", ns::disco_items);
  if (reply.attr("type") == "error") return condition(reply);
  std::string text;
  for (const Element* item : query->children("item", ns::disco_items)) {
    text += std::string(item->attr_or("jid", "?").substr(0, 2)) + " ";
  }
  const Element* const page = query->child("set", ns::rsm);
  if (!page) return text + "whole";
  if (const Element* const first = page->child("first", ns::rsm)) {
    text += "from " + std::string(first->attr_or("index", "?")) + " ";
  }
  return text + "of " + page->child("count", ns::rsm)->text();
}

std::string uid(const Element& reply, std::string_view which) {
  return reply.child("query", ns::disco_items)
      ->child("set", ns::rsm)
      ->child(which, ns::rsm)
      ->text();
}

/// Seven shelves: a0 to a3 of the first service, b0 to b2 of the second.
void fill(World& world) {
  for (const std::string key : {"a0", "a1", "a2", "a3"}) world.tables[0]->shadow[key].number = 1;
  for (const std::string key : {"b0", "b1", "b2"}) world.tables[1]->shadow[key].number = 2;
}

}  // namespace

TEST_CASE("disco#items of a domain is its services' lists in one [PS-DISC-20] [MUC-DISCO-05]") {
  World world(2);
  fill(world);
  const auto list = [&](const std::string& page = {}) {
    return listing(only(world.ask(items(page))));
  };
  CHECK(list() == "a0 a1 a2 a3 b0 b1 b2 whole");
  CHECK(list(set("<max>3</max>")) == "a0 a1 a2 from 0 of 7");
  CHECK(list(set("<max>0</max>")) == "of 7");
  CHECK(list(set("<max>3</max><after>0:a2</after>")) == "a3 b0 b1 from 3 of 7");
  CHECK(list(set("<max>3</max><after>1:b1</after>")) == "b2 from 6 of 7");
  CHECK(list(set("<max>3</max><before/>")) == "b0 b1 b2 from 4 of 7");
  CHECK(list(set("<max>3</max><before>1:b1</before>")) == "a2 a3 b0 from 2 of 7");
  CHECK(list(set("<max>3</max><index>3</index>")) == "a3 b0 b1 from 3 of 7");
  CHECK(list(set("<max>3</max><index>5</index>")) == "b1 b2 from 5 of 7");
  CHECK(list(set("<max>3</max><after>0:nobody</after>")) == "item-not-found");
  CHECK(list(set("<max>3</max><after>7:a0</after>")) == "item-not-found");
  CHECK(list(set("<max>3</max><after>a0</after>")) == "item-not-found");
  CHECK(list(set("<max>3</max><before>1:nobody</before>")) == "item-not-found");
}

TEST_CASE("pages concatenate to the whole in both directions") {
  World world(2);
  fill(world);
  std::string forward;
  std::string after;
  for (int i = 0; i < 4; ++i) {
    const Element reply = only(world.ask(
        items(set("<max>2</max>" + (after.empty() ? "" : "<after>" + after + "</after>")))));
    after = uid(reply, "last");
    forward += listing(reply).substr(0, listing(reply).find("from"));
  }
  CHECK(forward == "a0 a1 a2 a3 b0 b1 b2 ");
  std::string backward;
  std::string before;
  for (int i = 0; i < 4; ++i) {
    const Element reply = only(world.ask(items(
        set("<max>2</max>" + (before.empty() ? "<before/>" : "<before>" + before + "</before>")))));
    before = uid(reply, "first");
    backward = listing(reply).substr(0, listing(reply).find("from")) + backward;
  }
  CHECK(backward == "a0 a1 a2 a3 b0 b1 b2 ");
}

TEST_CASE("more entries than a page holds: the first page and a set [PS-DISC-20]") {
  World world(2);
  for (int i = 10; i < 30; ++i) world.tables[0]->shadow["s" + std::to_string(i)].number = 1;
  const Element reply = only(world.ask(items()));
  CHECK(reply.child("query", ns::disco_items)->children("item", ns::disco_items).size() == 10);
  CHECK(reply.child("query", ns::disco_items)
            ->child("set", ns::rsm)
            ->child("count", ns::rsm)
            ->text() == "20");
}

TEST_CASE("disco#info of a domain is the union of its services") {
  World world(2);
  const Element reply =
      only(world.ask(iq("<query xmlns='http://jabber.org/protocol/disco#info'/>")));
  CHECK(reply.attr("type") == "result");
  CHECK(reply.attr("id") == "1");
  CHECK(reply.attr("from") == "toy.lit");
  CHECK(reply.attr("to") == romeo);
  const Element& query = *reply.child("query", ns::disco_info);
  CHECK(query.children("identity", ns::disco_info).size() == 2);
  std::size_t toys = 0;
  bool ping = false;
  for (const Element* feature : query.children("feature", ns::disco_info)) {
    toys += feature->attr("var") == "toy" ? 1u : 0u;
    ping = ping || feature->attr("var") == ns::ping;
  }
  CHECK(toys == 1);
  CHECK(ping);
}

TEST_CASE("what nobody knows is service-unavailable [PS-GEN-03] [MUC-IQ-09]") {
  World world;
  CHECK(condition(only(world.ask(iq("<x xmlns='urn:example'/>")))) == "service-unavailable");
  CHECK(condition(only(world.ask(iq("<x xmlns='urn:example'/>", "toy.lit", "set")))) ==
        "service-unavailable");
}

TEST_CASE(
    "a message to nobody is service-unavailable, one that answers nothing is not answered "
    "[PS-GEN-02] [MUC-COMP-06]") {
  World world(0);
  const auto message = [](const std::string& type, const std::string& to) {
    return "<message type='" + type + "' from='romeo@montague.lit/orchard' to='" + to +
           "'><body>hi</body></message>";
  };
  for (const std::string type : {"chat", "normal", "groupchat", "unheard-of"}) {
    CHECK(condition(only(world.ask(message(type, "bob@toy.lit")))) == "service-unavailable");
  }
  for (const std::string type : {"error", "headline"}) {
    CHECK(world.ask(message(type, "bob@toy.lit")).empty());
  }
  CHECK(world.ask(message("chat", "toy.lit")).empty());
}

TEST_CASE("a node that nobody knows is item-not-found [PS-DISC-14] [MUC-DISCO-21]") {
  World world;
  for (const std::string kind : {"info", "items"}) {
    CHECK(condition(only(world.ask(iq("<query xmlns='http://jabber.org/protocol/disco#" + kind +
                                      "' node='x'/>")))) == "item-not-found");
  }
}

TEST_CASE("a resource of the bare domain is no address of anything [PS-GEN-14]") {
  World world;
  CHECK(condition(only(world.ask(iq("<x xmlns='urn:example'/>", "toy.lit/node")))) ==
        "item-not-found");
}

TEST_CASE("an iq request has an id and exactly one payload [MUC-IQ-09]") {
  World world;
  const std::string from = "from='romeo@montague.lit/orchard' to='toy.lit'";
  const std::string ping = "<ping xmlns='urn:xmpp:ping'/>";
  for (const std::string& bad : {"<iq type='get' id='1' " + from + "/>",
                                 "<iq type='get' id='1' " + from + ">" + ping + ping + "</iq>",
                                 "<iq type='get' " + from + ">" + ping + "</iq>",
                                 "<iq type='huh' id='1' " + from + ">" + ping + "</iq>"}) {
    CHECK(condition(only(world.ask(bad))) == "bad-request");
  }
}

TEST_CASE("what answers nothing stays unanswered [PS-GEN-02] [MUC-COMP-06]") {
  World world;
  const std::string from = " from='romeo@montague.lit/orchard' to='a@toy.lit'";
  CHECK(world.ask("<iq type='result' id='9'" + from + "/>").empty());
  CHECK(world.ask("<iq type='error' id='9'" + from + "/>").empty());
  CHECK(world.ask("<message type='error'" + from + "/>").empty());
  CHECK(world.ask("<presence type='error'" + from + "/>").empty());
}

TEST_CASE("a stanza for a domain that is not served is dropped [MUC-COMP-03]") {
  World world;
  CHECK(world.ask(iq("<ping xmlns='urn:xmpp:ping'/>", "other.lit")).empty());
  CHECK(world.common.metrics.dropped == 1);
}

TEST_CASE("ping is answered at the domain [PS-GEN-17]") {
  World world;
  CHECK(only(world.ask(iq("<ping xmlns='urn:xmpp:ping'/>"))).attr("type") == "result");
}

TEST_CASE("a bare sender above its rate is told to wait [PS-LIM-05 PS-ERR-28]") {
  World world;
  world.dispatcher.add_domain({.name = "toy.lit",
                               .profile = {},
                               .list_page = 10,
                               .stanza_bytes = 65536,
                               .senders = {.all = {.rate = {.per_second = 1, .burst = 3}}},
                               .unlimited = {"capulet.lit"}},
                              world.wire);
  const std::string ping = iq("<ping xmlns='urn:xmpp:ping'/>");
  for (int i = 0; i < 3; ++i) CHECK(condition(only(world.ask(ping))) == "none");
  const Element refused = only(world.ask(ping));
  CHECK(condition(refused) == "policy-violation");
  CHECK(refused.child("error", ns::client)->attr("type") == "wait");
  world.pass(std::chrono::seconds(1));
  CHECK(condition(only(world.ask(ping))) == "none");
  CHECK(condition(only(world.ask(ping))) == "policy-violation");
  for (int i = 0; i < 10; ++i) {
    CHECK(condition(only(world.ask("<iq type='get' id='1' from='juliet@capulet.lit/x' to='toy.lit'>"
                                   "<ping xmlns='urn:xmpp:ping'/></iq>"))) == "none");
  }
}

TEST_CASE("rate and size of forms are others for a domain, and for one of its users [PS-LIM-09]") {
  World world;
  stoa::dispatch::SenderLimits limits{
      .all = {.form_fields = 2, .rate = {.per_second = 1, .burst = 1}}};
  limits.others["capulet.lit"] = {.form_fields = 3, .rate = {.per_second = 1, .burst = 2}};
  limits.others["juliet@capulet.lit"] = {.form_fields = 4, .rate = {.per_second = 1, .burst = 3}};
  stoa::dispatch::DomainSettings settings;
  settings.name = "toy.lit";
  settings.senders = limits;
  world.dispatcher.add_domain(settings, world.wire);
  const auto ask = [&](const std::string& from, const std::string& payload) {
    return condition(only(
        world.ask("<iq type='get' id='1' from='" + from + "' to='toy.lit'>" + payload + "</iq>")));
  };
  const std::string ping = "<ping xmlns='urn:xmpp:ping'/>";
  const std::map<std::string, int> bursts = {
      {"romeo@montague.lit/x", 1}, {"nurse@capulet.lit/x", 2}, {"juliet@capulet.lit/x", 3}};
  for (const auto& sender : bursts) {
    const std::string& from = sender.first;
    CAPTURE(from);
    for (int i = 0; i < sender.second; ++i) CHECK(ask(from, ping) == "none");
    CHECK(ask(from, ping) == "policy-violation");
  }
  settings.senders.others.clear();  // changed while it runs
  world.dispatcher.add_domain(settings, world.wire);
  CHECK(ask("juliet@capulet.lit/x", ping) == "none");
  CHECK(ask("juliet@capulet.lit/x", ping) == "policy-violation");
  settings.senders = {.all = {.form_fields = 2}};
  settings.senders.others["capulet.lit"] = {.form_fields = 3};
  world.dispatcher.add_domain(settings, world.wire);
  const std::string form =
      "<ping xmlns='urn:xmpp:ping'><x xmlns='jabber:x:data'><field/><field/><field/></x></ping>";
  CHECK(ask("romeo@montague.lit/x", form) == "not-acceptable");
  CHECK(ask("juliet@capulet.lit/x", form) == "none");
}

namespace {

/// Everything that comes over a stream goes to the dispatcher.
struct Feed final : stoa::xml::StreamHandler {
  explicit Feed(World& given) : world(given) {}
  void on_stream_open(const Element&) override {}
  void on_stanza(Element stanza) override {
    auto decoded = stoa::decode_stanza(std::move(stanza));
    REQUIRE(decoded.ok());
    world.dispatcher.handle(std::move(decoded).value());
  }
  void on_stream_close() override {}

  World& world;
};

}  // namespace

TEST_CASE("a stanza that is nested too deeply is refused, and the stream goes on [PS-LIM-08]") {
  World world;
  Feed feed(world);
  const auto heard = [&] {
    world.turn();
    return world.taken();
  };
  stoa::xml::StreamParser parser(feed);
  const std::string stream =
      "<stream:stream xmlns='jabber:component:accept' "
      "xmlns:stream='http://etherx.jabber.org/streams'>";
  REQUIRE_FALSE(parser.feed(stream));
  std::string opening;
  std::string closing;
  for (int i = 0; i < 100'000; ++i) {
    opening += "<a>";
    closing += "</a>";
  }
  const std::string envelope = "<iq type='set' id='1' from='juliet@capulet.lit/x' to='toy.lit'>";
  REQUIRE_FALSE(parser.feed(envelope + opening + closing + "</iq>"));
  const Element refusal = only(heard());
  CHECK(condition(refusal) == "not-acceptable");
  CHECK(refusal.child("error", ns::client)->attr("type") == "modify");
  REQUIRE_FALSE(
      parser.feed("<iq type='get' id='2' from='juliet@capulet.lit/x' to='toy.lit'>"
                  "<ping xmlns='urn:xmpp:ping'/></iq>"));
  CHECK(only(heard()).attr("type") == "result");
}

TEST_CASE("a form with more fields than configured is refused [PS-LIM-08]") {
  World world;
  const auto with_fields = [](std::size_t count) {
    std::string form = "<x xmlns='jabber:x:data' type='submit'>";
    for (std::size_t i = 0; i < count; ++i) form += "<field var='a'/>";
    return iq("<pubsub xmlns='http://jabber.org/protocol/pubsub'><configure>" + form +
              "</x></configure></pubsub>");
  };
  CHECK(condition(only(world.ask(with_fields(1000)))) != "not-acceptable");
  const Element refusal = only(world.ask(with_fields(1001)));
  CHECK(condition(refusal) == "not-acceptable");
  CHECK(refusal.child("error", ns::client)->attr("type") == "modify");
}

TEST_CASE("look-ups above the rate are a matter of resources [MUC-LIM-07]") {
  World world;
  world.dispatcher.add_domain({.name = "toy.lit",
                               .profile = {},
                               .list_page = 10,
                               .stanza_bytes = 65536,
                               .senders = {.all = {.rate = {.per_second = 1, .burst = 1}}},
                               .unlimited = {}},
                              world.wire);
  CHECK(condition(only(world.ask(iq("<ping xmlns='urn:xmpp:ping'/>")))) == "none");
  for (const char* payload :
       {"<query xmlns='http://jabber.org/protocol/disco#info'/>",
        "<query xmlns='http://jabber.org/protocol/disco#items'/>",
        "<query xmlns='jabber:iq:register'/>", "<query xmlns='urn:xmpp:mam:2'/>"}) {
    CAPTURE(payload);
    const Element refused = only(world.ask(iq(payload)));
    CHECK(condition(refused) == "resource-constraint");
    CHECK(refused.child("error", ns::client)->attr("type") == "wait");
  }
}
