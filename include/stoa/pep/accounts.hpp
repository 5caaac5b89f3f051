#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <stoa/dispatch/entity_service.hpp>
#include <stoa/pep/gateway.hpp>
#include <stoa/pep/pam.hpp>
#include <stoa/pubsub/engine/engine.hpp>

namespace stoa::pep {

using NodeJournal = dispatch::JournalPort<pubsub::Change>;

/// A loader that asks servers for what no store knows: rosters, and nodes that they host.
class RosterLoader final : public NodeLoader {
 public:
  /// Both outlive it, and what is asked. `account`: whose nodes these are; empty for a service's.
  RosterLoader(NodeLoader& store, Gateway& gateway, Jid account = {})
      : store_(store), gateway_(gateway), account_(std::move(account)) {}

  void load(std::string key, std::uint64_t after, Then<pubsub::NodeState> then) override;
  void key_of(std::uint64_t number, Then<std::string> then) override;
  void fetch(std::uint64_t number, pubsub::Need need, std::uint64_t after,
             Then<pubsub::Facts> then) override;
  void read(pubsub::Read read, std::uint64_t after, Then<pubsub::ReadResult> then) override;
  void pending_keys(std::string from, Timestamp until, std::size_t limit,
                    Then<std::vector<std::string>> then) override;
  void outbox(std::uint64_t from, std::size_t limit,
              Then<std::vector<std::pair<std::uint64_t, dispatch::OutboxRow>>> then) override;

 private:
  NodeLoader& store_;
  Gateway& gateway_;
  Jid account_;
};

/// The store of one account.
struct Ports {
  std::unique_ptr<NodeJournal> journal = {};
  std::unique_ptr<NodeLoader> loader = {};
};

/// What Accounts is given by the program.
struct AccountsPlace {
  dispatch::ServicePlace service;
  Gateway& gateway;
  std::function<Ports(const std::string& account)> ports;
  std::function<void(Stanza)> hand_in;  ///< a request that was unwrapped: to be dispatched
};

/// The nodes of a server's users (XEP-0163): every account is a service of its own, made when it is
/// first spoken to and dropped when it was not for long. So is the server's own address, whose
/// nodes the administrators make. Unwraps what servers hand over (XEP-0355) and answers their
/// questions about it; the first of the domain's services. Loop thread only.
class Accounts final : public dispatch::Service, private GatewayEvents {
 public:
  /// `settings` are those of pubsub::account_settings().
  Accounts(AccountsPlace place, pubsub::Settings settings);
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;
  ~Accounts() override;

  bool handle(Stanza& stanza) override;
  /// The component's own address is none of an account.
  disco::Info info() const override { return {}; }
  void list(disco::ListRequest request,
            std::function<void(dispatch::Found<disco::ListPage>)> then) override;
  void committed(std::uint64_t watermark) override;
  void refused(std::uint64_t seq, dispatch::EntityTag entity, dispatch::Refusal why) override;
  void store_away(bool away) override;
  std::optional<Timestamp> deadline() const override;
  void run_due(Timestamp now) override;
  void recover(std::function<void()> sent) override;

  /// Bare JIDs: who owns the nodes at the servers' own addresses.
  void set_admins(std::set<std::string, std::less<>> admins);

  /// Carries out the errands of the nodes service to nodes of accounts. Outlives it.
  void serve(NodeService& nodes);

  /// Those of pubsub::account_settings() from now on.
  void set_settings(pubsub::Settings settings);
  const pubsub::Settings& settings() const { return settings_; }

  /// Nodes in memory, of all accounts.
  std::size_t existing() const;

 private:
  struct Account;

  Account& touch(const Jid& bare);
  pubsub::Settings settings_of(const Jid& bare) const;
  void drop_idle();
  void settle(const Stanza& stanza, const dispatch::Outcome& outcome, const std::string& by = {});
  bool unwrap(const Stanza& wrapped);
  bool describe(const Stanza& stanza);
  std::optional<disco::Info> information_about(std::string_view space, const Jid& server) const;
  void arrived(const Jid& resource, const std::vector<std::string>& nodes,
               const std::vector<Jid>& accounts) override;
  void contact_changed(const Jid& account, const Jid& contact) override;

  AccountsPlace place_;
  pubsub::Settings settings_;
  PubsubAccounts subscriptions_;
  std::unordered_map<std::string, std::unique_ptr<Account>> accounts_;
  std::set<Account*> active_;  // something is under way, or has a deadline
  Timestamp next_drop_{};
  std::shared_ptr<char> alive_ = std::make_shared<char>('\0');  // watched by continuations
};

}  // namespace stoa::pep
