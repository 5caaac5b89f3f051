#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/disco/services.hpp>
#include <stoa/dispatch/common.hpp>
#include <stoa/dispatch/rate.hpp>
#include <stoa/dispatch/service.hpp>
#include <stoa/dispatch/settle.hpp>

namespace stoa::dispatch {

/// What the requests of a sender may be.
struct SenderLimit {
  std::size_t form_fields = 1000;  ///< in one form
  RateSettings rate = {};          ///< by bare sender
};
/// Likewise, others for some, by bare JID or domain; a JID's own come before those of its domain.
struct SenderLimits {
  SenderLimit all = {};
  std::map<std::string, SenderLimit, std::less<>> others = {};

  const SenderLimit& of(const Jid& sender) const;
};

/// One served domain.
struct DomainSettings {
  std::string name;  ///< prepared
  disco::ServiceProfile profile;
  std::size_t list_page = 100;            ///< entries of one page of disco#items
  std::size_t stanza_bytes = 256 * 1024;  ///< the largest stanza that the link may carry
  SenderLimits senders;
  /// Bare JIDs and domains that the rate does not bind (admins, gateways).
  std::set<std::string, std::less<>> unlimited;
};

/// Takes every stanza of every link to the services of the domain that it is addressed to, and
/// answers what belongs to the domain as a whole: what all addresses answer alike, the services'
/// joint disco#info and disco#items, and what nobody knows. Loop thread only.
class Dispatcher final : public JournalEvents {
 public:
  explicit Dispatcher(Common& common);
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;
  ~Dispatcher() override;

  /// Replaces the settings of a domain that is there already. The outlet outlives the dispatcher.
  void add_domain(DomainSettings settings, Outlet& outlet);
  /// Services are asked in the order in which they were added; the one that claims what others do
  /// not know comes last.
  void add_service(std::string_view domain, std::unique_ptr<Service> service);
  /// Presence that a server hands on as it came, to one of its users, is for the services of that
  /// domain. It is never answered.
  void add_users(std::string_view domain, const std::set<std::string, std::less<>>& servers);
  /// What services say of themselves has changed.
  void refresh(std::string_view domain);

  /// A stanza that came in over any link: routed by `to` alone, or, where a server handed it over,
  /// by the component to which it did.
  void handle(Stanza stanza);

  /// The link of the domain is up for the first time: sends what an earlier run owes, then goes on
  /// with the stanzas that came meanwhile. Once for each domain.
  void recover(std::string_view domain);
  /// The link of the domain is up again.
  void reconnected(std::string_view domain);
  /// The server has proved that it took everything of `domain` up to `mark`.
  void delivered(std::string_view domain, std::uint64_t mark);

  void committed(std::uint64_t watermark) override;
  void refused(std::uint64_t seq, EntityTag entity, Refusal why) override;
  void store_away(bool away) override;

  /// When run_due() is next wanted; nullopt for never.
  std::optional<Timestamp> deadline() const;
  void run_due();

 private:
  struct Domain {
    DomainSettings settings;
    Outlet* outlet;
    RateLimit rate;
    std::vector<std::unique_ptr<Service>> services;
    std::string info;  // the disco#info answer's payload, ready to be written; empty: to be made
    std::size_t recovering = 0;
    std::vector<Stanza> parked;
  };

  Domain* find(std::string_view name);
  Domain* domain_of(const Stanza& stanza);
  void accept(Domain& domain, Stanza&& stanza);
  bool within_rate(Domain& domain, const Stanza& stanza);
  void route(Domain& domain, Stanza&& stanza);
  bool answer_common(Domain& domain, Stanza& stanza);
  bool answer_disco(Domain& domain, Stanza& stanza);
  void answer_info(Domain& domain, const Stanza& stanza);
  void answer_items(Domain& domain, Stanza stanza, const disco::Query& asked);
  void settle(Domain& domain, const Stanza& stanza, const Outcome& outcome);
  void put(Domain& domain, const Stanza& stanza, Outgoing reply);
  void recovered(Domain& domain);

  Common& common_;
  Timestamp started_;
  std::map<std::string, Domain, std::less<>> domains_;
  std::map<std::string, std::string, std::less<>> users_of_;  // server: domain
};

}  // namespace stoa::dispatch
