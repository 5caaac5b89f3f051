#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/muc/model/tokens.hpp>

namespace stoa::muc {

/// What a room remembers of a user or a domain: one row of the affiliations table. A row may stand
/// for affiliation `none`, where something else is remembered (voice, hats).
struct Affiliate {
  Jid jid;  ///< bare JID of a user, or a domain
  Affiliation affiliation = Affiliation::none;
  std::string nick;      ///< reserved, prepared; empty for none
  std::string nick_key;  ///< folded nick
  std::string reason;
  std::optional<Timestamp> until;  ///< end of a ban with an end
  bool voice = false;              ///< granted voice, remembered (XEP-0045, 5.1)
  bool no_mentions = false;        ///< wants no forwarded mentions (XEP-0452)
  std::vector<std::string> hats;   ///< URIs (XEP-0317), sorted

  /// Whether there is nothing left to remember: such a row is not kept.
  bool blank() const {
    return affiliation == Affiliation::none && nick.empty() && !voice && !no_mentions &&
           hats.empty();
  }
  friend bool operator==(const Affiliate&, const Affiliate&) = default;
};

/// The rows of one room in the order of their JIDs. Pointers are valid until the next change.
class Affiliations {
 public:
  std::size_t size() const { return rows_.size(); }
  const std::vector<Affiliate>& rows() const { return rows_; }

  /// The row of exactly this bare JID or domain, nullptr where there is none.
  const Affiliate* find(std::string_view bare) const;
  /// The affiliation that holds for a user: its own row if that says anything but none, else that
  /// of its domain, else none.
  Affiliation of(std::string_view bare) const;
  /// The row that reserves a nick (folded), nullptr where it is free.
  const Affiliate* reserving(std::string_view nick_key) const;
  /// Rows of that affiliation.
  std::size_t count(Affiliation affiliation) const;

  /// Puts the row in place of the one with its JID; a blank row only takes that one away.
  void put(Affiliate row);
  void remove(std::string_view bare);
  std::size_t footprint() const;

 private:
  std::vector<Affiliate> rows_;
};

}  // namespace stoa::muc
