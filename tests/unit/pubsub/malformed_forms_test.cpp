#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "unit/pubsub/asked.hpp"

/// What can be wrong with forms, with lists of entities, and with requests outside of `<pubsub/>`.

namespace stoa::pubsub {

namespace {

using namespace asked;

constexpr std::string_view node_config = "http://jabber.org/protocol/pubsub#node_config";
constexpr std::string_view subscribe_options =
    "http://jabber.org/protocol/pubsub#subscribe_options";
constexpr std::string_view authorization =
    "http://jabber.org/protocol/pubsub#subscribe_authorization";

std::string field(std::string_view var, std::string_view value) {
  return "<field var='" + std::string(var) + "'><value>" + std::string(value) + "</value></field>";
}

std::string form(std::string_view type, std::string_view form_type, std::string_view fields = {}) {
  std::string text = "<x xmlns='jabber:x:data' type='" + std::string(type) + "'>";
  if (!form_type.empty()) text += field("FORM_TYPE", form_type);
  return text + std::string(fields) + "</x>";
}

/// Wrong whatever the request: no form, one of another type, one for something else.
std::vector<std::string> wrong_forms(std::string_view form_type) {
  return {"",
          "<x xmlns='urn:example:x' type='submit'/>",
          "<x xmlns='jabber:x:data'/>",
          form("form", form_type),
          form("result", form_type),
          form("odd", form_type),
          form("submit", "http://jabber.org/protocol/muc#roomconfig"),
          form("submit", form_type, field("pubsub#title", "a") + field("pubsub#title", "b"))};
}

struct Value {
  std::string_view var;
  std::string_view value;
  std::string_view answer;
};

constexpr std::string_view no_such_model = "modify not-acceptable unsupported-access-model";
constexpr std::string_view bad_kinship = "cancel not-allowed invalid-options";

/// Values of the configuration that cannot be, with the answer to create and configure alike.
constexpr Value bad_values[] = {
    {"pubsub#access_model", "anybody", no_such_model},
    {"pubsub#access_model", "", no_such_model},
    {"pubsub#access_model", "presence", no_such_model},
    {"pubsub#publish_model", "nobody", not_acceptable},
    {"pubsub#persist_items", "yes", not_acceptable},
    {"pubsub#persist_items", "", not_acceptable},
    {"pubsub#deliver_payloads", "TRUE", not_acceptable},
    {"pubsub#max_items", "-1", not_acceptable},
    {"pubsub#max_items", "many", not_acceptable},
    {"pubsub#max_items", "1.5", not_acceptable},
    {"pubsub#max_items", "100001", not_acceptable},
    {"pubsub#max_items", "99999999999999999999", not_acceptable},
    {"pubsub#item_expire", "0", not_acceptable},
    {"pubsub#item_expire", "soon", not_acceptable},
    {"pubsub#max_payload_size", "0", not_acceptable},
    {"pubsub#max_payload_size", "max", not_acceptable},
    {"pubsub#send_last_published_item", "always", not_acceptable},
    {"pubsub#notification_type", "chat", not_acceptable},
    {"pubsub#itemreply", "somebody", not_acceptable},
    {"pubsub#publish_node_full", "explode", not_acceptable},
    {"pubsub#contact", "@", not_acceptable},
    {"pubsub#language", "not a language", not_acceptable},
    {"pubsub#node_type", "twig", not_acceptable},
    {"pubsub#collection", "none", not_found},
};

}  // namespace

TEST_CASE(
    "subscribing with options that are wrong or stand in the wrong place "
    "[PS-SUB-33] [PS-SUB-34] [PS-OPT-07]") {
  const std::string subscribe = "<subscribe node='node' jid='hamlet@denmark.lit'/>";
  const auto answer = [](const std::string& inner) {
    return Service().asked(Space::ps, "set", inner);
  };
  const std::string empty = form("submit", subscribe_options);
  CHECK(answer(subscribe + "<options>" + empty + "</options>") == "ok");
  CHECK(answer("<options>" + empty + "</options>" + subscribe) == bad);
  CHECK(answer(subscribe + "<options node='node'>" + empty + "</options>") == bad);
  CHECK(answer(subscribe + "<options jid='hamlet@denmark.lit'>" + empty + "</options>") == bad);
  CHECK(answer(subscribe + "<options>" + form("cancel", subscribe_options) + "</options>") == bad);
  for (const std::string& wrong : wrong_forms(subscribe_options)) {
    CAPTURE(wrong);
    CHECK(answer(subscribe + "<options>" + wrong + "</options>") == bad);
  }
}

TEST_CASE(
    "options that cannot be, together with the subscription and alone "
    "[PS-SUB-34] [PS-OPT-07]") {
  const Value values[] = {
      {"pubsub#deliver", "perhaps", bad_options},
      {"pubsub#deliver", "", bad_options},
      {"pubsub#expire", "yesterday", bad_options},
      {"pubsub#expire", "2020-01-01T00:00:00Z", bad_options},
      {"pubsub#expire", "2026-02-30T00:00:00Z", bad_options},
      {"pubsub#show-values", "hungry", bad_options},
      {"pubsub#include_body", "2", bad_options},
      {"pubsub#subscription_type", "items", bad_options},
      {"pubsub#subscription_depth", "all", bad_options},
  };
  for (const Value& each : values) {
    CAPTURE(each.var);
    CAPTURE(each.value);
    const std::string wrong = form("submit", subscribe_options, field(each.var, each.value));
    const std::string own = " node='node' jid='hamlet@denmark.lit'";
    CHECK(Service().asked(Space::ps, "set",
                          "<subscribe node='node' jid='hamlet@denmark.lit/pda'/><options>" + wrong +
                              "</options>") == each.answer);
    CHECK(Service().asked(Space::ps, "set", "<options" + own + ">" + wrong + "</options>") ==
          each.answer);
  }
  for (const std::string& wrong : wrong_forms(subscribe_options)) {
    CAPTURE(wrong);
    CHECK(Service().asked(
              Space::ps, "set",
              "<options node='node' jid='hamlet@denmark.lit'>" + wrong + "</options>") == bad);
  }
}

TEST_CASE(
    "creating twice, elsewhere, or with a configuration that is wrong or in the wrong place "
    "[PS-CRE-03] [PS-CRE-08] [PS-CRE-09] [PS-CRE-10] [PS-CRE-11]") {
  check(Space::ps, {{"set", "<create node='node'/>", "cancel conflict"},
                    {"set", "<configure/><create node='new'/>", bad},
                    {"set", "<create node='new'/><configure node='new'/>", bad},
                    {"set", "<create node='new'/><configure/>", "ok"},
                    {"set", "<create node='new'/><options/>", bad},
                    {"set", "<create/><configure/><configure/>", bad}});
  const auto answer = [](const std::string& inner) {
    return Service().asked(Space::ps, "set",
                           "<create node='new'/><configure>" + inner + "</configure>");
  };
  CHECK(answer(form("submit", "")) == "ok");
  for (const std::string& wrong : wrong_forms(node_config)) {
    CAPTURE(wrong);
    if (!wrong.empty()) CHECK(answer(wrong) == bad);
  }
  CHECK(answer(form("cancel", node_config)) == bad);
}

TEST_CASE(
    "values of the configuration that cannot be, at creation and later "
    "[PS-CRE-10] [PS-CRE-11] [PS-CFG-06] [PS-GEN-08]") {
  for (const Value& each : bad_values) {
    CAPTURE(each.var);
    CAPTURE(each.value);
    const std::string wrong = form("submit", node_config, field(each.var, each.value));
    CHECK(Service().asked(Space::ps, "set",
                          "<create node='new'/><configure>" + wrong + "</configure>") ==
          each.answer);
    CHECK(Service().asked(Space::pso, "set", "<configure node='node'>" + wrong + "</configure>") ==
          each.answer);
  }
  const Value of_collections[] = {
      {"pubsub#children_max", "-1", not_acceptable},
      {"pubsub#children_max", "many", not_acceptable},
      {"pubsub#children_association_policy", "strangers", not_acceptable},
      {"pubsub#children_association_whitelist", "@", not_acceptable},
  };
  for (const Value& each : of_collections) {
    CAPTURE(each.var);
    const std::string fields =
        field("pubsub#node_type", "collection") + field(each.var, each.value);
    CHECK(Service().asked(Space::ps, "set",
                          "<create node='new'/><configure>" + form("submit", node_config, fields) +
                              "</configure>") == each.answer);
  }
}

TEST_CASE(
    "configuring without a form or with a wrong one, defaults of what there is not "
    "[PS-CFG-04] [PS-CFG-05]") {
  const auto answer = [](const std::string& inner) {
    return Service().asked(Space::pso, "set", "<configure node='node'>" + inner + "</configure>");
  };
  CHECK(answer(form("cancel", node_config)) == "ok");
  CHECK(answer(form("submit", node_config, field("pubsub#odd", "1"))) == "ok");
  for (const std::string& wrong : wrong_forms(node_config)) {
    CAPTURE(wrong);
    CHECK(answer(wrong) == bad);
  }
  CHECK(Service().asked(Space::pso, "get", "<default type='collection'/>") == "ok");
  CHECK(Service().asked(Space::pso, "get", "<default type='twig'/>") == bad);
  CHECK(Service().asked(Space::pso, "get", "<default type=''/>") == bad);
}

TEST_CASE("deleting with an address that is none [PS-DEL-05]") {
  check(Space::pso, {{"set", "<delete node='node'><redirect/></delete>", bad},
                     {"set", "<delete node='node'><redirect uri=''/></delete>", bad},
                     {"set", "<delete node='node'><redirect uri='xmpp:a&#9;b'/></delete>", bad},
                     {"set", "<delete node='node'><redirect uri='xmpp:a&#x7f;b'/></delete>", bad},
                     {"set", "<delete node='node'><redirect uri='xmpp:a'/></delete>", "ok"}});
}

TEST_CASE(
    "changes of subscriptions that are empty, unclear, unknown or too many "
    "[PS-OSUB-06] [PS-OSUB-08]") {
  const auto answer = [](const std::string& inner) {
    return Service().asked(Space::pso, "set",
                           "<subscriptions node='node'>" + inner + "</subscriptions>");
  };
  const auto entry = [](std::string_view jid, std::string_view state) {
    return "<subscription jid='" + std::string(jid) + "' subscription='" + std::string(state) +
           "'/>";
  };
  constexpr std::string_view partly = "partly modify not-acceptable";
  CHECK(answer("") == bad);
  CHECK(answer("<subscription xmlns='urn:x' jid='a@denmark.lit' subscription='none'/>") == bad);
  CHECK(answer("<subscription jid='hamlet@denmark.lit'/>") == "ok");
  CHECK(answer(entry("@", "subscribed")) == partly);
  CHECK(answer("<subscription subscription='subscribed'/>") == partly);
  CHECK(answer(entry("a@denmark.lit", "perhaps")) == partly);
  CHECK(answer(entry("a@denmark.lit", "")) == partly);
  CHECK(answer(entry("a@denmark.lit", "none")) == partly);
  CHECK(answer(entry("a@denmark.lit", "pending")) == partly);
  CHECK(answer(entry("A@denmark.lit", "subscribed") + entry("a@denmark.lit", "none")) == partly);
  CHECK(answer("<subscription jid='hamlet@denmark.lit' subid='x' subscription='none'/>") == partly);
  CHECK(answer(entry("a@denmark.lit", "none") + entry("b@denmark.lit", "none") +
               entry("c@denmark.lit", "none") + entry("d@denmark.lit", "none")) == not_acceptable);
}

TEST_CASE(
    "changes of affiliations that are empty, unclear, unknown or too many "
    "[PS-AFF-05] [PS-AFF-07]") {
  const auto answer = [](const std::string& inner) {
    return Service().asked(Space::pso, "set",
                           "<affiliations node='node'>" + inner + "</affiliations>");
  };
  const auto entry = [](std::string_view jid, std::string_view affiliation) {
    return "<affiliation jid='" + std::string(jid) + "' affiliation='" + std::string(affiliation) +
           "'/>";
  };
  constexpr std::string_view partly = "partly modify not-acceptable";
  CHECK(answer("") == bad);
  CHECK(answer("<affiliation xmlns='urn:x' jid='a@denmark.lit' affiliation='none'/>") == bad);
  CHECK(answer("<affiliation jid='a@denmark.lit'/>") == "ok");
  CHECK(answer(entry("@", "member")) == partly);
  CHECK(answer("<affiliation affiliation='member'/>") == partly);
  CHECK(answer(entry("a@denmark.lit", "king")) == partly);
  CHECK(answer(entry("a@denmark.lit", "")) == partly);
  CHECK(answer(entry("hamlet@denmark.lit", "none")) == partly);
  CHECK(answer(entry("a@denmark.lit", "member") + entry("a@denmark.lit/x", "outcast")) == bad);
  CHECK(answer(entry("a@denmark.lit", "member") + entry("b@denmark.lit", "member") +
               entry("c@denmark.lit", "member") + entry("d@denmark.lit", "member")) ==
        not_acceptable);
}

TEST_CASE(
    "associations without a node, without a word for it, with two "
    "[PS-COLL-08]") {
  check(
      Space::pso,
      {{"set", "<collection><associate node='node'/></collection>", no_node},
       {"set", "<collection node='c'/>", bad},
       {"set", "<collection node='c'><associate/></collection>", no_node},
       {"set", "<collection node='c'><associate node=''/></collection>", no_node},
       {"set", "<collection node='c'><marry node='node'/></collection>", bad},
       {"set", "<collection node='c'><associate xmlns='urn:x' node='node'/></collection>", bad},
       {"set", "<collection node='c'><associate node='node'/><associate node='node'/></collection>",
        bad},
       {"get", "<collection node='c'><associate node='node'/></collection>", bad},
       {"set", "<collection node='c'><associate node='node'/></collection>", not_found},
       {"set", "<collection node='node'><associate node='node'/></collection>", bad_kinship},
       {"set", "<collection node='c'><associate node='none'/></collection>", not_found},
       {"set", "<collection node='c'><dissociate node='node'/></collection>", not_found}});
}

TEST_CASE("discovery of the wrong type, and of what there is not [PS-DISC-14]") {
  for (const std::string_view kind : {"info", "items"}) {
    const auto query = [&](std::string_view type, std::string_view rest) {
      return Service().answer(type, "<query xmlns='http://jabber.org/protocol/disco#" +
                                        std::string(kind) + "' " + std::string(rest));
    };
    CAPTURE(kind);
    CHECK(query("get", "node='node'/>") == "ok");
    CHECK(query("set", "node='node'/>") == bad);
    CHECK(query("get", "node='none'/>") == not_found);
    CHECK(query("get", "node='no\xEE\x80\x80'/>") == not_found);
  }
  const auto paged = [](std::string_view inside) {
    return Service().answer("get",
                            "<query xmlns='http://jabber.org/protocol/disco#items' node='node'>"
                            "<set xmlns='http://jabber.org/protocol/rsm'>" +
                                std::string(inside) + "</set></query>");
  };
  CHECK(paged("<max>2</max>") == "ok");
  CHECK(paged("<max>-2</max>") == bad);
  CHECK(paged("<max>two</max>") == bad);
  CHECK(paged("<after>a</after><before>b</before>") == bad);
}

TEST_CASE("the command of pending subscriptions, asked for wrongly") {
  constexpr std::string_view bad_session = "modify bad-request bad-sessionid";
  constexpr std::string_view bad_action = "modify bad-request bad-action";
  constexpr std::string_view malformed_action = "modify bad-request malformed-action";
  Service service;
  const auto command = [&](std::string_view type, std::string_view rest,
                           std::string_view inner = {}) {
    return service.answer(type,
                          "<command xmlns='http://jabber.org/protocol/commands' "
                          "node='http://jabber.org/protocol/pubsub#get-pending' " +
                              std::string(rest) + ">" + std::string(inner) + "</command>");
  };
  CHECK(command("set", "") == "ok");
  CHECK(command("set", "action='execute'") == "ok");
  CHECK(command("get", "") == bad);
  CHECK(command("set", "action='dance'") == malformed_action);
  for (const std::string_view action : {"next", "prev", "complete", "cancel"}) {
    CHECK(command("set", "action='" + std::string(action) + "'") == bad_action);
  }
  CHECK(command("set", "sessionid='none'") == bad_session);
  CHECK(command("set", "sessionid='a.b' action='cancel'") == bad_session);
}

TEST_CASE("an archive asked for wrongly") {
  const auto query = [](std::string_view type, std::string_view rest) {
    return Service().answer(type, "<query xmlns='urn:xmpp:mam:2'" + std::string(rest));
  };
  const auto filtered = [&](std::string_view var, std::string_view value) {
    return query(
        "set", " node='node'>" + form("submit", "urn:xmpp:mam:2", field(var, value)) + "</query>");
  };
  CHECK(query("set", " node='node'/>") == "ok");
  CHECK(query("get", " node='node'/>") == "ok");
  CHECK(query("set", "/>") == no_node);
  CHECK(query("set", " node=''/>") == no_node);
  CHECK(query("set", " node='none'/>") == not_found);
  CHECK(filtered("start", "noon") == bad);
  CHECK(filtered("end", "2026-13-01T00:00:00Z") == bad);
  CHECK(filtered("with", "@") == "modify jid-malformed");
  CHECK(filtered("colour", "red") == bad);
  CHECK(filtered("before-id", "x") == not_found);
  CHECK(filtered("after-id", "x") == not_found);
  CHECK(filtered("ids", "x") == not_found);
  CHECK(query("set", " node='node'>" + form("form", "urn:xmpp:mam:2") + "</query>") == bad);
  CHECK(query("set", " node='node'>" + form("submit", "urn:xmpp:mam:1") + "</query>") == bad);
  CHECK(query("set",
              " node='node'><set xmlns='http://jabber.org/protocol/rsm'><max>x</max></set>"
              "</query>") == bad);
  CHECK(query("set",
              " node='node'><set xmlns='http://jabber.org/protocol/rsm'><after>x</after>"
              "</set></query>") == not_found);
  CHECK(query("set", " node='node'><order xmlns='urn:xmpp:order-by:1' by='x'/></query>") == bad);
  const std::string ids =
      "<field var='ids'><value>1-1</value><value>1-2</value><value>1-3</value>"
      "<value>1-4</value></field>";
  CHECK(query("set", " node='node'>" + form("submit", "urn:xmpp:mam:2", ids) + "</query>") ==
        not_acceptable);
  CHECK(Service().answer("set", "<metadata xmlns='urn:xmpp:mam:2' node='node'/>") == bad);
  CHECK(Service().answer("get", "<metadata xmlns='urn:xmpp:mam:2'/>") == no_node);
  CHECK(Service().answer("get", "<odd xmlns='urn:xmpp:mam:2' node='node'/>") == bad);
}

}  // namespace stoa::pubsub
