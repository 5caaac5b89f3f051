#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/xml/element.hpp>

namespace stoa::xml {

/// What one stream may hold. Beyond a limit the stream is refused (RFC 6120, 4.9.3.14
/// policy-violation).
struct Limits {
  std::size_t stanza_bytes = 1024 * 1024;  ///< of one stanza as it came over the wire
  std::size_t depth = 64;                  ///< of elements within one stanza, the stanza being 1
  std::size_t attributes = 128;            ///< on one element
};

/// The stream error to send before closing (RFC 6120, 4.9.3). `condition` is its element name.
struct StreamError {
  std::string condition;  ///< not-well-formed, restricted-xml, policy-violation, bad-format ...
  std::string text;       ///< for the log and for `<text/>`; no content of the stream
};

/// Told of what a stream holds, in order, during StreamParser::feed.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  virtual void on_stream_open(const Element& header) = 0;  ///< the header, without children
  virtual void on_stanza(Element stanza) = 0;              ///< one first-level child, whole
  virtual void on_stream_close() = 0;                      ///< `</stream:stream>`
};

/// A push parser for one XML stream: bytes in any fragmentation in, whole stanzas out. It does no
/// I/O. DTDs, processing instructions, comments and undefined entities are refused with
/// restricted-xml (RFC 6120, 11.1), nothing is ever expanded. After an error every further feed
/// fails alike. Not thread-safe; a handler must not feed or destroy the parser that calls it.
class StreamParser {
 public:
  StreamParser(StreamHandler& handler, Limits limits = {});
  ~StreamParser();
  StreamParser(const StreamParser&) = delete;
  StreamParser& operator=(const StreamParser&) = delete;

  /// nullopt when all was taken, the stream error otherwise.
  std::optional<StreamError> feed(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads one complete element (a stored payload, a test's line). `inherited` is the default
/// namespace for an element that declares none. The same refusals as on a stream.
Result<Element, StreamError> parse(std::string_view text, std::string_view inherited = {},
                                   Limits limits = {});

}  // namespace stoa::xml
