#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/forms/form.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/rsm/rsm.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/stanza/stanza.hpp>
#include <stoa/xml/element.hpp>

/// Service discovery (XEP-0030) with extended information (XEP-0128).
namespace stoa::disco {

struct Identity {
  std::string category = {};
  std::string type = {};
  std::string name = {};  ///< empty for none
  std::string lang = {};  ///< empty for none

  friend bool operator==(const Identity&, const Identity&) = default;
};

struct Info {
  std::string node = {};  ///< as asked; empty for none
  std::vector<Identity> identities = {};
  std::vector<std::string> features = {};
  std::vector<forms::Form> forms = {};

  /// Adds a feature unless it is there.
  void add_feature(std::string_view name);
  void add_features(const std::vector<std::string>& names);
  bool has_feature(std::string_view name) const;
};

/// Adds what `other` has and `into` lacks: one address that hosts several services answers as one.
/// Forms of the same FORM_TYPE become one, the fields of `into` first.
void merge(Info& into, const Info& other);

struct Item {
  Jid jid = {};
  std::string node = {};  ///< empty for none
  std::string name = {};  ///< empty for none

  friend bool operator==(const Item&, const Item&) = default;
};

struct Items {
  std::string node = {};  ///< as asked; empty for none
  std::vector<Item> items = {};
  std::optional<rsm::ResultSet> set = {};
};

/// `<query/>` with its content, in the order identities, features, forms; disco#info and
/// disco#items.
xml::Element encode(const Info& info);
xml::Element encode(const Items& items);

/// A request for one of the two.
struct Query {
  enum class Kind { info, items } kind = Kind::info;
  std::string node = {};                  ///< empty where absent
  std::optional<rsm::Request> page = {};  ///< of a request for items
  const xml::Element* payload = nullptr;  ///< the `<query/>`; valid while the stanza is
};

/// Reads an iq get that holds a disco query: nullopt where it is none. A bad `<set/>` is a refusal;
/// so is a disco query in an iq set (modify/bad-request).
std::optional<Result<Query, StanzaError>> decode(const Stanza& request);

/// The node that was asked for is unknown: cancel/item-not-found (XEP-0030, 7).
StanzaError unknown_node();

/// The string whose hash is the verification string of XEP-0115, 5.1.
std::string caps_string(const Info& info);

}  // namespace stoa::disco
