#include <doctest/doctest.h>

#include <stoa/mam/mam.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

using namespace stoa;
using namespace stoa::mam;

namespace {

Stanza iq(std::string_view type, std::string_view payload) {
  auto element = xml::parse("<iq xmlns='jabber:client' from='a@b/c' to='r@s' id='1' type='" +
                            std::string(type) + "'>" + std::string(payload) + "</iq>");
  REQUIRE(element.ok());
  auto stanza = decode_stanza(std::move(element).value());
  REQUIRE(stanza.ok());
  return std::move(stanza).value();
}

Result<Request, StanzaError> read(std::string_view content, const Offer& offer = {}) {
  return decode(iq("set", "<query xmlns='urn:xmpp:mam:2' queryid='q' node='n'>" +
                              std::string(content) + "</query>"),
                offer);
}

std::string form(std::string_view fields) {
  return "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'>"
         "<value>urn:xmpp:mam:2</value></field>" +
         std::string(fields) + "</x>";
}

std::string field(std::string_view var, std::string_view value) {
  return "<field var='" + std::string(var) + "'><value>" + std::string(value) + "</value></field>";
}

Query query(std::string_view content, const Offer& offer = {}) {
  auto request = read(content, offer);
  REQUIRE(request.ok());
  REQUIRE(std::holds_alternative<Query>(*request));
  return std::get<Query>(*request);
}

void check_refused(const Result<Request, StanzaError>& request, ErrorType type,
                   Condition condition) {
  REQUIRE_FALSE(request.ok());
  CHECK(request.error().type == type);
  CHECK(request.error().condition == condition);
}

}  // namespace

TEST_CASE("a query without a form asks for everything, here for the last page [APP-WEB-03]") {
  CHECK(query("") == Query{.queryid = "q", .node = "n"});
  const Query last =
      query("<set xmlns='http://jabber.org/protocol/rsm'><before/><max>50</max></set>");
  CHECK(last.page == rsm::Request{.max = 50, .before = ""});
}

TEST_CASE("every filter is read [PS-MAM-04] [MUC-MAM-08]") {
  const Query all = query(
      form(field("with", "Juliet@capulet.lit") + field("start", "2010-06-07T00:00:00Z") +
           field("end", "2010-07-07T15:23:54+02:00") + field("before-id", "b") +
           field("after-id", "a") + "<field var='ids'><value>1</value><value>2</value></field>") +
      "<flip-page/>");
  CHECK(all.with->str() == "juliet@capulet.lit");
  CHECK(format_xep0082(*all.start) == "2010-06-07T00:00:00Z");
  CHECK(format_xep0082(*all.end) == "2010-07-07T13:23:54Z");
  CHECK(all.before_id == "b");
  CHECK(all.after_id == "a");
  CHECK(all.ids == std::vector<std::string>{"1", "2"});
  CHECK(all.flip_page);
}

TEST_CASE("empty fields filter nothing") {
  CHECK(query(form("<field var='with'/>" + field("start", "") +
                   "<field var='ids'><value/></field>")) == query(""));
}

TEST_CASE("a bad time is a bad request [MUC-MAM-07]") {
  for (const char* var : {"start", "end"}) {
    check_refused(read(form(field(var, "yesterday"))), ErrorType::modify, Condition::bad_request);
  }
}

TEST_CASE("bad JIDs, forms and sets are refused") {
  check_refused(read(form(field("with", "@"))), ErrorType::modify, Condition::jid_malformed);
  check_refused(read("<x xmlns='jabber:x:data' type='form'/>"), ErrorType::modify,
                Condition::bad_request);
  check_refused(read("<x xmlns='jabber:x:data' type='cancel'/>"), ErrorType::modify,
                Condition::bad_request);
  check_refused(read("<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>other"
                     "</value></field></x>"),
                ErrorType::modify, Condition::bad_request);
  check_refused(read("<set xmlns='http://jabber.org/protocol/rsm'><max>x</max></set>"),
                ErrorType::modify, Condition::bad_request);
  check_refused(read(form("<field var='with'><value>a@b</value><value>c@d</value></field>")),
                ErrorType::modify, Condition::bad_request);
}

TEST_CASE("an unknown field is refused as the archive says [MUC-MAM-12]") {
  const std::string unknown = form(field("colour", "red"));
  check_refused(read(unknown), ErrorType::cancel, Condition::feature_not_implemented);
  check_refused(read(unknown, {.unknown_field = Condition::bad_request}), ErrorType::modify,
                Condition::bad_request);
}

