#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/pubsub/model/config.hpp>
#include <stoa/pubsub/model/limit_rule.hpp>
#include <stoa/pubsub/model/name_rule.hpp>
#include <stoa/pubsub/model/people.hpp>

namespace stoa::pubsub {

/// What one node, one entity or one request may take. 0 for a count means that there is no limit.
struct Limits {
  std::uint32_t max_items = 100'000;                 ///< what `max` stands for in max_items
  std::uint32_t children = 10'000;                   ///< what `max` stands for in children_max
  std::uint32_t item_expire = 10 * 365 * 24 * 3600;  ///< seconds; what `max` stands for
  std::uint32_t payload_bytes = 192 * 1024;          ///< of one payload, whatever the node says
  std::size_t node_id_bytes = 4096;
  std::size_t item_id_bytes = 4096;
  std::size_t batch = 200;          ///< items in one publish or retract
  std::size_t requested_ids = 500;  ///< ids in one items request
  std::size_t entries = 500;        ///< affiliations or subscriptions in one set
  std::size_t page = 1000;          ///< entries of one answer
  /// Payloads of one answer together; a single item is never cut. With what stands around them it
  /// must stay below the largest stanza of the link.
  std::size_t answer_bytes = 192 * 1024;
  std::size_t nodes_per_owner = 1000;
  std::size_t subscriptions_per_node = 0;
  std::size_t subscriptions_per_entity = 0;
  std::uint64_t bytes_per_owner = 0;        ///< of stored payloads at the nodes that it made
  std::uint32_t digest_frequency = 60'000;  ///< milliseconds: no digests come more often
  /// A node of up to so many items has its whole index in memory once it is needed; above it, ids
  /// are looked up one by one.
  std::size_t whole_index = 2000;

  // What every stanza of a sender meets before a service sees it (dispatch).
  double requests_per_second = 200;  ///< of one bare JID; 0: no limit
  double requests_burst = 1000;
  std::size_t form_fields = 1000;  ///< in one form of a request
};

/// Who may create nodes.
enum class Creation { anyone, listed_domains, admins };

/// XEP-0060, 4.1: the chart of transitions as it stands there, or every change that leaves an
/// owner.
enum class Chart { strict, lenient };

/// What a subscription gets where leases are limited (XEP-0060, 12.19).
enum class LeasePolicy {
  optional,  ///< a lease only where the subscriber sets one, cut down to the maximum
  applied,   ///< the maximum, unless a shorter one is set
  asked,     ///< unconfigured until the subscriber sets one
  required,  ///< refused unless the request sets one (6.3.7)
};

/// May an owner subscribe others (XEP-0060, 8.8.2)?
enum class ThirdParties {
  same_domain,  ///< those of its own domain
  anyone,
  nobody,
};

/// To whose nodes others may be linked, or below whose they may be put (XEP-0496).
enum class Binding {
  owners,      ///< one's own
  publishers,  ///< those where one may publish
};

/// Who gets by a collection what is in it (XEP-0060, 14.3; XEP-0248, 10.1).
enum class CollectionAccess {
  both,             ///< whom the collection and the node itself let read
  collection_only,  ///< whom the collection lets read
};

/// The root of all collections, as decisions at other nodes see it (XEP-0248, 8.1).
struct Root {
  std::uint64_t number = 0;  ///< 0: nobody ever subscribed to it
  bool heard = false;        ///< it has subscriptions
};

struct OptionTables;

/// The configuration of the service. Immutable while it serves.
struct Settings {
  Jid service = {};  ///< the domain served, or the account (bare)
  /// The service is that of one user of a server, at its bare JID (XEP-0163).
  bool of_account = false;
  /// What servers tell of their users; outlives the service. nullptr: nobody tells us anything.
  const People* people = nullptr;
  /// Servers whose users have their nodes with us: a user who is removed goes from there too.
  std::vector<std::string> account_domains = {};
  std::string name = "Publish-Subscribe";
  NodeConfig defaults = {};
  Limits limits = {};
  std::vector<LimitRule> limits_for = {};
  std::vector<NameRule> name_rules = {};
  /// Features (without `http://jabber.org/protocol/pubsub#`) that are switched off: not advertised,
  /// and what they stand for is refused.
  std::vector<std::string> switched_off = {};
  bool multi_subscribe = false;
  bool affiliation_notices = true;
  bool auto_subscribe = false;  ///< whoever makes a node is subscribed to it (12.12)
  /// Domains whose users are anonymous and may not subscribe (6.1.3.6).
  std::vector<std::string> anonymous_domains = {};
  Creation creation = Creation::anyone;
  std::vector<std::string> creator_domains = {};  ///< for Creation::listed_domains
  Chart chart = Chart::strict;
  ThirdParties third_parties = ThirdParties::same_domain;
  std::vector<Jid> trusted_proxies = {};  ///< bare JIDs that may subscribe others (6.1.3.1)
  LeasePolicy lease_policy = LeasePolicy::optional;
  Duration max_lease = std::chrono::hours(24 * 365);
  Duration lease_notice = std::chrono::hours(24);  ///< before its end; zero: no notice
  Duration unconfigured_life = std::chrono::hours(24);
  Duration pending_life = std::chrono::hours(24 * 365);
  Duration redirect_life = std::chrono::hours(24 * 365);
  /// How long a deleted node can be brought back: after its owner's request, and after a service
  /// administrator's. Zero: not at all.
  Duration keep_deleted = Duration::zero();
  Duration undelete = std::chrono::hours(24 * 7);
  Jid orphans_go_to = {};  ///< owner of nodes whose last owner is removed; empty: they are deleted
  /// After a start, or a break of the link: who is not on line by then is taken for gone.
  Duration presence_grace = std::chrono::minutes(2);
  Binding binding = Binding::owners;
  CollectionAccess access = CollectionAccess::both;
  bool collection_items = true;  ///< those of a collection are given as one list (XEP-0248, 6.2)
  bool stanza_ids = false;       ///< events name the UID of their archive entry (XEP-0359)
  /// After an event came back with an error of type wait, once (12.4). Zero: it does not go again.
  Duration resend_after = std::chrono::minutes(5);
  std::uint8_t bounce_limit = 10;  ///< soft failures until a subscription ends (12.4)

  Root root = {};  ///< follows from its state (Engine::share)

  /// Made of all the above by prepare(); what a new node shares, and the forms.
  SharedConfig shared_defaults = {};
  std::shared_ptr<const OptionTables> tables = {};  ///< shared with nothing that changes
  std::shared_ptr<const LimitBook> book = {};       ///< immutable; of all limits
  /// The same settings with other limits (and forms), for those named in the book. Immutable.
  std::map<std::string, std::shared_ptr<const Settings>, std::less<>> exceptions = {};

  /// What holds for that entity.
  const Settings& for_entity(const Jid& who) const;

  bool offers(std::string_view feature) const {
    return std::find(switched_off.begin(), switched_off.end(), feature) == switched_off.end();
  }
};

/// Completes settings that were filled in: must be called once before they are used.
Settings prepare(Settings settings);

/// The settings of an account's service, but for `service`: those of the nodes service beside it
/// with the defaults of XEP-0163, 5. Prepared; `people` must be set.
Settings account_settings(Settings of_service);
/// Those of the nodes at a server's own address, made of an account's: open to all. Prepared.
Settings server_settings(Settings of_account);

}  // namespace stoa::pubsub
