#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/pubsub/model/command_read.hpp>
#include <stoa/pubsub/model/node.hpp>
#include <stoa/pubsub/model/settings.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/xml/element.hpp>

/// A node written down for another service, or for another time: one element of XML in each line,
/// without line breaks: configuration, affiliations, subscriptions with their options, items with
/// publishers and times, relations. Not its archive.
namespace stoa::pubsub::wire {

inline constexpr std::string_view node_copy_ns = "urn:stoa:nodes:copy:0";

/// Bytes of one page, roughly: well below what a server takes in one stanza.
inline constexpr std::size_t node_copy_bytes = 64 * 1024;
/// Items of one page, at most.
inline constexpr std::size_t node_copy_items = 200;

/// What the field `next` of a page says, and what it means; nullopt where it is no such thing.
std::string copy_mark(const CopyPlace& place);
std::optional<CopyPlace> copy_place(std::string_view mark);

/// The form with a page of what was found, or why there is none. `cut` in it: the last line goes on
/// with the first of the next page.
Result<xml::Element, StanzaError> copy_page(const look::Copy& asked, const CopyFound& found,
                                            const Settings& settings);

}  // namespace stoa::pubsub::wire
