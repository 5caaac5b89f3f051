#include <utility>

#include <stoa/base/log.hpp>
#include <stoa/disco/disco.hpp>
#include <stoa/pep/accounts.hpp>
#include <stoa/pep/import.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::pep {

namespace {

constexpr std::size_t most_accounts = 20'000;             ///< in memory, unless more are at work
constexpr Duration idle_time = std::chrono::minutes(10);  ///< then an account may go
constexpr Duration drop_pause = std::chrono::seconds(30);
constexpr std::size_t most_reviewed = 1000;  ///< subscriptions of one contact

StanzaError not_our_server() {
  return {ErrorType::auth, Condition::forbidden, "XEP-0355 8", "You are not my server."};
}
StanzaError badly_wrapped() {
  return {ErrorType::modify, Condition::bad_request, "XEP-0355 4.3",
          "The wrapping holds no iq request."};
}

/// The request inside, as sent to the account: without a `to` it is the sender's own (RFC 6120,
/// 10.3.3). nullopt where there is none.
std::optional<Stanza> request_in(const xml::Element& delegation) {
  const xml::Element* const forwarded = delegation.child("forwarded", ns::forward);
  const xml::Element* const iq = forwarded ? forwarded->child("iq", ns::client) : nullptr;
  if (iq == nullptr) return std::nullopt;
  xml::Element element = *iq;
  if (!element.attr("to")) {
    const auto from = Jid::parse(element.attr_or("from", {}));
    if (!from) return std::nullopt;
    element.set("to", from->bare().str());
  }
  auto stanza = decode_stanza(std::move(element));
  if (!stanza || !stanza->is_iq_request()) return std::nullopt;
  return std::move(stanza).value();
}

}  // namespace

void RosterLoader::load(std::string key, std::uint64_t after, Then<pubsub::NodeState> then) {
  store_.load(std::move(key), after, std::move(then));
}
void RosterLoader::key_of(std::uint64_t number, Then<std::string> then) {
  store_.key_of(number, std::move(then));
}
void RosterLoader::fetch(std::uint64_t number, pubsub::Need need, std::uint64_t after,
                         Then<pubsub::Facts> then) {
  if (const auto* roster = std::get_if<pubsub::need::Roster>(&need)) {
    gateway_.fetch_roster(
        roster->owner, [then = std::move(then)] { then(pubsub::Facts(pubsub::fact::Roster{})); });
    return;
  }
  store_.fetch(number, std::move(need), after, std::move(then));
}
/// Which nodes of an account somebody sees rests on its roster (XEP-0163, 6.2).
void RosterLoader::read(pubsub::Read read, std::uint64_t after, Then<pubsub::ReadResult> then) {
  if (const auto* const command = std::get_if<pubsub::CommandRead>(&read)) {
    if (const auto* const asked = std::get_if<pubsub::look::AtServer>(&command->what)) {
      read_server_nodes(gateway_, asked->users,
                        [then = std::move(then)](pubsub::ServerNodes found) {
                          then(pubsub::ReadResult(std::move(found)));
                        });
      return;
    }
  }
  const auto* const nodes = std::get_if<pubsub::NodesRead>(&read);
  if (nodes == nullptr || account_.empty() || nodes->bare == account_) {
    store_.read(std::move(read), after, std::move(then));
    return;
  }
  gateway_.fetch_roster(account_, [&store = store_, &gateway = gateway_, account = account_,
                                   asked = *nodes, after, then = std::move(then)]() mutable {
    const pubsub::Roster* const roster = gateway.roster(account);
    asked.contact = pubsub::Contact{};
    if (roster != nullptr) {
      const auto found = roster->find(asked.bare.str());
      if (found != roster->end()) asked.contact = found->second;
    }
    store.read(pubsub::Read(std::move(asked)), after, std::move(then));
  });
}
void RosterLoader::pending_keys(std::string from, Timestamp until, std::size_t limit,
                                Then<std::vector<std::string>> then) {
  store_.pending_keys(std::move(from), until, limit, std::move(then));
}
void RosterLoader::outbox(std::uint64_t from, std::size_t limit,
                          Then<std::vector<std::pair<std::uint64_t, dispatch::OutboxRow>>> then) {
  store_.outbox(from, limit, std::move(then));
}

struct Accounts::Account {
  Account(const AccountsPlace& place, dispatch::ServicePlace service, pubsub::Settings settings,
          Ports given)
      : ports(std::move(given)),
        loader(*ports.loader, place.gateway, settings.service),
        nodes(std::move(service), std::move(settings), *ports.journal, loader) {}

  Ports ports;
  RosterLoader loader;
  NodeService nodes;
  Timestamp used{};
};

