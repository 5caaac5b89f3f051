#pragma once

#include <stoa/xml/element.hpp>

/// A stanza of a stream that is nested deeper than Limits::depth comes without what stands below,
/// and with a mark, so that its sender can be told and the stream goes on. However deep it was,
/// what is kept of it, and the stack that handling it takes, is bounded by the limit.
namespace stoa::xml {

/// For the parser.
void mark_as_cut(Element& stanza);

/// Whether the mark was there; it is taken away.
bool take_cut_mark(Element& stanza);

}  // namespace stoa::xml
