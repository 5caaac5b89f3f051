#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/muc/model/occupants.hpp>
#include <stoa/stanza/listing.hpp>

namespace stoa::muc {

/// The presences of a room's occupants as newcomers get them, by ranges of their keys; so one who
/// comes costs one range, not a presence for each who is there. A cache: whoever changes what
/// presence shows of an occupant says so.
class PresenceSheets {
 public:
  /// For whom: each kind shows something else.
  struct Kind {
    bool with_jids = false;
    bool no_strangers = false;
  };
  /// The occupants from that key up to the one of the next range.
  struct Range {
    std::string from;
    std::shared_ptr<const StanzaSheet> sheet = {};  ///< null: to be written anew
  };
  static constexpr std::size_t range_size = 128;  ///< occupants; up to twice as many

  /// What shows that occupant is to be written anew.
  void stale(std::string_view key);
  std::size_t footprint() const;

  /// All ranges, those to be written cut so that none has too many of `occupants`. The first one
  /// begins before all keys.
  std::vector<Range>& ranges(Kind kind, const Occupants& occupants);

 private:
  std::array<std::vector<Range>, 4> kinds_;
};

}  // namespace stoa::muc