Accounts::Accounts(AccountsPlace place, pubsub::Settings settings)
    : place_(std::move(place)),
      settings_(std::move(settings)),
      subscriptions_({.common = place_.service.common,
                      .outlet = place_.service.outlet,
                      .gateway = place_.gateway,
                      .nodes_of =
                          [this](const Jid& account) {
                            Account& held = touch(account);
                            return AccountNodes{held.nodes, held.loader};
                          },
                      .settle = [this](const Stanza& stanza, const dispatch::Outcome& outcome,
                                       const std::string& by) { settle(stanza, outcome, by); }}) {
  place_.gateway.on_events(*this);
}

Accounts::~Accounts() = default;

/// The limits of an account hold at its nodes, whoever asks.
pubsub::Settings Accounts::settings_of(const Jid& bare) const {
  pubsub::Settings settings = settings_.for_entity(bare);
  if (bare.local().empty()) settings = pubsub::server_settings(std::move(settings));
  settings.exceptions.clear();
  settings.service = bare;
  return settings;
}

void Accounts::set_settings(pubsub::Settings settings) {
  settings_ = std::move(settings);
  for (const auto& [jid, account] : accounts_) {
    account->nodes.set_settings(settings_of(account->nodes.settings().service));
  }
}

Accounts::Account& Accounts::touch(const Jid& bare) {
  std::unique_ptr<Account>& account = accounts_[bare.str()];
  if (!account) {
    const bool of_server = bare.local().empty();
    dispatch::ServicePlace service = place_.service;
    if (!of_server) service.admins.clear();  // over users' nodes they have no power
    account = std::make_unique<Account>(place_, std::move(service), settings_of(bare),
                                        place_.ports(bare.str()));
  }
  account->used = place_.service.common.now();
  active_.insert(account.get());
  return *account;
}

/// What an account holds is in the store: it is made again when it is spoken to.
void Accounts::drop_idle() {
  if (accounts_.size() <= most_accounts) return;
  const Timestamp now = place_.service.common.now();
  if (now < next_drop_) return;
  next_drop_ = now + drop_pause;
  const Timestamp before = now - idle_time;
  std::erase_if(accounts_, [&](const auto& entry) {
    return entry.second->used < before && !active_.contains(entry.second.get());
  });
}

bool Accounts::handle(Stanza& stanza) {
  if (!stanza.delegation && stanza.kind == StanzaKind::presence && !stanza.to.local().empty() &&
      place_.gateway.serves(stanza.to.domain())) {
    place_.gateway.directed(stanza);
    return true;
  }
  if (!stanza.delegation) {
    return unwrap(stanza) || describe(stanza) || place_.gateway.handle(stanza);
  }
  if (stanza.to.is_bare() && subscriptions_.handle(stanza)) return true;
  if (!stanza.to.is_bare() || !touch(stanza.to).nodes.handle(stanza)) {
    settle(stanza, dispatch::unknown_payload());
  }
  return true;
}

void Accounts::settle(const Stanza& stanza, const dispatch::Outcome& outcome,
                      const std::string& by) {
  dispatch::Common& common = place_.service.common;
  const dispatch::Settling settling{.by = by, .stanza_bytes = place_.service.limits.stanza_bytes};
  auto reply = dispatch::settle(stanza, outcome, settling, common.metrics);
  if (!reply) return;
  common.release.put(place_.service.outlet, std::move(*reply),
                     common.senders.last_after(stanza.from), 0);
}

/// XEP-0355, 4.3
bool Accounts::unwrap(const Stanza& wrapped) {
  const xml::Element* const payload = wrapped.is_iq_request() ? wrapped.payload() : nullptr;
  const bool delegation = payload != nullptr && payload->name() == "delegation" &&
                          is_version_of(delegation_stem, payload->ns());
  if (!delegation) return false;
  const bool by_server = wrapped.from.local().empty() && wrapped.from.is_bare() &&
                         place_.gateway.serves(wrapped.from.domain());
  if (!by_server) {
    log::warning("pep.wrapper_refused", {{"from", wrapped.from.str()}});
    settle(wrapped, not_our_server());
    return true;
  }
  auto request = request_in(*payload);
  if (!request || wrapped.type != "set") {
    settle(wrapped, badly_wrapped());
    return true;
  }
  request->delegation = std::make_shared<const Delegation>(
      Delegation{wrapped.from, wrapped.to, wrapped.id, payload->ns()});
  if (request->to.domain() != wrapped.from.domain()) {
    settle(*request, dispatch::unknown_payload());
    return true;
  }
  place_.hand_in(std::move(*request));
  return true;
}

/// XEP-0355, 7.2: what the server says of itself and of its users on our behalf.
bool Accounts::describe(const Stanza& stanza) {
  if (!stanza.is_iq_request() || !stanza.to.local().empty()) return false;
  const auto query = disco::decode(stanza);
  if (!query || !*query || (*query)->kind != disco::Query::Kind::info) return false;
  const std::string_view node = (*query)->node;
  constexpr std::size_t version_length = 1;
  const std::size_t stem = delegation_stem.size() + version_length;
  if (node.size() <= stem || !is_version_of(delegation_stem, node.substr(0, stem))) return false;
  std::string_view what = node.substr(stem);
  bool of_users = true;
  if (what.starts_with("::")) {
    what.remove_prefix(2);
    of_users = false;
  } else if (what.starts_with(":bare:")) {
    what.remove_prefix(6);
  }
  auto info = information_about(what, stanza.from);
  if (!info) return false;
  if (what == account_management && !of_users) info->features.clear();  // accounts have it
  info->node = node;
  settle(stanza, dispatch::Accepted{disco::encode(*info)});
  return true;
}

