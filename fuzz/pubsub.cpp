// Any sequence of stanzas at one nodes service: what is decoded is decided, applied, encoded and
// undone. A node keeps an owner, its counts agree with what is stored, everything said is
// well-formed.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/xml/parser.hpp>

#include "support.hpp"

namespace {

using namespace stoa;
using namespace stoa::pubsub;

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
    Facts operator()(const need::Roster&) const { return fact::Roster{}; }
    Facts operator()(const need::Lineage& n) const {
      fact::Lineage lineage{.requester = n.requester, .asked = n.nodes};
      for (const std::string& node : n.nodes) {
        lineage.found.push_back(
            {.node = node, .number = 1'000'001, .affiliation = Affiliation::owner});
      }
      return lineage;
    }
    Facts operator()(const need::Orphans& n) const { return fact::Orphans{n.of, {"orphan"}}; }
    Facts operator()(const need::Kin& n) const {
      fact::Kin kin{.requester = n.requester, .asked = n.nodes};
      for (const std::string& node : n.nodes) {
        kin.found.push_back({.node = node,
                             .number = 1'000'000,
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
      decide(nodes_[entity->key], entity->request);
    } else if (auto* made = std::get_if<claim::ForNewEntity<Request>>(&claimed)) {
      decide(nodes_[made->key], made->request);
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
  };

  void decide(Node& node, const Request& request) {
    const Context context{now_, ids_, false};
    for (int tries = 0; tries < 8; ++tries) {
      auto verdict = Engine::decide(node.state, request, settings_, context);
      if (const auto* lacks = std::get_if<Lacks<Need>>(&verdict)) {
        std::vector<ItemMeta> items;
        for (const auto& [seq, item] : node.stored) items.push_back(item);
        supply(node.state, facts_for(lacks->need, items));
        continue;
      }
      if (auto* step = std::get_if<Step<Change, Outbound>>(&verdict)) carry_out(node, *step);
      return;
    }
    require(false);
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
    require(owned);
    static_cast<void>(Engine::deadline(node.state));
    static_cast<void>(node.state.footprint());
  }

  Settings settings_;
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
