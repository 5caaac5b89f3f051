#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "unit/pubsub/asked.hpp"

/// For every request a table of what is wrong with it, and the exact error. Forms and what else is
/// asked than `<pubsub/>` is in malformed_forms_test.cpp.

namespace stoa::pubsub {

namespace {

using namespace asked;

/// One request in its plainest valid form; NODE stands for ` node='…'`.
struct Valid {
  Space space;
  std::string_view type;
  std::string_view name;
  std::string_view xml;
  bool needs_node = true;
};

constexpr std::array valid = {
    Valid{Space::ps, "set", "publish",
          "<publishNODE><item id='i'><a xmlns='urn:a'/></item></publish>"},
    Valid{Space::ps, "get", "items", "<itemsNODE/>"},
    Valid{Space::ps, "set", "subscribe", "<subscribeNODE jid='hamlet@denmark.lit'/>"},
    Valid{Space::ps, "set", "unsubscribe", "<unsubscribeNODE jid='hamlet@denmark.lit'/>"},
    Valid{Space::ps, "get", "options", "<optionsNODE jid='hamlet@denmark.lit'/>"},
    Valid{Space::ps, "set", "options",
          "<optionsNODE jid='hamlet@denmark.lit'><x xmlns='jabber:x:data' type='submit'/>"
          "</options>"},
    Valid{Space::ps, "get", "default", "<defaultNODE/>", false},
    Valid{Space::ps, "get", "subscriptions", "<subscriptionsNODE/>", false},
    Valid{Space::ps, "get", "affiliations", "<affiliationsNODE/>", false},
    Valid{Space::ps, "set", "create", "<createNODE/>", false},
    Valid{Space::ps, "set", "retract", "<retractNODE><item id='i'/></retract>"},
    Valid{Space::pso, "get", "configure", "<configureNODE/>"},
    Valid{Space::pso, "set", "configure",
          "<configureNODE><x xmlns='jabber:x:data' type='submit'/></configure>"},
    Valid{Space::pso, "get", "default", "<default/>", false},
    Valid{Space::pso, "set", "delete", "<deleteNODE/>"},
    Valid{Space::pso, "set", "purge", "<purgeNODE/>"},
    Valid{Space::pso, "get", "subscriptions", "<subscriptionsNODE/>"},
    Valid{Space::pso, "set", "subscriptions",
          "<subscriptionsNODE><subscription jid='hamlet@denmark.lit' subscription='none'/>"
          "</subscriptions>"},
    Valid{Space::pso, "get", "affiliations", "<affiliationsNODE/>"},
    Valid{Space::pso, "set", "affiliations",
          "<affiliationsNODE><affiliation jid='ophelia@denmark.lit' affiliation='member'/>"
          "</affiliations>"},
};

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string changed(text);
  for (std::size_t at = changed.find(what); at != changed.npos;
       at = changed.find(what, at + with.size())) {
    changed.replace(at, what.size(), with);
  }
  return changed;
}

std::string with_node(const Valid& request, std::string_view node) {
  return replaced(request.xml, "NODE", " node='" + std::string(node) + "'");
}

/// Creation is the one request that wants a node that is not there.
std::string_view usual_node(const Valid& request) {
  return request.name == "create" ? "new" : "node";
}

bool has_request(Space space, std::string_view type, std::string_view name) {
  return std::any_of(valid.begin(), valid.end(), [&](const Valid& each) {
    return each.space == space && each.type == type && each.name == name;
  });
}

}  // namespace

TEST_CASE("each request is taken in its plainest form") {
  for (const Valid& request : valid) {
    CAPTURE(request.xml);
    const std::string inner = with_node(request, usual_node(request));
    CHECK(Service().asked(request.space, request.type, inner) == "ok");
  }
}

