#include <stoa/stanza/build.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::build {

xml::Element stanza(std::string_view name, const Envelope& envelope) {
  xml::Element out(name, ns::client);
  out.reserve_attributes(4);
  const auto set = [&out](std::string_view attribute, std::string_view value) {
    if (!value.empty()) out.set(attribute, value);
  };
  set("from", envelope.from.str());
  set("to", envelope.to.str());
  set("type", envelope.type);
  set("id", envelope.id);
  return out;
}

xml::Element iq(const Envelope& envelope) {
  return stanza("iq", envelope);
}
xml::Element message(const Envelope& envelope) {
  return stanza("message", envelope);
}
xml::Element presence(const Envelope& envelope) {
  return stanza("presence", envelope);
}

xml::Element iq_result(const Stanza& request) {
  return iq({request.to, request.from, "result", request.id});
}

xml::Element iq_result(const Stanza& request, xml::Element payload) {
  return iq_result(request).with(std::move(payload));
}

xml::Element text_element(std::string_view name, std::string_view ns, std::string_view text) {
  return xml::Element(name, ns).text(text);
}

xml::Element text_element(std::string_view name, std::string_view text) {
  return text_element(name, ns::client, text);
}

xml::Element delay(const Jid& from, Timestamp stamp, std::string_view reason) {
  return xml::Element("delay", ns::delay)
      .set("from", from.str())
      .set("stamp", format_xep0082(stamp))
      .text(reason);
}

xml::Element stanza_id(const Jid& by, std::string_view id) {
  return xml::Element("stanza-id", ns::sid).set("by", by.str()).set("id", id);
}

xml::Element occupant_id(std::string_view id) {
  return xml::Element("occupant-id", ns::occupant_id).set("id", id);
}

xml::Element forwarded(xml::Element delay, xml::Element stanza) {
  return xml::Element("forwarded", ns::forward).with(std::move(delay)).with(std::move(stanza));
}

xml::Element hint(std::string_view name) {
  return xml::Element(name, ns::hints);
}

}  // namespace stoa::build
