#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/jid/jid.hpp>

/// What a server tells of its users: their rosters, and who is there and wants which events
/// (XEP-0356, XEP-0115).
namespace stoa::pubsub {

struct Contact {
  bool hears = false;  ///< it gets the owner's presence: subscription from or both
  bool heard = false;  ///< the owner gets its presence: subscription to or both
  std::set<std::string> groups = {};

  friend bool operator==(const Contact&, const Contact&) = default;
};

/// By bare JID.
using Roster = std::map<std::string, Contact, std::less<>>;

/// What stands around a message that a server sends in the name of one of its users (XEP-0356, 5).
struct Envelope {
  std::string before = {};
  std::string behind = {};
};

/// A view of what is known now; it changes between two decisions, and never within one.
class People {
 public:
  virtual ~People() = default;
  /// Whether the roster can be read: its server lets us.
  virtual bool may_read_roster(const Jid& owner) const = 0;
  /// Whether a decision that rests on this roster has to ask for it first (need::Roster).
  virtual bool must_ask(const Jid& owner) const = 0;
  /// As it was last known; nullptr or empty where nobody lets us read it.
  virtual const Roster* roster(const Jid& owner) const = 0;
  /// Whether the owner has blocked that JID (XEP-0191), as far as the server lets us know. Read
  /// together with the roster.
  virtual bool blocks(const Jid& owner, const Jid& jid) const = 0;
  /// The available resources of that bare JID that want the events of such a node
  /// (`NODE+notify`), in the order of their names.
  virtual std::vector<Jid> interested(std::string_view bare, std::string_view node) const = 0;
  /// Whether that resource sends the account its presence without seeing the account's (XEP-0060,
  /// 9.1.3), and those that do and want the events of such a node.
  virtual bool shares_presence(const Jid& account, const Jid& full) const = 0;
  virtual std::vector<Jid> sharers(const Jid& account, std::string_view node) const = 0;
  /// nullopt where messages in the name of that user may not be sent.
  virtual std::optional<Envelope> envelope(const Jid& account) const = 0;
};

}  // namespace stoa::pubsub
