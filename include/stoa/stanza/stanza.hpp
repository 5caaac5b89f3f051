#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <stoa/base/result.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/xml/element.hpp>

namespace stoa {

enum class StanzaKind { iq, message, presence };

/// How a server handed over a request that was addressed to one of its users (XEP-0355, 4.3). The
/// answer goes back in the same wrapping.
struct Delegation {
  Jid server = {};
  Jid component = {};  ///< to which it was handed
  std::string id = {};
  std::string ns = {};  ///< of the wrapping
};

/// One stanza as it came over a link: the envelope prepared, the content as it was. Its element and
/// first-level children stand in jabber:client, whatever the stream's default namespace was.
struct Stanza {
  StanzaKind kind = StanzaKind::message;
  std::string type;  ///< as written; empty where absent
  std::string id;    ///< empty where absent
  Jid from;
  Jid to;
  std::string lang;  ///< xml:lang of the stanza, empty where absent
  xml::Element element;
  std::shared_ptr<const Delegation> delegation = {};  ///< null where it came by itself

  bool is_iq_request() const { return kind == StanzaKind::iq && (type == "get" || type == "set"); }
  bool is_error() const { return type == "error"; }
  /// First child element, nullptr where there is none (an iq request has exactly one).
  const xml::Element* payload() const { return element.first_child(); }
};

/// Why an element is no stanza that anybody could answer or act on. `not_a_stanza`: the link closes
/// (unsupported-stanza-type). The others: dropped and logged, for nobody can be told.
enum class DecodeFault { not_a_stanza, bad_from, bad_to };

/// Reads the envelope of one stream-level element; `jabber:component:accept` becomes
/// `jabber:client`.
Result<Stanza, DecodeFault> decode_stanza(xml::Element element);

}  // namespace stoa