TEST_CASE(
    "a request whose node is missing, empty, unknown, impossible or too long "
    "[PS-GEN-06] [PS-GEN-07]") {
  const std::string long_name(65, 'n');
  for (const Valid& request : valid) {
    if (request.xml.find("NODE") == std::string_view::npos) continue;
    CAPTURE(request.xml);
    Service service;
    const auto answer = [&](const std::string& inner) {
      return service.asked(request.space, request.type, inner);
    };
    const bool creates = request.name == "create";
    const bool makes = creates || request.name == "publish";
    const bool roots = creates || request.name == "configure" || request.name == "delete";
    const bool subscribes = request.name == "subscribe";
    const bool needs = request.needs_node && !subscribes;
    CHECK(answer(replaced(request.xml, "NODE", "")) == (needs ? no_node : "ok"));
    const std::string at_root = answer(with_node(request, ""));
    if (request.name == "unsubscribe") {
      CHECK(at_root == "cancel unexpected-request not-subscribed");
    } else if (request.name == "options") {
      CHECK(at_root == "modify unexpected-request not-subscribed");
    } else {
      CHECK(at_root == (roots ? "cancel not-allowed" : (needs ? no_node : "ok")));
    }
    CHECK(answer(with_node(request, "other")) == (makes ? "ok" : not_found));
    CHECK(answer(with_node(request, "no\xEE\x80\x80")) == not_acceptable);
    CHECK(answer(with_node(request, long_name)) == (makes ? not_acceptable : not_found));
  }
}

TEST_CASE(
    "an action of the wrong type, in the wrong namespace or in another one's element "
    "[PS-GEN-05]") {
  for (const Valid& request : valid) {
    CAPTURE(request.xml);
    Service service;
    const std::string inner = with_node(request, usual_node(request));
    const std::string_view other_type = request.type == "get" ? "set" : "get";
    const Space other_space = request.space == Space::ps ? Space::pso : Space::ps;
    if (!has_request(request.space, other_type, request.name)) {
      CHECK(service.asked(request.space, other_type, inner) == bad);
    }
    if (!has_request(other_space, request.type, request.name)) {
      CHECK(service.asked(other_space, request.type, inner) == bad);
    }
    const std::string foreign = "<pubsub xmlns='urn:example:pubsub'>" + inner + "</pubsub>";
    CHECK(service.answer(request.type, foreign) == "unclaimed");
    const std::string stray = replaced(inner, "<" + std::string(request.name),
                                       "<" + std::string(request.name) + " xmlns='urn:example:x'");
    CHECK(service.asked(request.space, request.type, stray) == bad);
    const std::string renamed =
        "<pubsubs xmlns='" + std::string(name_of(request.space)) + "'>" + inner + "</pubsubs>";
    CHECK(service.answer(request.type, renamed) == "unclaimed");
  }
}

TEST_CASE("an action twice, beside another one or beside what nobody knows [PS-GEN-04]") {
  for (const Valid& request : valid) {
    CAPTURE(request.xml);
    Service service;
    const std::string inner = with_node(request, usual_node(request));
    const auto answer = [&](const std::string& all) {
      return service.asked(request.space, request.type, all);
    };
    CHECK(answer(inner + inner) == bad);
    CHECK(answer(inner + "<soliloquy/>") == bad);
    CHECK(answer("<soliloquy/>" + inner) == bad);
    CHECK(answer(inner + "<purge node='node'/>") == bad);
    CHECK(answer(inner + inner + inner) == bad);
    CHECK(answer(inner + "<note xmlns='urn:example:note'/>") == "ok");
  }
  for (const Space space : {Space::ps, Space::pso}) {
    for (const std::string_view type : {"get", "set"}) {
      CHECK(Service().asked(space, type, "") == bad);
      CHECK(Service().asked(space, type, "<soliloquy node='node'/>") == bad);
      CHECK(Service().asked(space, type, "text") == bad);
    }
  }
}