/// Of what may be handed over; nullopt for what is none of it.
std::optional<disco::Info> Accounts::information_about(std::string_view space,
                                                       const Jid& server) const {
  if (space == ns::pubsub || space == ns::pubsub_owner)
    return pubsub::Engine::service_info(settings_);
  if (space != account_management) return std::nullopt;
  disco::Info info;
  // Servers ask before they say what they let us do.
  const Jid anybody = Jid::from_prepared("x", server.domain());
  const bool may = !place_.gateway.knows_privileges(server) ||
                   place_.gateway.may_send_as(anybody, "set", ns::pubsub);
  if (may) info.add_feature(std::string(account_management));
  return info;
}

void Accounts::list(disco::ListRequest,
                    std::function<void(dispatch::Found<disco::ListPage>)> then) {
  then(disco::ListPage{});
}

void Accounts::committed(std::uint64_t watermark) {
  for (auto it = active_.begin(); it != active_.end();) {
    Account& account = **it;
    account.nodes.committed(watermark);
    const bool rests = !account.nodes.busy() && !account.nodes.deadline();
    it = rests ? active_.erase(it) : std::next(it);
  }
  drop_idle();
}

void Accounts::refused(std::uint64_t seq, dispatch::EntityTag entity, dispatch::Refusal why) {
  const std::vector<Account*> all(active_.begin(), active_.end());
  for (Account* account : all) account->nodes.refused(seq, entity, why);
}

void Accounts::store_away(bool away) {
  const std::vector<Account*> all(active_.begin(), active_.end());
  for (Account* account : all) account->nodes.store_away(away);
}

std::optional<Timestamp> Accounts::deadline() const {
  std::optional<Timestamp> first = place_.gateway.deadline();
  for (const Account* account : active_) {
    const auto other = account->nodes.deadline();
    if (other && (!first || *other < *first)) first = other;
  }
  return first;
}

void Accounts::run_due(Timestamp now) {
  place_.gateway.run_due(now);
  const std::vector<Account*> all(active_.begin(), active_.end());
  for (Account* account : all) account->nodes.run_due(now);
}

/// Events of accounts are not kept for a restart: servers' users hear the newest when they come.
void Accounts::recover(std::function<void()> sent) {
  sent();
}

void Accounts::set_admins(std::set<std::string, std::less<>> admins) {
  for (const auto& [name, account] : accounts_) {
    if (name.find('@') == name.npos) account->nodes.set_admins(admins);
  }
  place_.service.admins = std::move(admins);
}

void Accounts::serve(NodeService& nodes) {
  nodes.on_errands_elsewhere([this](const std::string& service, const std::string& node,
                                    pubsub::Request request, const NodeService::Done& done) {
    const auto account = Jid::parse(service);
    if (account && place_.gateway.serves(account->domain())) {
      touch(*account).nodes.ask(node, std::move(request), done);
    } else {
      done(dispatch::unknown_payload());
    }
  });
}

std::size_t Accounts::existing() const {
  std::size_t count = 0;
  for (const auto& [name, account] : accounts_) count += account->nodes.existing();
  return count;
}

void Accounts::arrived(const Jid& resource, const std::vector<std::string>& nodes,
                       const std::vector<Jid>& accounts) {
  for (const Jid& account : accounts) {
    NodeService& service = touch(account).nodes;
    for (const std::string& node : nodes) {
      service.ask(node, pubsub::Request(resource, node, pubsub::action::Greet{}));
    }
  }
}

/// Newly entitled, it hears the last items; what it is subscribed to without a right ends
/// (XEP-0163, 7.1).
void Accounts::contact_changed(const Jid& account, const Jid& contact) {
  place_.gateway.greet_again(account, contact);
  Account& held = touch(account);
  pubsub::SubscriptionsRead read{.bare = contact, .cap = most_reviewed};
  held.loader.read(
      std::move(read), 0,
      [this, alive = std::weak_ptr<char>(alive_), account,
       contact](dispatch::Found<pubsub::ReadResult> found) {
        const auto* const result = std::get_if<pubsub::ReadResult>(&found);
        const auto* const page = result ? std::get_if<pubsub::SubscriptionPage>(result) : nullptr;
        if (page == nullptr || alive.expired()) return;
        for (const auto& row : page->rows) {
          touch(account).nodes.ask(
              row.node, pubsub::Request(account, row.node, pubsub::action::Review{contact}));
        }
      });
}

}  // namespace stoa::pep
