#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <stoa/pubsub/model/item.hpp>
#include <stoa/pubsub/model/read.hpp>

/// What the archive of a node can be searched by.
namespace stoa::store::memory {

/// Whether the payload is an Atom entry in that category (RFC 4287, 4.2.2).
bool in_category(const pubsub::Item& entry, const std::string& term);
/// Whether all of these words are in the payload's texts, in any case, as a full text search says
/// it that knows no language.
bool has_words(const pubsub::Item& entry, const std::string& asked);
/// What a node's archive, by seq, answers.
pubsub::ReadResult archive_page(const std::map<std::uint64_t, pubsub::Item>& archive,
                                const pubsub::ArchiveRead& read);

}  // namespace stoa::store::memory
