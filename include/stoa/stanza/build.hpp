#pragma once

#include <string_view>

#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/stanza/stanza.hpp>
#include <stoa/xml/element.hpp>

/// Elements that most answers are made of. All stanzas stand in jabber:client.
namespace stoa::build {

/// Attributes of a stanza; those that are empty are not written. References live for the call only.
struct Envelope {
  const Jid& from;
  const Jid& to;
  std::string_view type = {};
  std::string_view id = {};
};

xml::Element stanza(std::string_view name, const Envelope& envelope);
xml::Element iq(const Envelope& envelope);
xml::Element message(const Envelope& envelope);
xml::Element presence(const Envelope& envelope);

/// The empty result of an iq request: same id, from and to swapped (RFC 6120, 8.2.3).
xml::Element iq_result(const Stanza& request);
/// The result with a payload.
xml::Element iq_result(const Stanza& request, xml::Element payload);

/// `<name xmlns='ns'>text</name>`.
xml::Element text_element(std::string_view name, std::string_view ns, std::string_view text);
/// `<body>text</body>` and the like, in jabber:client.
xml::Element text_element(std::string_view name, std::string_view text);

/// `<delay/>` (XEP-0203); `from` is who held the stanza back, `reason` may be empty.
xml::Element delay(const Jid& from, Timestamp stamp, std::string_view reason = {});
/// `<stanza-id/>` (XEP-0359, 3).
xml::Element stanza_id(const Jid& by, std::string_view id);
/// `<occupant-id/>` (XEP-0421).
xml::Element occupant_id(std::string_view id);
/// `<forwarded/>` (XEP-0297) around a stanza of jabber:client, with the time it was sent.
xml::Element forwarded(xml::Element delay, xml::Element stanza);
/// `<store/>`, `<no-store/>`, `<no-copy/>` ... (XEP-0334).
xml::Element hint(std::string_view name);

}  // namespace stoa::build
