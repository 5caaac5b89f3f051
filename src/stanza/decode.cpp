#include <stoa/stanza/namespaces.hpp>
#include <stoa/stanza/stanza.hpp>

namespace stoa {

namespace {

std::optional<StanzaKind> kind_of(const xml::Element& element) {
  if (element.ns() != ns::client && element.ns() != ns::component) return std::nullopt;
  if (element.name() == "iq") return StanzaKind::iq;
  if (element.name() == "message") return StanzaKind::message;
  if (element.name() == "presence") return StanzaKind::presence;
  return std::nullopt;
}

}  // namespace

Result<Stanza, DecodeFault> decode_stanza(xml::Element element) {
  const auto kind = kind_of(element);
  if (!kind) return DecodeFault::not_a_stanza;
  auto from = Jid::parse(element.attr_or("from", {}));
  if (!from) return DecodeFault::bad_from;
  auto to = Jid::parse(element.attr_or("to", {}));
  if (!to) return DecodeFault::bad_to;
  Stanza stanza;
  stanza.kind = *kind;
  stanza.type = element.attr_or("type", {});
  stanza.id = element.attr_or("id", {});
  stanza.from = std::move(*from);
  stanza.to = std::move(*to);
  stanza.lang = element.lang().value_or(std::string_view());
  stanza.element = std::move(element);
  static const xml::NamespaceName client(ns::client);
  stanza.element.rename_ns(ns::component, client);
  return stanza;
}

}  // namespace stoa
