#include <array>
#include <string>

#include <stoa/stanza/error.hpp>
#include <stoa/xml/write.hpp>

#include "unit/stanza/support.hpp"

using namespace stoa;

namespace {

struct Row {
  Condition condition;
  std::string_view token;
};

constexpr std::array rows = {
    Row{Condition::bad_request, "bad-request"},
    Row{Condition::conflict, "conflict"},
    Row{Condition::feature_not_implemented, "feature-not-implemented"},
    Row{Condition::forbidden, "forbidden"},
    Row{Condition::gone, "gone"},
    Row{Condition::internal_server_error, "internal-server-error"},
    Row{Condition::item_not_found, "item-not-found"},
    Row{Condition::jid_malformed, "jid-malformed"},
    Row{Condition::not_acceptable, "not-acceptable"},
    Row{Condition::not_allowed, "not-allowed"},
    Row{Condition::not_authorized, "not-authorized"},
    Row{Condition::payment_required, "payment-required"},
    Row{Condition::policy_violation, "policy-violation"},
    Row{Condition::recipient_unavailable, "recipient-unavailable"},
    Row{Condition::redirect, "redirect"},
    Row{Condition::registration_required, "registration-required"},
    Row{Condition::remote_server_not_found, "remote-server-not-found"},
    Row{Condition::remote_server_timeout, "remote-server-timeout"},
    Row{Condition::resource_constraint, "resource-constraint"},
    Row{Condition::service_unavailable, "service-unavailable"},
    Row{Condition::subscription_required, "subscription-required"},
    Row{Condition::undefined_condition, "undefined-condition"},
    Row{Condition::unexpected_request, "unexpected-request"},
};

std::string reply(std::string_view request, const StanzaError& error, std::string_view by = {}) {
  return xml::to_string(error_reply(stanza_of(request), error, by), ns::client);
}

const StanzaError plain(ErrorType::cancel, Condition::item_not_found, "XEP-0060 6.1.3.12");
const std::string plain_xml =
    "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";

}  // namespace

TEST_CASE("each condition has its token") {
  for (const Row& row : rows) {
    CHECK(token(row.condition) == row.token);
    CHECK(condition_of(row.token) == row.condition);
  }
  CHECK_FALSE(condition_of("text"));
  CHECK_FALSE(condition_of(""));
}

TEST_CASE("each error type has its token") {
  CHECK(token(ErrorType::auth) == "auth");
  CHECK(token(ErrorType::cancel) == "cancel");
  CHECK(token(ErrorType::continue_) == "continue");
  CHECK(token(ErrorType::modify) == "modify");
  CHECK(token(ErrorType::wait) == "wait");
}

TEST_CASE("an iq error repeats the request's child before the error [PS-GEN-15]") {
  CHECK(reply("<iq from='U@a/r' to='s' type='get' id='1'>\n<q xmlns='u' a='1'><i/></q>\n</iq>",
              plain) == "<iq from='s' to='u@a/r' type='error' id='1'><q xmlns='u' a='1'><i/></q>" +
                            plain_xml + "</iq>");
  CHECK(reply("<iq from='a' to='s' type='get' id='1'/>", plain) ==
        "<iq from='s' to='a' type='error' id='1'>" + plain_xml + "</iq>");
}

TEST_CASE("of a child above 8 KiB only the start tag is repeated [PS-GEN-15]") {
  const auto request = [](std::size_t bytes) {
    return "<iq from='a' to='s' type='set' id='1'><q xmlns='u' n='1'>" + std::string(bytes, 'x') +
           "</q></iq>";
  };
  const std::size_t frame = std::string("<q xmlns='u' n='1'></q>").size();
  CHECK(reply(request(8192 - frame), plain).find("xxx") != std::string::npos);
  CHECK(reply(request(8193 - frame), plain) ==
        "<iq from='s' to='a' type='error' id='1'><q xmlns='u' n='1'/>" + plain_xml + "</iq>");
}

