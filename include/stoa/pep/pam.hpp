#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/dispatch/entity_service.hpp>
#include <stoa/pep/gateway.hpp>
#include <stoa/pubsub/engine/engine.hpp>

namespace stoa::pep {

using NodeService = dispatch::EntityService<pubsub::Engine>;
using NodeLoader = dispatch::LoaderPort<pubsub::Engine>;

/// The nodes of one account.
struct AccountNodes {
  NodeService& nodes;
  NodeLoader& loader;
};

/// What PubsubAccounts is given.
struct PamPlace {
  dispatch::Common& common;
  dispatch::Outlet& outlet;
  Gateway& gateway;
  std::function<AccountNodes(const Jid& account)> nodes_of;
  /// Answers a request; `by` is whose error it is, empty for ours.
  std::function<void(const Stanza&, const dispatch::Outcome&, const std::string& by)> settle;
};

/// Users subscribe by their accounts to nodes anywhere (XEP-0376): the account sends the request in
/// its own name, keeps the list of what it is subscribed to, and tells all clients of changes. The
/// list is a private node of the account, `urn:xmpp:pam:0`, an item for each subscription. Loop
/// thread only.
class PubsubAccounts {
 public:
  explicit PubsubAccounts(PamPlace place) : place_(std::move(place)) {}

  /// A request that a server handed over. false: it is none of this protocol.
  bool handle(const Stanza& stanza);

 private:
  /// One subscription of an account.
  struct Entry {
    std::string service;
    std::string node;
    std::string jid;
    std::string subid;
    std::string state;

    /// The item's id.
    std::string id() const;
    xml::Element element(std::string_view ns) const;
  };
  using Entries = std::vector<Entry>;
  /// A request on its way to a service.
  struct Errand {
    Stanza stanza;
    Jid service;
    Entry entry;  ///< as far as it was asked for
    bool subscribes = true;
  };
  using SharedErrand = std::shared_ptr<Errand>;
  using Listed = std::function<void(dispatch::Found<Entries>)>;

  void pass_on(const Stanza& stanza, const xml::Element& pam);
  void came_back(const SharedErrand& errand, const DoneAs& answer);
  void subscribed(const SharedErrand& errand, const xml::Element& iq);
  void unsubscribed(const SharedErrand& errand, const std::function<void()>& then);
  void note(const SharedErrand& errand, bool known);
  void tell(const SharedErrand& errand, const std::function<void()>& then);
  void send_list(const Stanza& stanza, const xml::Element& asked);
  void read_list(const Jid& account, std::uint64_t after, const Listed& then);
  void refuse(const Stanza& stanza, StanzaError error, const std::string& by = {});
  void end(const SharedErrand& errand, const dispatch::Outcome& outcome, const std::string& by);

  static std::string version_of(const Entries& entries);
  static Entry read_entry(const xml::Element& element);

  /// Wraps a continuation so that it does nothing once this is gone.
  template <class F>
  auto alive(F f) {
    return [token = std::weak_ptr<char>(alive_), f = std::move(f)](auto&&... args) mutable {
      if (!token.expired()) f(std::forward<decltype(args)>(args)...);
    };
  }

  PamPlace place_;
  std::size_t under_way_ = 0;
  std::shared_ptr<char> alive_ = std::make_shared<char>('\0');
};

}  // namespace stoa::pep
