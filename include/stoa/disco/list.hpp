#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <stoa/disco/disco.hpp>
#include <stoa/jid/jid.hpp>

/// One service's part of disco#items at the bare domain (XEP-0030, 4; XEP-0045, 6.3;
/// XEP-0060, 5.2).
namespace stoa::disco {

/// A page asked of one service's list. Keys are the service's own (room localpart, NodeID), in byte
/// order; the same order always. At most one of after, before and index is set.
struct ListRequest {
  Jid requester = {};
  bool commands = false;       ///< not what there is, but what may be done (XEP-0050, 2.2)
  bool service_admin = false;  ///< the requester is one
  std::string after = {};      ///< only keys behind it; empty: from the first
  std::optional<std::string> before = {};   ///< the page just before it; empty: the last page
  std::optional<std::uint64_t> index = {};  ///< the page from this position
  std::size_t max = 0;                      ///< at most so many; 0: the count alone
};

struct ListPage {
  struct Entry {
    std::string key = {};
    Item item = {};
  };
  std::vector<Entry> entries = {};
  /// Position of the first entry in the requester's whole list; none where it would have to be
  /// counted among too many (XEP-0059, 2.2).
  std::optional<std::uint64_t> first_index = 0;
  std::uint64_t count = 0;  ///< length of the requester's whole list
  bool known = true;        ///< false: the key in after or before is not in that list
};

}  // namespace stoa::disco