TEST_CASE(
    "a JID that is missing, none or another one's "
    "[PS-SUB-04] [PS-SUB-06] [PS-UNS-04] [PS-OPT-03] [PS-OPT-05]") {
  for (const Valid& request : valid) {
    if (request.xml.find(" jid='hamlet") == std::string_view::npos) continue;
    if (request.space == Space::pso) continue;
    CAPTURE(request.xml);
    Service service;
    const std::string inner = with_node(request, "node");
    const auto answer = [&](std::string_view jid) {
      return service.asked(request.space, request.type,
                           replaced(inner, " jid='hamlet@denmark.lit'", jid));
    };
    CHECK(answer("") == no_jid);
    CHECK(answer(" jid=''") == no_jid);
    CHECK(answer(" jid='@denmark.lit'") == wrong_jid);
    CHECK(answer(" jid='hamlet@'") == wrong_jid);
    CHECK(answer(" jid='ham let@denmark.lit'") == wrong_jid);
    CHECK(answer(" jid='hamlet@denmark.lit/'") == wrong_jid);
    const bool subscribes = request.name == "subscribe";
    CHECK(answer(" jid='ophelia@denmark.lit'") == (subscribes ? wrong_jid : "auth forbidden"));
  }
}

TEST_CASE("subids that are none of the requester's [PS-UNS-06]") {
  constexpr std::string_view wrong = "modify not-acceptable invalid-subid";
  check(Space::ps, {{"set", "<unsubscribe node='node' jid='hamlet@denmark.lit' subid='x'/>", wrong},
                    {"get", "<options node='node' jid='hamlet@denmark.lit' subid='x'/>", wrong},
                    {"set",
                     "<options node='node' jid='hamlet@denmark.lit' subid='x'>"
                     "<x xmlns='jabber:x:data' type='submit'/></options>",
                     wrong},
                    {"get", "<items node='node' subid='x'/>", wrong}});
}

TEST_CASE(
    "publishing with items that are missing, doubled, strange or too many [PS-PUB-11] [PS-PUB-13] "
    "[PS-PUB-14] [PS-PUB-15] [PS-PUB-30]") {
  const std::string big = "<publish node='node'><item><a xmlns='urn:a'>" + std::string(512, 'x') +
                          "</a></item></publish>";
  const std::string long_id = "<publish node='node'><item id='" + std::string(65, 'i') +
                              "'><a xmlns='urn:a'/></item></publish>";
  check(
      Space::ps,
      {{"set", "<publish node='node'/>", no_item},
       {"set", "<publish node='node'>text</publish>", no_item},
       {"set", "<publish node='node'><thing id='a'/></publish>", no_item},
       {"set", "<publish node='node'><item xmlns='urn:x'><a/></item></publish>", no_item},
       {"set", "<publish node='node'><item id='a'/></publish>",
        "modify bad-request payload-required"},
       {"set", "<publish node='node'><item> \n </item></publish>",
        "modify bad-request payload-required"},
       {"set", "<publish node='node'><item><a xmlns='urn:a'/><b xmlns='urn:b'/></item></publish>",
        "modify bad-request invalid-payload"},
       {"set", "<publish node='node'><item>to be</item></publish>",
        "modify bad-request invalid-payload"},
       {"set", "<publish node='node'><item>to<a xmlns='urn:a'/>be</item></publish>",
        "modify bad-request invalid-payload"},
       {"set",
        "<publish node='node'><item id='a'><a xmlns='urn:a'/></item><item id='a'><a xmlns='urn:a'/>"
        "</item></publish>",
        bad},
       {"set",
        "<publish node='node'><item><a xmlns='urn:a'/></item><item><a xmlns='urn:a'/></item><item>"
        "<a xmlns='urn:a'/></item><item><a xmlns='urn:a'/></item></publish>",
        not_acceptable},
       {"set", big, "modify not-acceptable payload-too-big"},
       {"set", long_id, not_acceptable}});
}

