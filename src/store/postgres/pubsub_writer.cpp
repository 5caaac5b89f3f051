#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include <stoa/pubsub/model/types.hpp>

#include "store/postgres/fault.hpp"
#include "store/postgres/pubsub_batch.hpp"
#include "store/postgres/pubsub_tables.hpp"

namespace stoa::store::postgres {

namespace change = pubsub::change;

NodeWork& PubsubBatch::node(std::uint64_t number) {
  const auto [at, fresh] = places.try_emplace(number, nodes.size());
  if (fresh) {
    nodes.emplace_back();
    nodes.back().number = number;
  }
  return nodes[at->second];
}

namespace {

/// The item is about to go: the one of this batch, or else the stored one.
void leave(NodeWork& work, const pubsub::ItemMeta& item, NodeWork::Fate fate) {
  if (const auto* pending = work.items.find({0, item.id})) {
    if (fate != NodeWork::Fate::deleted) work.passed.emplace_back(*pending, fate);
    work.items.erase({0, item.id});
    return;
  }
  const bool kept = fate == NodeWork::Fate::kept;
  if (!kept) work.leaving.emplace(item.seq, fate);
  if (kept || fate == NodeWork::Fate::fallen) {
    work.standing_from = std::max(work.standing_from, item.seq + 1);
  }
}

NodeWork::Fate fate_of(change::Removal why) {
  switch (why) {
    case change::Removal::retracted:
      return NodeWork::Fate::silent;
    case change::Removal::replaced:
      return NodeWork::Fate::deleted;
    case change::Removal::evicted:
    case change::Removal::expired:
      break;
  }
  return NodeWork::Fate::fallen;
}

struct Add {
  PubsubBatch& batch;
  const std::string& service;

  void operator()(const change::NodeCreated& c) const {
    NodeWork& work = batch.node(c.number);
    work.created = &c;
    work.service = service;
    batch.redirects.insert_or_assign({service, c.node}, nullptr);
  }

  void operator()(const change::NodeConfigured& c) const { batch.node(c.number).configured = &c; }

  // What the batch holds of a node that is not kept need not be written at all.
  void operator()(const change::NodeDeleted& c) const {
    NodeWork& work = batch.node(c.number);
    if (c.kept) {
      work.service = service;
      work.buried = &c;
      work.restored = nullptr;
      work.unlinked = true;
      work.links.clear();
    } else {
      const bool stored = work.created == nullptr;
      work = NodeWork();
      work.number = c.number;
      work.deleted = stored;
    }
    for (NodeWork& other : batch.nodes) other.links.erase(c.number);
    batch.redirects.insert_or_assign({service, c.node}, c.redirect ? &*c.redirect : nullptr);
  }

  void operator()(const change::NodeRestored& c) const {
    NodeWork& work = batch.node(c.number);
    work.service = service;
    work.restored = &c;
    work.buried = nullptr;
    batch.redirects.insert_or_assign({service, c.node}, nullptr);
  }

  void operator()(const change::Audited& c) const { batch.acts.emplace_back(service, &c.act); }

  void operator()(const change::ItemPublished& c) const {
    NodeWork& work = batch.node(c.number);
    if (c.before)
      leave(work, *c.before, c.transient ? NodeWork::Fate::deleted : NodeWork::Fate::past);
    if (!c.before) ++work.more_items;
    work.items.put({0, c.item.meta.id}, &c.item);
  }

  void operator()(const change::ItemsRetracted& c) const {
    NodeWork& work = batch.node(c.number);
    const NodeWork::Fate fate = fate_of(c.why);
    const bool stays = c.kept && fate == NodeWork::Fate::fallen;
    for (const pubsub::ItemMeta& item : c.items) {
      leave(work, item, stays ? NodeWork::Fate::kept : fate);
      if (c.why == change::Removal::retracted) work.silenced[item.id] = item.seq;
    }
    work.more_items -= static_cast<std::int64_t>(c.items.size());
  }

