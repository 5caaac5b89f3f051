#pragma once

#include <string>

#include <stoa/jid/jid.hpp>
#include <stoa/stanza/stanza.hpp>

namespace stoa::muc {

/// What a client's stanza may not bring into a room (spoofed marks of the room), taken out.
struct Strip {
  const Jid& room;  ///< bare
  const Jid& service;

  /// Whether this child of a stanza is not passed on.
  bool drops(const xml::Element& child) const;
  /// The child without what is dropped inside it.
  void write(std::string& out, const xml::Element& child) const;
};

/// The children of a stanza that pass, as XML in jabber:client. `without`: one more child (by name,
/// in jabber:client) that is left out; empty for none.
std::string stripped(const Stanza& stanza, const Strip& strip, std::string_view without = {});

}  // namespace stoa::muc
