#pragma once

#include <string>
#include <string_view>

#include <stoa/link/link.hpp>

namespace stoa::link {

/// XEP-0114, 3: the text of `<handshake/>`: SHA-1 of stream id and secret, lower-case hexadecimal.
std::string handshake_digest(std::string_view stream_id, std::string_view secret);

/// The stream header that opens our side.
std::string stream_header(std::string_view domain);

/// RFC 6120, 4.9: `<stream:error/>` and the end of the stream.
std::string stream_error(const xml::StreamError& error);

/// What a stream error of the server means for this link, and what to do about it.
Down explain(const xml::Element& error, const Settings& settings);

}  // namespace stoa::link