  void operator()(const change::NodePurged& c) const {
    NodeWork& work = batch.node(c.number);
    work.purges.push_back(&c);
    work.more_items -= static_cast<std::int64_t>(c.count_before - c.count_after);
    for (const auto& [key, item] : work.items.slots()) {
      if (!item) continue;
      const std::uint64_t seq = (*item)->meta.seq;
      if (seq > c.up_to || (c.keep && c.keep->seq == seq)) continue;
      work.passed.emplace_back(*item, NodeWork::Fate::silent);
      work.items.erase(key);
    }
  }

  void operator()(const change::SubscriptionSet& c) const {
    NodeWork& work = batch.node(c.number);
    const auto key = [](const pubsub::Subscription& s) { return RowKey{0, s.jid.str(), s.subid}; };
    if (c.before) work.subscriptions.erase(key(*c.before));
    if (c.after) work.subscriptions.put(key(*c.after), &*c.after);
  }

  void operator()(const change::AffiliationSet& c) const {
    NodeWork& work = batch.node(c.number);
    const RowKey key{0, c.jid.str()};
    if (c.after == pubsub::Affiliation::none) {
      work.affiliations.erase(key);
    } else {
      work.affiliations.put(key, c.after);
    }
  }

  void operator()(const change::WatcherSet& c) const {
    NodeWork& work = batch.node(c.number);
    const RowKey key{0, c.jid.str()};
    if (c.after.empty()) {
      work.watchers.erase(key);
    } else {
      work.watchers.put(key, &c);
    }
  }

  void operator()(const change::Linked& c) const {
    batch.node(c.number).links.insert_or_assign(c.parent, c.way);
  }

  void operator()(const change::Related& c) const { batch.node(c.number).related = &c; }

  void operator()(const change::Orphaned&) const {}

  void operator()(const change::Logged& c) const {
    NodeWork& work = batch.node(c.number);
    for (const pubsub::LogEntry& entry : c.entries) work.logged.push_back(&entry);
    work.log_dropped = std::max(work.log_dropped, c.dropped);
  }

  void operator()(const change::OfferSet& c) const { batch.node(c.number).offer = &c; }
  void operator()(const change::Recounted& c) const { batch.node(c.number).recounted = true; }

  void operator()(const change::Watch&) const {}
  void operator()(const change::Adopt&) const {}

  void operator()(const change::Undo&) const {
    throw Fault(FaultKind::content, "an undone change reached the store");
  }
};

/// Whether write_items() is all that it needs.
bool moves_items(const pubsub::Change& change) {
  if (std::holds_alternative<change::ItemPublished>(change)) return true;
  const auto* gone = std::get_if<change::ItemsRetracted>(&change);
  return gone != nullptr && gone->why != change::Removal::retracted;
}

}  // namespace

struct PubsubWriter::Batch : PubsubBatch {};

PubsubWriter::PubsubWriter() : batch_(std::make_unique<Batch>()) {}
PubsubWriter::~PubsubWriter() = default;

void PubsubWriter::add(const std::string& service, const pubsub::Change& change) {
  std::visit(Add{*batch_, service}, change);
  ++changes_;
  if (moves_items(change)) ++moves_;
}

bool PubsubWriter::simple() const {
  if (purged_ || changes_ == 0 || moves_ < changes_) return false;
  return std::all_of(batch_->nodes.begin(), batch_->nodes.end(),
                     [](const NodeWork& work) { return work.passed.empty(); });
}

void PubsubWriter::write_alone(Connection& connection, std::uint64_t number) {
  const Batch batch = take();
  write_items_alone(connection, batch, number);
}

void PubsubWriter::clear() {
  take();
}

PubsubWriter::Batch PubsubWriter::take() {
  changes_ = moves_ = 0;
  return std::exchange(*batch_, Batch());
}

void PubsubWriter::write(Connection& connection) {
  const Batch batch = take();
  write_batch(connection, batch);
  for (const NodeWork& work : batch.nodes) purged_ = purged_ || !work.purges.empty();
  if (purged_) purged_ = clear_purged(connection);
}

}  // namespace stoa::store::postgres