TEST_CASE("publish-options without a form, or with a wrong one [PS-PO-03] [PS-PO-04]") {
  constexpr std::string_view precondition = "cancel conflict precondition-not-met";
  const auto answer = [](std::string_view options) {
    return Service().asked(Space::ps, "set",
                           "<publish node='node'><item><a xmlns='urn:a'/></item></publish>"
                           "<publish-options>" +
                               std::string(options) + "</publish-options>");
  };
  const auto form = [&](std::string_view type, std::string_view form_type,
                        std::string_view fields) {
    std::string text = "<x xmlns='jabber:x:data' type='" + std::string(type) + "'>";
    if (!form_type.empty()) {
      text += "<field var='FORM_TYPE' type='hidden'><value>" + std::string(form_type) +
              "</value></field>";
    }
    return answer(text + std::string(fields) + "</x>");
  };
  constexpr std::string_view right = "http://jabber.org/protocol/pubsub#publish-options";
  CHECK(form("submit", right, "") == "ok");
  CHECK(answer("") == bad);
  CHECK(answer("<x xmlns='jabber:x:data'/>") == bad);
  CHECK(answer("<x xmlns='urn:x' type='submit'/>") == bad);
  CHECK(form("submit", "", "") == bad);
  CHECK(form("submit", "http://jabber.org/protocol/pubsub#node_config", "") == bad);
  for (const std::string_view type : {"form", "result", "cancel", "odd"}) {
    CHECK(form(type, right, "") == bad);
  }
  CHECK(form("submit", right, "<field var='pubsub#odd'><value>1</value></field>") == precondition);
  CHECK(form("submit", right, "<field var='access_model'><value>open</value></field>") ==
        precondition);
  CHECK(form("submit", right,
             "<field var='pubsub#access_model'><value>whitelist</value></field>") == precondition);
}

TEST_CASE(
    "retrieving with wrong ids, numbers, pages and orders [PS-ITEM-04] [PS-ITEM-06] [PS-ITEM-27] "
    "[PS-ITEM-32]") {
  for (const std::string_view number : {"0", "-1", " ", "1.5", "ten", "99999999999", "+1"}) {
    CAPTURE(number);
    CHECK(Service().asked(Space::ps, "get",
                          "<items node='node' max_items='" + std::string(number) + "'/>") == bad);
  }
  check(Space::ps,
        {{"get", "<items node='node'><item/></items>", no_item},
         {"get", "<items node='node'><item id=''/></items>", no_item},
         {"get",
          "<items node='node'><item id='a'/><item id='b'/><item id='c'/><item id='d'/></items>",
          not_acceptable}});
  const auto beside = [](std::string_view child) {
    return Service().asked(Space::ps, "get", "<items node='node'/>" + std::string(child));
  };
  for (const std::string_view inside :
       {"<max>-1</max>", "<max>ten</max>", "<max/>", "<max>1.5</max>", "<index>-1</index>",
        "<index>x</index>", "<after>i</after><before>i</before>",
        "<index>0</index><after>i</after>"}) {
    CAPTURE(inside);
    CHECK(beside("<set xmlns='http://jabber.org/protocol/rsm'>" + std::string(inside) + "</set>") ==
          bad);
  }
  for (const std::string_view order :
       {"by='colour'", "", "by=''", "by='creation' desc='perhaps'"}) {
    CAPTURE(order);
    CHECK(beside("<order xmlns='urn:xmpp:order-by:1' " + std::string(order) + "/>") == bad);
  }
}

TEST_CASE(
    "retracting without items, without ids, too many, or with a strange wish "
    "[PS-RET-05] [PS-RET-06] [PS-GEN-08]") {
  check(Space::ps,
        {{"set", "<retract node='node'/>", no_item},
         {"set", "<retract node='node'><item/></retract>", no_item},
         {"set", "<retract node='node'><item id='i'/><item id=''/></retract>", no_item},
         {"set", "<retract node='node'><item xmlns='urn:x' id='i'/></retract>", no_item},
         {"set", "<retract node='node'><item id='none'/></retract>", not_found},
         {"set", "<retract node='node'><item id='i'/><item id='none'/></retract>", not_found},
         {"set", "<retract node='node' notify='yes'><item id='i'/></retract>", bad},
         {"set", "<retract node='node' notify=''><item id='i'/></retract>", bad},
         {"set",
          "<retract node='node'><item id='a'/><item id='b'/><item id='c'/><item id='d'/></retract>",
          not_acceptable}});
}

}  // namespace stoa::pubsub
