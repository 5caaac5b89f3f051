#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include <stoa/disco/disco.hpp>
#include <stoa/stanza/stanza.hpp>

/// What clients can do and want, as their presence says it (XEP-0115).
namespace stoa::pep {

/// The nodes whose events a client wants: its features `NODE+notify`. Shared by all clients alike.
using Interests = std::set<std::string, std::less<>>;
using SharedInterests = std::shared_ptr<const Interests>;

/// `<c/>` of a presence.
struct Caps {
  std::string hash = {};
  std::string node = {};
  std::string ver = {};

  std::string key() const { return hash + '\n' + ver; }
  friend bool operator==(const Caps&, const Caps&) = default;
};
std::optional<Caps> read_caps(const xml::Element& presence);

/// `<query/>` of a disco#info result.
disco::Info read_info(const xml::Element& query);
SharedInterests interests_of(const disco::Info& info);
/// Whether the verification string of these capabilities is that of this information (5.4). Only
/// sha-1, which all clients use, can be.
bool verifies(const Caps& caps, const disco::Info& info);

/// Verified capabilities. Bounded: a full cache begins anew.
class CapsCache {
 public:
  explicit CapsCache(std::size_t most = 10'000) : most_(most) {}
  SharedInterests find(const Caps& caps) const;
  void put(const Caps& caps, SharedInterests interests);

 private:
  std::size_t most_;
  std::unordered_map<std::string, SharedInterests> known_;
};

}  // namespace stoa::pep
