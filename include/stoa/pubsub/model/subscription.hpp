#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stoa/base/box.hpp>
#include <stoa/base/maybe.hpp>
#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/pubsub/model/digest.hpp>
#include <stoa/pubsub/model/filter.hpp>
#include <stoa/pubsub/model/types.hpp>
#include <stoa/stanza/presences.hpp>

namespace stoa::pubsub {

/// XEP-0060, 16.4.2: the options that have an effect. The end of a lease (`pubsub#expire`) stands
/// in the subscription itself.
struct SubscribeOptions {
  bool deliver = true;
  bool include_body = false;
  bool is_public = false;  ///< in the list of public subscribers (XEP-0465)
  bool temporary = false;  ///< `expire` is the word `presence`
  Shows shows = 0;         ///< deliver only while one of these; 0: always
  SubscriptionType type = SubscriptionType::nodes;  ///< at a collection, as is the depth
  std::optional<std::uint32_t> depth = 1;           ///< empty: all levels

  bool digest = false;                          ///< items come together, once a period
  std::uint32_t digest_frequency = 86'400'000;  ///< milliseconds between two digests
  Maybe<Filter> filter = {};

  bool watches() const { return temporary || shows != 0; }

  friend bool operator==(const SubscribeOptions&, const SubscribeOptions&) = default;
};

/// Publications whose events came back with an error that may pass: they go out once more (12.4).
struct Missed {
  Timestamp due = {};
  std::vector<std::uint64_t> seqs = {};  ///< ascending, few

  friend bool operator==(const Missed&, const Missed&) = default;
};

/// The seqs as one text for one column of the store, and back; nullopt where it is none.
std::string stored_text(const Missed& missed);
std::optional<std::vector<std::uint64_t>> missed_of(std::string_view stored_text);

/// One subscription: a JID (bare or full, exactly as subscribed) at a node, under a subid that is
/// never given twice at that node.
struct Subscription {
  Jid jid = {};
  std::string subid = {};
  SubscriptionState state = SubscriptionState::subscribed;
  std::uint8_t bounces = 0;  ///< soft failures of delivery since it was made
  SubscribeOptions options = {};
  /// End of the lease; of a pending or unconfigured one: when it lapses.
  std::optional<Timestamp> expires = {};
  /// When the notice before the end of the lease is due; empty where none is, or it went out.
  std::optional<Timestamp> announce = {};
  Timestamp since = {};
  Maybe<Missed> missed = {};
  std::optional<DigestMark> digest = {};  ///< empty where nothing waits for its next digest

  /// Gets events of the node; of items, in digests or as they come.
  bool listens() const { return state == SubscriptionState::subscribed && options.deliver; }

  /// In the list of public subscribers.
  bool is_listed() const { return state == SubscriptionState::subscribed && options.is_public; }

  friend bool operator==(const Subscription&, const Subscription&) = default;
};

/// All subscriptions of a node in the order of their JIDs, found by JID in logarithmic time. Where
/// there are none, as at most nodes, they take next to no room.
class Subscriptions {
 public:
  /// Orders by the text of the JID, and compares with text.
  struct ByJid {
    using is_transparent = void;
    static std::string_view text(const Subscription& s) { return s.jid.str(); }
    static std::string_view text(std::string_view s) { return s; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return text(a) < text(b);
    }
  };
  using Set = std::multiset<Subscription, ByJid>;

  std::size_t size() const { return all().set.size(); }
  bool empty() const { return all().set.empty(); }
  Set::const_iterator begin() const { return all().set.begin(); }
  Set::const_iterator end() const { return all().set.end(); }

  /// nullptr where there is none. Pointers are valid until that subscription is changed.
  const Subscription* find(const Jid& jid, std::string_view subid) const;
  /// Those of exactly that JID.
  std::vector<const Subscription*> of(const Jid& jid) const;
  /// Those of the bare JID and of all its full JIDs.
  std::vector<const Subscription*> of_entity(const Jid& bare) const;

  void put(Subscription subscription);  ///< adds, or replaces the one of that JID and subid
  void remove(const Jid& jid, std::string_view subid);

  /// The earliest end or notice of a lease, or time to send again what came back.
  std::optional<Timestamp> next_due() const;

  /// How many want digests, or have one to come.
  std::size_t digests() const { return all().digests; }
  /// When the first digest is due.
  std::optional<Timestamp> next_digest() const;

  /// How many are in force: neither pending nor without their configuration.
  std::size_t subscribed() const { return all().subscribed; }

  /// To how many events that came back go out again.
  std::size_t resends() const { return all().resends; }

  std::size_t footprint() const;

 private:
  struct All {
    Set set = {};
    std::multiset<Timestamp> due = {};
    std::multiset<Timestamp> digests_due = {};
    std::size_t digests = 0;
    std::size_t resends = 0;
    std::size_t subscribed = 0;
  };

  const All& all() const;
  Set::const_iterator locate(const Jid& jid, std::string_view subid) const;

  Box<All> all_;
};

}  // namespace stoa::pubsub
