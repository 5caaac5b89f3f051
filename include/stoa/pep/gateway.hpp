#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/dispatch/common.hpp>
#include <stoa/pep/caps.hpp>
#include <stoa/pep/grants.hpp>
#include <stoa/pubsub/model/people.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/stanza/stanza.hpp>

namespace stoa::pep {

/// One component and the servers whose users it serves.
struct GatewaySettings {
  Jid component = {};
  std::set<std::string, std::less<>> servers = {};  ///< domains; nobody else's word counts
  Duration answer_time = std::chrono::seconds(10);  ///< for requests to servers and clients
  /// So long a roster is believed. Servers that promise pushes do not all send them.
  Duration roster_age = std::chrono::minutes(1);
  Duration refused_roster_age = std::chrono::seconds(20);
  std::size_t resources_of_one = 64;
  std::size_t interests_of_one = 256;
  std::size_t sharers_of_one = 1000;  ///< who send an account their presence, and are no contacts
  std::size_t most_shared = 10'000;   ///< accounts with such
};

/// What followed from what a server told; the rest of the program acts on it.
class GatewayEvents {
 public:
  virtual ~GatewayEvents() = default;
  /// A resource came, or wants more than before: these nodes of these accounts concern it.
  virtual void arrived(const Jid& resource, const std::vector<std::string>& nodes,
                       const std::vector<Jid>& accounts) = 0;
  /// The contact's entry in the account's roster has changed, or went away.
  virtual void contact_changed(const Jid& account, const Jid& contact) = 0;
};

/// A request in the name of an account (XEP-0356, 6).
struct RequestAs {
  Jid account = {};
  Jid to = {};
  std::string_view type = {};  ///< get or set
  xml::Element payload = {};
};
/// Why it has no result. `by`: who said so, where it was not the account's server nor we.
struct NotDone {
  StanzaError error;
  std::string by = {};
};
/// The iq of type result that came back.
using DoneAs = Result<xml::Element, NotDone>;

/// Talks with the servers: takes their grants, reads rosters and block lists, follows presence,
/// asks clients what they want (XEP-0355, XEP-0356, XEP-0115). Loop thread only.
class Gateway final : public pubsub::People {
 public:
  Gateway(GatewaySettings settings, dispatch::Common& common, dispatch::Outlet& outlet);

  void on_events(GatewayEvents& events) { events_ = &events; }

  /// A stanza to the component. true: it was for the gateway alone.
  bool handle(const Stanza& stanza);
  /// Presence that a server hands on as it came, to one of its users.
  void directed(const Stanza& presence);

  /// Whether requests to users of that domain may be handed over by it.
  bool serves(std::string_view domain) const { return settings_.servers.contains(domain); }
  const GatewaySettings& settings() const { return settings_; }

  bool may_read_roster(const Jid& owner) const override;
  bool must_ask(const Jid& owner) const override;
  const pubsub::Roster* roster(const Jid& owner) const override;
  bool blocks(const Jid& owner, const Jid& jid) const override;
  std::vector<Jid> interested(std::string_view bare, std::string_view node) const override;
  bool shares_presence(const Jid& account, const Jid& full) const override;
  std::vector<Jid> sharers(const Jid& account, std::string_view node) const override;
  std::optional<pubsub::Envelope> envelope(const Jid& account) const override;

  /// Whether the account's server lets us send such iqs in its name.
  bool may_send_as(const Jid& account, std::string_view type, std::string_view ns) const;
  /// Whether that server has said what it lets us do.
  bool knows_privileges(const Jid& server) const;
  /// `then` is called once, later: silence and refusals of the server are results too.
  void send_as(RequestAs request, std::function<void(DoneAs)> then);

  /// Everything that the resources of that contact want.
  void greet_again(const Jid& account, const Jid& contact);
  /// `then` is called once, later, whether or not it could be read.
  void fetch_roster(const Jid& owner, std::function<void()> then);

  std::optional<Timestamp> deadline() const;
  void run_due(Timestamp now);

 private:
  struct Server {
    std::optional<Delegated> delegated;
    std::optional<Privileges> privileges;
  };
  struct KnownRoster {
    pubsub::Roster entries;
    std::set<std::string, std::less<>> blocked;  // JIDs as in XEP-0191
    Timestamp good_until{};
    std::vector<std::function<void()>> waiting;  // a request is under way
    bool read = false;
    bool answered = false;  // the last time
  };
  struct Resource {
    std::optional<Caps> caps;
    SharedInterests wants;                            // nullptr: not known yet
    std::set<std::string, std::less<>> refused_from;  // accounts whose messages came back
    bool told = false;  // by its server; else it is known for what it sends to accounts alone
    std::set<std::string, std::less<>> shared_with;  // accounts that it sends its presence to
  };
  using Resources = std::map<std::string, Resource, std::less<>>;
  /// A request of ours that waits for its answer; nullptr: none came in time.
  struct Asked {
    Jid whom;
    Timestamp until{};
    std::function<void(const Stanza*)> then;
  };

  void ask(const Jid& whom, std::string_view type, xml::Element payload,
           std::function<void(const Stanza*)> then);
  bool answered(const Stanza& stanza);
  bool told(const Stanza& message);
  void bounced(const Stanza& message);
  void granted(const std::string& domain, const Server& server) const;

  bool pushed(const Stanza& iq);
  void roster_came(const Jid& owner, const Stanza* answer);
  void blocks_came(const Jid& owner, const DoneAs& answer);
  void roster_complete(const Jid& owner);
  void compare(const Jid& owner, const pubsub::Roster& before, const pubsub::Roster& now);
  void note_hearing(const std::string& bare, const Jid& owner, const pubsub::Contact* contact);
  const Server* server_of(const Jid& user) const;
  bool may_read_blocks(const Jid& owner) const;

  void present(const Stanza& presence);
  Resource* note(const Jid& full);
  void read_wants(const Jid& full, const xml::Element& presence);
  void shared(const Jid& full, const Jid& account);
  void left(const Jid& who);
  void leave(const Jid& full, const Jid& account);
  bool may_tell_presence(const Jid& who) const;
  void caps_came(const Jid& full, const Caps& caps, const Stanza* answer);
  void learn(const Jid& full, const SharedInterests& wants);
  enum class Told { all, but_shared };  // which accounts are new to it
  void arrive(const Jid& full, std::vector<std::string> nodes, Told told = Told::all);
  Resource* find(const Jid& full);
  std::vector<Jid> concerned_accounts(const Jid& full) const;
  std::vector<Jid> accounts_of(const std::set<std::string>& names) const;

  GatewaySettings settings_;
  dispatch::Common& common_;
  dispatch::Outlet& outlet_;
  GatewayEvents* events_ = nullptr;
  std::map<std::string, Server, std::less<>> servers_;
  std::unordered_map<std::string, KnownRoster> rosters_;               // by bare JID
  std::map<std::string, std::set<std::string>, std::less<>> seen_by_;  // contact: owners it hears
  std::map<std::string, Resources, std::less<>> present_;              // by bare JID
  std::map<std::string, std::set<Jid>, std::less<>> sharers_;          // by account
  CapsCache caps_;
  std::map<std::string, std::vector<Jid>> asked_caps_;  // who waits for capabilities under way
  std::unordered_map<std::string, Asked> asked_;        // by id
};

}  // namespace stoa::pep
