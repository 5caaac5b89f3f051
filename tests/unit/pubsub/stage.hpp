#pragma once

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

namespace stoa::pubsub {

/// Ids that tests can foresee.
class CountingIds final : public IdSource {
 public:
  std::string token() override {
    std::string digits = std::to_string(++tokens_);
    return std::string(22 - digits.size(), '0') + digits;
  }
  std::uint64_t number() override { return ++numbers_; }
  std::string key() override { return std::string(32, '0'); }

 private:
  std::uint64_t tokens_ = 0;
  std::uint64_t numbers_ = 0;
};

/// One node and the little of a store that its decisions need.
class Stage {
 public:
  Stage() {
    settings.service = *Jid::parse("services.shakespeare.lit");
    settings = prepare(std::move(settings));
  }

  Settings settings;
  NodeState state;
  Timestamp now = *parse_xep0082("2026-01-01T12:00:00Z");
  CountingIds ids;
  std::map<std::uint64_t, Item> stored;
  std::vector<std::pair<NodeState, Change>> history;  ///< each change, and the state before it
  std::map<std::string, Relative> relatives;          ///< other nodes of the graph
  std::vector<LogEntry> log;                          ///< of the digests, all of it
  std::vector<Upward> above;                          ///< who is subscribed to its collections
  bool forgetful = false;  ///< all caches are dropped before each request

  using Verdict = Decision<Change, Outbound, Read, Need>;

  /// Decides; a step's changes are applied, stored and remembered.
  Verdict ask(std::string_view from, Action action, bool admin = false) {
    if (forgetful) state.shrink();
    const Request request(*Jid::parse(from), "node", std::move(action));
    for (int tries = 0; tries < 8; ++tries) {
      Verdict verdict = Engine::decide(state, request, settings, Context{now, ids, admin});
      if (const auto* lacks = std::get_if<Lacks<Need>>(&verdict)) {
        supply(state, std::visit([&](const auto& n) { return Facts(facts(n)); }, lacks->need));
        continue;
      }
      if (const auto* step = std::get_if<Step<Change, Outbound>>(&verdict)) {
        for (const Change& change : step->changes) carry_out(change);
      }
      return verdict;
    }
    throw std::logic_error("facts never suffice");
  }

  /// Decides at any state, the facts of this node at hand; nothing is applied.
  Verdict decide(NodeState at, const Request& request) {
    for (int tries = 0; tries < 8; ++tries) {
      Verdict verdict = Engine::decide(at, request, settings, Context{now, ids, false});
      const auto* lacks = std::get_if<Lacks<Need>>(&verdict);
      if (lacks == nullptr) return verdict;
      supply(at, std::visit([&](const auto& n) { return Facts(facts(n)); }, lacks->need));
    }
    throw std::logic_error("facts never suffice");
  }

  std::vector<std::string> stored_ids() const {
    std::vector<std::string> names;
    for (const auto& [seq, item] : stored) names.push_back(item.meta.id);
    return names;
  }

 private:
  void carry_out(const Change& change) {
    history.emplace_back(state, change);
    apply(state, change);
    if (const auto* c = std::get_if<change::ItemPublished>(&change)) {
      if (c->before) stored.erase(c->before->seq);
      stored[c->item.meta.seq] = c->item;
    } else if (const auto* r = std::get_if<change::ItemsRetracted>(&change)) {
      for (const ItemMeta& item : r->items) stored.erase(item.seq);
    } else if (const auto* p = std::get_if<change::NodePurged>(&change)) {
      std::erase_if(stored, [&](const auto& row) { return !p->keep || p->keep->seq != row.first; });
    } else if (const auto* l = std::get_if<change::Logged>(&change)) {
      log.insert(log.end(), l->entries.begin(), l->entries.end());
    } else if (std::holds_alternative<change::NodeDeleted>(change)) {
      stored.clear();
      log.clear();
    }
  }

  fact::Index facts(const need::Index&) const { return {metas(stored.size())}; }
  fact::Items facts(const need::Items& need) const {
    fact::Items found{.asked = need.ids};
    for (const ItemMeta& item : metas(stored.size())) {
      if (std::count(need.ids.begin(), need.ids.end(), item.id) > 0) found.found.push_back(item);
    }
    return found;
  }
  fact::Oldest facts(const need::Oldest& need) const { return {need.count, metas(need.count)}; }
  fact::Last facts(const need::Last&) const {
    if (stored.empty()) return {};
    return {stored.rbegin()->second};
  }
  fact::OwnedNodes facts(const need::OwnedNodes& need) const { return {need, 0}; }
  fact::HeldSubscriptions facts(const need::HeldSubscriptions& need) const { return {need, 0}; }
  fact::StoredBytes facts(const need::StoredBytes& need) const { return {need, 0}; }
  fact::Kin facts(const need::Kin& need) const {
    fact::Kin kin{.requester = need.requester, .asked = need.nodes};
    for (const std::string& node : need.nodes) {
      const auto known = relatives.find(node);
      kin.found.push_back(known == relatives.end() ? Relative{.node = node} : known->second);
    }
    return kin;
  }
  fact::Above facts(const need::Above& need) const { return {need.from, above}; }
  fact::Log facts(const need::Log& need) const {
    fact::Log page{.from = need.from};
    for (const LogEntry& entry : log) {
      if (entry.seq >= need.from) page.entries.push_back(entry);
    }
    return page;
  }
  fact::NodeBytes facts(const need::NodeBytes&) const { return {0}; }
  fact::ItemCount facts(const need::ItemCount&) const { return {0}; }
  fact::Kept facts(const need::Kept&) const { return {}; }
  fact::Roster facts(const need::Roster&) const { return {}; }
  fact::Lineage facts(const need::Lineage& need) const {
    fact::Lineage lineage{.requester = need.requester, .asked = need.nodes};
    for (const std::string& node : need.nodes) lineage.found.push_back({.node = node});
    return lineage;
  }
  fact::Orphans facts(const need::Orphans& need) const { return {.of = need.of}; }
  fact::Published facts(const need::Published& need) const {
    fact::Published found{.asked = need.seqs};
    for (const std::uint64_t seq : need.seqs) {
      if (stored.contains(seq)) found.items.push_back(stored.at(seq));
    }
    return found;
  }

  std::vector<ItemMeta> metas(std::size_t count) const {
    std::vector<ItemMeta> items;
    for (const auto& [seq, item] : stored) {
      if (items.size() < count) items.push_back(item.meta);
    }
    return items;
  }
};

inline forms::Form submit(std::vector<std::pair<std::string, std::string>> fields) {
  forms::Form form{.type = forms::FormType::submit};
  for (auto& [var, value] : fields) {
    form.fields.push_back(forms::Field{.var = var, .values = {value}});
  }
  return form;
}

inline action::Publish publish(std::vector<std::string> item_ids) {
  action::Publish action;
  for (std::string& id : item_ids) {
    action.items.push_back({.id = std::move(id),
                            .payload = std::make_shared<const std::string>("<a xmlns='urn:a'/>"),
                            .payload_ns = "urn:a"});
  }
  return action;
}

inline const StanzaError* refusal(const Stage::Verdict& verdict) {
  return std::get_if<StanzaError>(&verdict);
}

}  // namespace stoa::pubsub
