#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <stoa/base/result.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/xml/element.hpp>

/// Result set management (XEP-0059).
namespace stoa::rsm {

/// What a requester asks of a result set. At most one of after, before and index is set.
struct Request {
  std::optional<std::uint32_t> max = {};   ///< 0: only the count is wanted
  std::optional<std::string> after = {};   ///< UID behind which the page begins; never empty
  std::optional<std::string> before = {};  ///< UID before which the page ends; empty: the last page
  std::optional<std::uint64_t> index = {};

  bool count_only() const { return max == 0u; }
  /// Items are counted from the end: the page before a UID, or the last page.
  bool backward() const { return before.has_value(); }
  /// The page size: what was asked, at most `cap`; `cap` where nothing was asked.
  std::size_t page_size(std::size_t cap) const;

  friend bool operator==(const Request&, const Request&) = default;
};

/// Reads the `<set/>` child of `parent`; an empty optional where there is none. A max that is no
/// whole number, or more than one of after, before and index: modify/bad-request. An empty
/// `<after/>` counts as absent (the first page).
Result<std::optional<Request>, StanzaError> decode(const xml::Element& parent);

/// The `<set/>` of an answer. Empty pages have neither first nor last.
struct ResultSet {
  std::optional<std::string> first = {};
  std::optional<std::string> last = {};
  std::optional<std::uint64_t> first_index = {};
  std::optional<std::uint64_t> count = {};

  friend bool operator==(const ResultSet&, const ResultSet&) = default;
};

xml::Element encode(const ResultSet& set);

/// after or before names a UID that is not in the result set: cancel/item-not-found
/// (XEP-0059, 2.4).
StanzaError unknown_uid();

/// One page of a list that is held in memory: the positions [begin, end) and the answer's `<set/>`.
struct Page {
  std::size_t begin = 0;
  std::size_t end = 0;
  ResultSet set = {};

  bool whole_of(std::size_t total) const { return begin == 0 && end == total; }
};

/// Pages through `total` entries in their order; `uid_at` gives each its UID. At most `cap`
/// entries. An index behind the end gives an empty page with the count.
Result<Page, StanzaError> page(const Request& request, std::size_t total,
                               const std::function<std::string(std::size_t)>& uid_at,
                               std::size_t cap);

}  // namespace stoa::rsm
