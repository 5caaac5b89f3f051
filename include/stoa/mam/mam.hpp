#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/base/time.hpp>
#include <stoa/forms/form.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/rsm/order.hpp>
#include <stoa/rsm/rsm.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/stanza/stanza.hpp>
#include <stoa/xml/element.hpp>

/// Message archives (XEP-0313, with XEP-0431 and XEP-0413), as rooms and nodes share them.
namespace stoa::mam {

inline constexpr std::string_view fulltext_field = "{urn:xmpp:fulltext:0}fulltext";

/// What an archive can do beyond XEP-0313.
struct Offer {
  bool fulltext = false;  ///< XEP-0431
  bool order_by = false;  ///< XEP-0413; where it is not offered, `<order/>` is ignored
  /// What a form field that nobody knows gets (XEP-0313, 4.1.5).
  Condition unknown_field = Condition::feature_not_implemented;
};

/// An archive query (iq set). Both ends of the time span are part of it.
struct Query {
  std::string queryid = {};  ///< empty for none
  std::string node = {};     ///< empty for none
  std::optional<Jid> with = {};
  std::optional<Timestamp> start = {};
  std::optional<Timestamp> end = {};
  std::optional<std::string> before_id = {};
  std::optional<std::string> after_id = {};
  std::vector<std::string> ids = {};
  std::optional<std::string> fulltext = {};
  std::vector<rsm::Order> order = {};
  rsm::Request page = {};
  bool flip_page = false;  ///< the entries of the page are sent in reverse; the page stays the same

  friend bool operator==(const Query&, const Query&) = default;
};

/// The form of a query is wanted (iq get).
struct FormRequest {
  std::string node = {};
};

/// The ends of the archive are wanted (iq get).
struct MetadataRequest {
  std::string node = {};
};

using Request = std::variant<Query, FormRequest, MetadataRequest>;

/// Reads an iq request whose payload is in urn:xmpp:mam:2. A bad time, a bad form or a bad `<set/>`
/// is modify/bad-request, a bad JID modify/jid-malformed, an unknown form field as the offer says;
/// archive preferences are cancel/feature-not-implemented, anything else modify/bad-request.
Result<Request, StanzaError> decode(const Stanza& request, const Offer& offer);

/// `<query><x type='form'/></query>`, the answer to a FormRequest.
xml::Element encode_form(const Offer& offer, std::string_view node = {});

/// One entry as it is sent: `message` is the archived stanza in jabber:client, as the asker may see
/// it.
struct Entry {
  std::string id = {};
  Timestamp stamp = {};
  xml::Element message = {};
};

/// `<message><result queryid id><forwarded><delay stamp/>...`, without from, to and id.
xml::Element encode_result(std::string_view queryid, Entry entry);

/// `<fin complete?><set/></fin>`: complete exactly where the page reaches the end in the direction
/// asked.
enum class Completeness { partial, complete };
xml::Element encode_fin(const rsm::ResultSet& set, Completeness completeness);

/// One end of an archive.
struct Edge {
  std::string id = {};
  Timestamp stamp = {};
};
struct Metadata {
  Edge start = {};
  Edge end = {};
};
/// `<metadata/>`, empty for an empty archive.
xml::Element encode_metadata(const std::optional<Metadata>& metadata);

/// What service discovery lists where there is such an archive.
std::vector<std::string> features(const Offer& offer);

}  // namespace stoa::mam
