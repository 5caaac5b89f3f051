// Any sequence of stanzas at one nodes service: what is decoded is decided, applied, encoded and
// undone. A request has one outcome, and an iq one reply, which is well-formed as everything said
// is; a refusal changes nothing; a node keeps an owner; what it counts and whom it knows as
// subscribed agrees with what is stored.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/dispatch/settle.hpp>
#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/xml/parser.hpp>

#include "mutate.hpp"
#include "support.hpp"

namespace {

using namespace stoa;
using namespace stoa::pubsub;

/// Of another node: no two have the same.
std::uint64_t number_of(const std::string& node) {
  return 1'000'000 + (std::hash<std::string>{}(node) >> 16);
}

/// What a store would find, from the state itself: everything is known or absent.
Facts facts_for(const Need& need, const std::vector<ItemMeta>& items) {
  struct Find {
    const std::vector<ItemMeta>& items;
    Facts operator()(const need::Index&) const { return fact::Index{items}; }
    Facts operator()(const need::Items& n) const {
      fact::Items found{.asked = n.ids};
      for (const ItemMeta& item : items) {
        for (const std::string& id : n.ids) {
          if (item.id == id) found.found.push_back(item);
        }
      }
      return found;
    }
    Facts operator()(const need::Oldest& n) const { return fact::Oldest{n.count, items}; }
    Facts operator()(const need::Last&) const {
      if (items.empty()) return fact::Last{};
      return fact::Last{Item{items.back(), nullptr}};
    }
    Facts operator()(const need::OwnedNodes& n) const { return fact::OwnedNodes{n, 0}; }
    Facts operator()(const need::HeldSubscriptions& n) const {
      return fact::HeldSubscriptions{n, 0};
    }
    Facts operator()(const need::StoredBytes& n) const { return fact::StoredBytes{n, 0}; }
    Facts operator()(const need::Log& n) const { return fact::Log{.from = n.from}; }
    Facts operator()(const need::NodeBytes&) const { return fact::NodeBytes{0}; }
    Facts operator()(const need::ItemCount&) const { return fact::ItemCount{0}; }
    Facts operator()(const need::Kept&) const { return fact::Kept{}; }
    Facts operator()(const need::Roster&) const { return fact::Roster{}; }
    Facts operator()(const need::Lineage& n) const {
      fact::Lineage lineage{.requester = n.requester, .asked = n.nodes};
      for (const std::string& node : n.nodes) {
        lineage.found.push_back(
            {.node = node, .number = number_of(node), .affiliation = Affiliation::owner});
      }
      return lineage;
    }
    Facts operator()(const need::Published& n) const {
      fact::Published found{.asked = n.seqs};
      for (const ItemMeta& item : items) {
        const bool asked = std::find(n.seqs.begin(), n.seqs.end(), item.seq) != n.seqs.end();
        if (asked) found.items.push_back({item, nullptr});
      }
      return found;
    }
    Facts operator()(const need::Orphans& n) const { return fact::Orphans{n.of, {"orphan"}}; }
    Facts operator()(const need::Kin& n) const {
      fact::Kin kin{.requester = n.requester, .asked = n.nodes};
      for (const std::string& node : n.nodes) {
        kin.found.push_back({.node = node,
                             .number = number_of(node),
                             .collection = true,
                             .policy = AssociationPolicy::all});
      }
      return kin;
    }
    Facts operator()(const need::Above& n) const {
      fact::Above above{.from = n.from};
      for (const std::uint64_t parent : n.from) {
        above.subscriptions.push_back(
            {parent, "above", *Jid::parse("watcher@shakespeare.lit"), "w", SubscriptionType::all});
      }
      return above;
    }
  };
  return std::visit(Find{items}, need);
}

class Service {
 public:
  Service() {
    settings_.service = *Jid::parse("services.shakespeare.lit");
    settings_.limits.payload_bytes = 4096;
    settings_ = prepare(std::move(settings_));
  }

  void take(const Stanza& stanza) {
    now_ += std::chrono::seconds(1);
    const Context context{now_, ids_, false};
    auto claimed = Engine::decode(stanza, settings_, context);
    if (auto* entity = std::get_if<claim::ForEntity<Request>>(&claimed)) {
      answer(stanza, decide(nodes_[entity->key], entity->request));
    } else if (auto* made = std::get_if<claim::ForNewEntity<Request>>(&claimed)) {
      require(!nodes_[made->key].state.exists());
      answer(stanza, decide(nodes_[made->key], made->request));
    } else if (auto* error = std::get_if<StanzaError>(&claimed)) {
      answer(stanza, *error);
    } else if (auto* known = std::get_if<claim::Answer>(&claimed)) {
      answer(stanza, dispatch::Accepted{known->reply});
    } else if (auto* number = std::get_if<claim::ForNumber<Request>>(&claimed)) {
      for (auto& [key, node] : nodes_) {
        if (node.state.number == number->number) decide(node, number->request);
      }
    }
  }

 private:
  struct Node {
    NodeState state;
    std::map<std::uint64_t, ItemMeta> stored;
    std::map<std::pair<Jid, std::string>, Subscription> subscriptions;
  };

