#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <stoa/jid/jid.hpp>
#include <stoa/stanza/stanza.hpp>

namespace stoa {

/// RFC 6121, 4.7.2.1; `online` is presence without a show.
enum class Show : std::uint8_t { online, chat, away, dnd, xa };

/// A set of them: bit() of each.
using Shows = std::uint8_t;
constexpr Shows bit(Show show) {
  return static_cast<Shows>(1u << static_cast<unsigned>(show));
}
inline constexpr Shows any_show = 0x1f;

/// What a presence of no type says; an unknown show counts as `online`.
Show show_of(const Stanza& presence);

/// An entity came on line, or left.
enum class Turn : std::uint8_t { arrived, left };

/// Who is on line, as far as a service was told. Lost with the process. Whoever is not in it counts
/// as unavailable.
class Presences {
 public:
  /// A bare JID: any of its resources; a full one: that resource. Only those with one of `among`.
  bool available(const Jid& jid, Shows among = any_show) const;

  /// Available presence of a resource. Whether it was not available before. Above a bound on memory
  /// new ones are not taken.
  bool came(const Jid& full, Show show);
  /// Unavailable presence of a resource, or of all of them. Whether any was available.
  bool went(const Jid& jid);

  /// From now on every resource must come again, or ...
  void recount() { ++round_; }
  /// ... is taken out: those of the bare JID that did not.
  std::vector<Jid> take_silent(const Jid& bare);

  std::size_t size() const { return sessions_; }

 private:
  struct Session {
    Show show = Show::online;
    std::uint32_t round = 0;
  };
  using Resources = std::map<std::string, Session, std::less<>>;

  std::unordered_map<std::string, Resources> entities_;
  std::size_t sessions_ = 0;
  std::uint32_t round_ = 0;
};

}  // namespace stoa