TEST_CASE("a presence error repeats the muc child only") {
  CHECK(reply("<presence from='a/b' to='r@s/n' id='1'><show>away</show>"
              "<x xmlns='http://jabber.org/protocol/muc'><password>p</password></x>"
              "<c xmlns='http://jabber.org/protocol/caps'/></presence>",
              plain, "r@s") ==
        "<presence from='r@s/n' to='a/b' type='error' id='1'>"
        "<x xmlns='http://jabber.org/protocol/muc'><password>p</password></x>"
        "<error by='r@s' type='cancel'>"
        "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>");
}

TEST_CASE("a message error repeats all children, but never an error") {
  CHECK(
      reply("<message from='a' to='s' type='chat'>x<body>b</body><error/><y xmlns='u'/></message>",
            plain) == "<message from='s' to='a' type='error'><body>b</body><y xmlns='u'/>" +
                          plain_xml + "</message>");
}

TEST_CASE("the defined condition comes first, then text, then the application's") {
  const StanzaError error =
      StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0060 7.2.3.3", "No node.")
          .with(xml::Element("nodeid-required", ns::pubsub_errors));
  CHECK(reply("<iq from='a' to='s' type='set' id='1'/>", error) ==
        "<iq from='s' to='a' type='error' id='1'><error type='modify'>"
        "<bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
        "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>No node.</text>"
        "<nodeid-required xmlns='http://jabber.org/protocol/pubsub#errors'/></error></iq>");
}

TEST_CASE("gone and redirect carry an address") {
  StanzaError gone(ErrorType::cancel, Condition::gone, "XEP-0045 10.9");
  gone.uri = "xmpp:other@s?join";
  CHECK(reply("<iq from='a' to='s' type='get' id='1'/>", gone) ==
        "<iq from='s' to='a' type='error' id='1'><error type='cancel'>"
        "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:other@s?join</gone></error></iq>");
}

TEST_CASE("the condition of an error that came in is read") {
  for (const Row& row : rows) {
    const Stanza error = stanza_of(
        "<message from='a' to='s' type='error'><body/><error><text "
        "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><" +
        std::string(row.token) +
        " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    CHECK(condition_of(error) == row.condition);
  }
  CHECK_FALSE(condition_of(stanza_of("<message from='a' to='s' type='error'/>")));
  CHECK_FALSE(
      condition_of(stanza_of("<iq from='a' to='s' type='error'><error><gone "
                             "xmlns='u'/></error></iq>")));
}

TEST_CASE("texts follow the request's language where there is a translation [MUC-COMP-08]") {
  const StanzaError full(ErrorType::wait, Condition::service_unavailable, "XEP-0045 7.2.9",
                         "The room is full");
  const StanzaError rare(ErrorType::wait, Condition::service_unavailable, "none",
                         "This sentence stands nowhere else");
  const auto text_of = [](const std::string& lang, const StanzaError& error) {
    const std::string attribute = lang.empty() ? "" : " xml:lang='" + lang + "'";
    const std::string said = reply("<presence from='a@b/c' to='r@s/n'" + attribute + "/>", error);
    return said.substr(said.find("<text"), said.find("</text>") - said.find("<text"));
  };
  const auto ends_with = [](const std::string& said, std::string_view lang, std::string_view text) {
    return said.find("xml:lang='" + std::string(lang) + "'") != std::string::npos &&
           said.ends_with(">" + std::string(text));
  };
  for (const char* lang : {"de", "DE", "de-AT"}) {
    CAPTURE(lang);
    CHECK(ends_with(text_of(lang, full), "de", "Der Raum ist voll"));
    CHECK(ends_with(text_of(lang, rare), "en", "This sentence stands nowhere else"));
  }
  for (const char* lang : {"", "en", "fr", "dem"}) {
    CAPTURE(lang);
    CHECK(ends_with(text_of(lang, full), "en", "The room is full"));
  }
}
