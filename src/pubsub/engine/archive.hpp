#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <stoa/mam/mam.hpp>

/// The archive of a node (XEP-0313, XEP-0442).
namespace stoa::pubsub {

inline const mam::Offer archive_offer{
    .fulltext = true, .order_by = true, .unknown_field = Condition::bad_request};
/// A filter that no other archive knows: only Atom entries of that category (RFC 4287, 4.2.2: its
/// term).
inline constexpr std::string_view category_field = "{http://www.w3.org/2005/Atom}category";

/// The UID of a publication: the node's number and its seq, neither of which is given twice.
std::string archive_uid(std::uint64_t number, std::uint64_t seq);
/// The seq of a UID of that node; nullopt where it is none.
std::optional<std::uint64_t> seq_of_uid(std::uint64_t number, std::string_view uid);

}  // namespace stoa::pubsub