  /// What dispatch makes of it: a reply to a request, none to anything else.
  void answer(const Stanza& stanza, const dispatch::Outcome& outcome) {
    const dispatch::Settling settling{.by = {}, .stanza_bytes = 256 * 1024};
    const auto reply = dispatch::settle(stanza, outcome, settling, metrics_);
    if (stanza.is_iq_request()) require(reply.has_value());
    if (stanza.is_error()) require(!reply);
    if (!reply) return;
    std::string text;
    reply->append_to(text);
    const auto parsed = xml::parse(text, "jabber:client");
    require(parsed.ok());
    require(parsed->attr("to") == stanza.from.str());
    require(parsed->attr_or("id", {}) == stanza.element.attr_or("id", {}));
    if (const auto* error = std::get_if<StanzaError>(&outcome)) require(!error->section.empty());
  }

  dispatch::Outcome decide(Node& node, const Request& request) {
    const Context context{now_, ids_, false};
    for (int tries = 0; tries < 8; ++tries) {
      auto verdict = Engine::decide(node.state, request, settings_, context);
      if (const auto* lacks = std::get_if<Lacks<Need>>(&verdict)) {
        std::vector<ItemMeta> items;
        for (const auto& [seq, item] : node.stored) items.push_back(item);
        supply(node.state, facts_for(lacks->need, items));
        continue;
      }
      if (auto* error = std::get_if<StanzaError>(&verdict)) return std::move(*error);
      auto* step = std::get_if<Step<Change, Outbound>>(&verdict);
      if (step == nullptr) return dispatch::Accepted{};  // a look-up
      carry_out(node, *step);
      if (step->refusal) return dispatch::AcceptedPartly{std::move(*step->refusal), step->reply};
      return dispatch::Accepted{std::move(step->reply)};
    }
    require(false);
    return dispatch::Accepted{};
  }

  void carry_out(Node& node, const Step<Change, Outbound>& step) {
    const NodeState before = node.state;
    for (const Change& change : step.changes) {
      stoa::pubsub::apply(node.state, change);
      store(node, change);
    }
    std::vector<Encoded> said;
    for (const auto* part : {&step.before_reply, &step.outbound}) {
      for (const Outbound& one : *part) Engine::encode(one, node.state, settings_, said);
    }
    for (const Encoded& one : said) {
      if (one.outgoing.count() == 0) continue;
      std::string text;
      one.outgoing.append_one(text, 0);
      require(xml::parse(text, "jabber:client").ok());
    }
    check(node);
    NodeState undone = node.state;
    for (auto change = step.changes.rbegin(); change != step.changes.rend(); ++change) {
      stoa::pubsub::apply(undone, inverse(*change));
    }
    require(same_stored(undone, before));
  }

  static void store(Node& node, const Change& change) {
    if (const auto* s = std::get_if<change::SubscriptionSet>(&change)) {
      if (s->before) {
        require(node.subscriptions.erase({s->before->jid, s->before->subid}) == 1);
      }
      if (s->after) {
        const auto key = std::pair(s->after->jid, s->after->subid);
        require(node.subscriptions.emplace(key, *s->after).second);
      }
    }
    if (const auto* c = std::get_if<change::ItemPublished>(&change)) {
      if (c->before) node.stored.erase(c->before->seq);
      node.stored[c->item.meta.seq] = c->item.meta;
    } else if (const auto* r = std::get_if<change::ItemsRetracted>(&change)) {
      for (const ItemMeta& item : r->items) node.stored.erase(item.seq);
    } else if (const auto* p = std::get_if<change::NodePurged>(&change)) {
      std::erase_if(node.stored,
                    [&](const auto& row) { return !p->keep || p->keep->seq != row.first; });
    } else if (std::holds_alternative<change::NodeDeleted>(change)) {
      node.stored.clear();
      node.subscriptions.clear();
    }
  }

  static void check(const Node& node) {
    if (!node.state.exists()) return;
    require(node.state.item_count == node.stored.size());
    bool owned = false;
    for (const auto& [jid, affiliation] : node.state.affiliations) {
      owned = owned || affiliation == Affiliation::owner;
      require(affiliation != Affiliation::none && jid.is_bare());
    }
    require(owned || node.state.node == root_key);  // of the root nobody is
    require(node.state.subscriptions.size() == node.subscriptions.size());
    for (const Subscription& subscription : node.state.subscriptions) {
      require(subscription.state != SubscriptionState::none);
      require(node.subscriptions.contains({subscription.jid, subscription.subid}));
    }
    static_cast<void>(Engine::deadline(node.state));
    static_cast<void>(node.state.footprint());
  }

  Settings settings_;
  dispatch::Metrics metrics_;
  Ids ids_;
  Timestamp now_{};
  std::map<std::string, Node> nodes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto play = xml::parse("<play>" + std::string(text) + "</play>", "jabber:client");
  if (!play) return 0;
  Service service;
  for (xml::Node& node : play->nodes()) {
    if (node.element() == nullptr) continue;
    auto stanza = decode_stanza(std::move(*node.element()));
    if (!stanza || stanza->from.empty()) continue;
    if (stanza->kind == StanzaKind::iq && stanza->element.children().size() != 1) continue;
    service.take(*stanza);
  }
  return 0;
}