TEST_CASE("full text is a field where it is offered [MUC-MAM-17]") {
  const std::string search = form(field(fulltext_field, "wherefore"));
  CHECK(query(search, {.fulltext = true}).fulltext == "wherefore");
  check_refused(read(search), ErrorType::cancel, Condition::feature_not_implemented);
}

TEST_CASE("an order is honoured where it is offered [MUC-MAM-18] [PS-MAM-08]") {
  const char* order = "<order xmlns='urn:xmpp:order-by:1' by='creation' desc='true'/>";
  CHECK(query(order, {.order_by = true}).order ==
        std::vector<rsm::Order>{{rsm::OrderKey::creation, rsm::Direction::descending}});
  CHECK(query(order).order.empty());
}

TEST_CASE("form and metadata are asked for with get; preferences are not there [MUC-MAM-19]") {
  const auto form_request = decode(iq("get", "<query xmlns='urn:xmpp:mam:2' node='n'/>"), {});
  REQUIRE(form_request.ok());
  CHECK(std::get<FormRequest>(*form_request).node == "n");
  const auto metadata = decode(iq("get", "<metadata xmlns='urn:xmpp:mam:2'/>"), {});
  REQUIRE(metadata.ok());
  CHECK(std::holds_alternative<MetadataRequest>(*metadata));
  check_refused(decode(iq("get", "<prefs xmlns='urn:xmpp:mam:2'/>"), {}), ErrorType::cancel,
                Condition::feature_not_implemented);
  check_refused(decode(iq("set", "<metadata xmlns='urn:xmpp:mam:2'/>"), {}), ErrorType::modify,
                Condition::bad_request);
}

TEST_CASE("the form offers every field and requires none [MUC-MAM-12]") {
  const xml::Element element = encode_form({.fulltext = true}, "n");
  CHECK(element.attr("node") == "n");
  const auto offered = forms::decode_form(*element.first_child());
  REQUIRE(offered.ok());
  CHECK(offered->form_type == "urn:xmpp:mam:2");
  std::vector<std::string> vars;
  for (const forms::Field& each : offered->fields) {
    CHECK_FALSE(each.required);
    vars.push_back(each.var);
  }
  CHECK(vars == std::vector<std::string>{"with", "start", "end", "before-id", "after-id", "ids",
                                         "{urn:xmpp:fulltext:0}fulltext"});
  CHECK(offered->find("ids")->validation->method == forms::Validation::Method::open);
}

TEST_CASE("an entry, the end and the ends are written [MUC-MAM-01] [MUC-MAM-11]") {
  const Timestamp stamp = *parse_xep0082("2010-07-10T23:08:25Z");
  Entry entry{.id = "28482", .stamp = stamp, .message = xml::Element("message", "jabber:client")};
  entry.message.set("from", "coven@chat.shakespeare.lit/firstwitch");
  CHECK(xml::to_string(encode_result("f27", std::move(entry)), "jabber:client") ==
        "<message><result xmlns='urn:xmpp:mam:2' queryid='f27' id='28482'>"
        "<forwarded xmlns='urn:xmpp:forward:0'>"
        "<delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:08:25Z'/>"
        "<message xmlns='jabber:client' from='coven@chat.shakespeare.lit/firstwitch'/>"
        "</forwarded></result></message>");
  CHECK(xml::to_string(encode_fin({.count = 0}, Completeness::complete)) ==
        "<fin xmlns='urn:xmpp:mam:2' complete='true'>"
        "<set xmlns='http://jabber.org/protocol/rsm'><count>0</count></set></fin>");
  CHECK_FALSE(encode_fin({}, Completeness::partial).attr("complete").has_value());
  CHECK(xml::to_string(encode_metadata(Metadata{{"a", stamp}, {"b", stamp}})) ==
        "<metadata xmlns='urn:xmpp:mam:2'><start id='a' timestamp='2010-07-10T23:08:25Z'/>"
        "<end id='b' timestamp='2010-07-10T23:08:25Z'/></metadata>");
  CHECK(xml::to_string(encode_metadata(std::nullopt)) == "<metadata xmlns='urn:xmpp:mam:2'/>");
}

TEST_CASE("features follow what the archive offers [PS-DISC-07] [PS-DISC-08]") {
  CHECK(features({}) == std::vector<std::string>{"urn:xmpp:mam:2", "urn:xmpp:mam:2#extended"});
  CHECK(features({.fulltext = true, .order_by = true}) ==
        std::vector<std::string>{"urn:xmpp:mam:2", "urn:xmpp:mam:2#extended", "urn:xmpp:fulltext:0",
                                 "urn:xmpp:order-by:1", "urn:xmpp:order-by:1@urn:xmpp:mam:2"});
}
