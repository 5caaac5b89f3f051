#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <stoa/base/result.hpp>
#include <stoa/stanza/outgoing.hpp>
#include <stoa/stanza/stanza.hpp>

namespace stoa::app {

/// Requests that come from the machine itself (`stoa command`), and what answers them. Their sender
/// is the served domain under a resource of its own, an address that no server may stamp: so they
/// are decided, stored, recorded and answered like those of administrators, by the same rules.
class Operators {
 public:
  /// The answer, one stanza; or empty: there was none in time.
  using Then = std::function<void(std::string)>;

  static constexpr std::size_t most = 16;  ///< requests under way at once

  /// An iq as text becomes the stanza to be handed in, or the reason why not. `then` is called
  /// once.
  Result<Stanza, std::string> begin(std::string_view text, const std::string& domain, Then then);
  /// Whether it goes to one of them, who then has it.
  bool take(const Outgoing& out);
  /// Nobody waits any more.
  void give_up(std::uint64_t number);
  std::uint64_t last() const { return last_; }

  /// What pretends to be one of them and came over a link.
  static bool forged(const Stanza& stanza, std::string_view domain);

 private:
  std::map<std::string, Then, std::less<>> waiting_;  // by address
  std::map<std::uint64_t, std::string> addresses_;
  std::uint64_t last_ = 0;
};

}  // namespace stoa::app
