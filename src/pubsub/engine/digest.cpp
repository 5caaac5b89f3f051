#include "pubsub/engine/digest.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace stoa::pubsub {

namespace {

constexpr std::size_t digests_at_once = 1000;  ///< recipients in one step

using Kind = LogEntry::Kind;

Duration period(const Scene& scene, const Subscription& subscription) {
  const std::uint32_t least = scene.settings.limits.digest_frequency;
  return std::chrono::milliseconds(std::max(subscription.options.digest_frequency, least));
}

/// The entries that a step makes, in order.
class Entries {
 public:
  Entries(const NodeState& state, const Done& step) : next_(state.next_seq) {
    for (const Change& change : step.changes) {
      if (const auto* published = std::get_if<change::ItemPublished>(&change)) {
        next_ = std::max(next_, published->item.meta.seq + 1);
      } else if (const auto* removed = std::get_if<change::ItemsRetracted>(&change)) {
        for (const ItemMeta& item : removed->items) removed_.emplace(item.id, item);
      }
    }
    next_before_ = next_;
    for (const Outbound& said : step.outbound) {
      if (const auto* published = std::get_if<say::Published>(&said)) add(*published);
      if (const auto* retracted = std::get_if<say::Retracted>(&said)) add(*retracted);
    }
    for (const Change& change : step.changes) {
      if (const auto* removed = std::get_if<change::ItemsRetracted>(&change)) add(*removed);
    }
  }

  std::uint64_t next_before() const { return next_before_; }
  std::uint64_t next() const { return next_; }
  std::vector<LogEntry> take() { return std::move(entries_); }

 private:
  void add(const say::Published& said) {
    for (const Item& item : said.items) {
      entries_.push_back({.kind = Kind::published, .seq = item.meta.seq, .item = item});
      next_ = std::max(next_, item.meta.seq + 1);
    }
    if (said.items.empty()) entries_.push_back({.kind = Kind::published, .seq = next_++});
  }
  void add(const say::Retracted& said) {
    for (const std::string& id : said.ids) {
      const auto known = removed_.find(id);
      if (known == removed_.end()) continue;
      entries_.push_back({.kind = Kind::retracted, .seq = next_++, .item = {known->second, {}}});
      told_.insert(id);
    }
  }
  /// What a full node lets go of silently was published all the same.
  void add(const change::ItemsRetracted& removed) {
    if (removed.why == change::Removal::evicted || removed.why == change::Removal::replaced) return;
    for (const ItemMeta& item : removed.items) {
      if (told_.contains(item.id)) continue;
      entries_.push_back({.kind = Kind::removed, .seq = next_++, .item = {item, {}}});
    }
  }

  std::uint64_t next_;
  std::uint64_t next_before_ = 0;
  std::map<std::string, ItemMeta> removed_;
  std::set<std::string> told_;
  std::vector<LogEntry> entries_;
};

/// The subscriptions as a step leaves them, and how far the log is needed.
class Marks {
 public:
  explicit Marks(const Done& step) {
    for (const Change& change : step.changes) {
      const auto* set = std::get_if<change::SubscriptionSet>(&change);
      if (set == nullptr) continue;
      const Subscription& one = set->after ? *set->after : *set->before;
      touched_[{one.jid, one.subid}] = set->after;
    }
  }

  void visit(const NodeState& state, const auto& each) {
    for (const Subscription& held : state.subscriptions) {
      const auto touched = touched_.find({held.jid, held.subid});
      if (held.digest) before_ = std::min(before_, held.digest->next);
      if (touched == touched_.end()) {
        each(held);
      } else if (touched->second) {
        each(*touched->second);
      }
    }
  }
  void need(std::uint64_t seq) { after_ = std::min(after_, seq); }

  static constexpr std::uint64_t none = INT64_MAX;
  std::uint64_t before() const { return before_; }
  std::uint64_t after() const { return after_; }

 private:
  std::map<std::pair<Jid, std::string>, std::optional<Subscription>> touched_;
  std::uint64_t before_ = none;
  std::uint64_t after_ = none;
};

bool tells(const std::vector<LogEntry>& entries) {
  return std::any_of(entries.begin(), entries.end(),
                     [](const LogEntry& entry) { return entry.kind != Kind::removed; });
}

bool purges(const Done& step) {
  return std::any_of(step.changes.begin(), step.changes.end(), [](const Change& change) {
    const auto* purged = std::get_if<change::NodePurged>(&change);
    return purged != nullptr && !purged->keep;
  });
}

/// What a page of the log comes to for one that has heard of everything before `from`.
struct Contents {
  std::vector<Item> items;
  std::vector<std::string> retracted;
  bool bare = false;

  bool empty() const { return items.empty() && retracted.empty() && !bare; }
};

Contents contents_of(const Scene& scene, const LogPage& page, std::uint64_t from,
                     const Maybe<Filter>& filter) {
  Contents contents;
  const auto expired = expired_until(scene.config(), scene.now());
  std::set<std::string_view> there;
  for (const LogEntry& entry : page.entries) {
    if (entry.kind == Kind::published && entry.live) there.insert(entry.item.meta.id);
  }
  std::set<std::string_view> gone;
  for (const LogEntry& entry : page.entries) {
    const ItemMeta& meta = entry.item.meta;
    const bool known_before = entry.kind == Kind::retracted && meta.first_seq < from;
    if (known_before && !there.contains(meta.id) && gone.insert(meta.id).second) {
      contents.retracted.push_back(meta.id);
    }
    if (entry.kind != Kind::published || !entry.live) continue;
    if (meta.id.empty()) {
      contents.bare = !filter;
    } else if (!(expired && meta.published <= *expired) &&
               Sieve(entry.item, shows_publishers(scene.config())).passes(filter)) {
      contents.items.push_back(entry.item);
    }
  }
  return contents;
}

std::optional<DigestMark> behind(const DigestMark& mark, const LogPage& page, Timestamp due) {
  if (!page.more || page.entries.empty()) return std::nullopt;
  return DigestMark{mark.from, page.entries.back().seq + 1, due};
}

/// Those to whom one digest goes.
struct Group {
  std::vector<const Subscription*> members;
};

bool alone(const NodeState& state, const Subscription& subscription) {
  return subscription.options.filter || state.subscriptions.of(subscription.jid).size() > 1;
}

Group first_due(const Scene& scene) {
  Group group;
  for (const Subscription& held : scene.state.subscriptions) {
    if (!held.digest || held.digest->due > scene.now()) continue;
    const bool by_itself = alone(scene.state, held);
    if (group.members.empty()) {
      group.members.push_back(&held);
      if (by_itself) break;
      continue;
    }
    const Subscription& first = *group.members.front();
    const bool alike = !by_itself && held.digest->from == first.digest->from &&
                       held.digest->next == first.digest->next &&
                       held.options.include_body == first.options.include_body;
    if (alike) group.members.push_back(&held);
    if (group.members.size() == digests_at_once) break;
  }
  return group;
}

bool may_hear(const Scene& scene, const Subscription& subscription) {
  return subscription.listens() && scene.config().deliver_notifications &&
         may_read(scene.state, scene.settings, subscription.jid.bare()) &&
         scene.state.hears_now(subscription, scene.context.presences);
}

std::optional<Verdict> lacks_log(const Scene& scene, const DigestMark& mark) {
  const KnownLog& known = scene.state.found().log;
  if (known && known->from == mark.next) return std::nullopt;
  return Verdict(Lacks<Need>{need::Log{mark.next, scene.settings.limits.answer_bytes}});
}

/// Those of the group who may hear it are told.
void say_digest(const Scene& scene, const Group& group, Done& step) {
  const Subscription& first = *group.members.front();
  Contents contents =
      contents_of(scene, *scene.state.found().log, first.digest->from, first.options.filter);
  if (contents.empty()) return;
  say::Digest said{.items = std::move(contents.items),
                   .retracted = std::move(contents.retracted),
                   .bare = contents.bare,
                   .body = first.options.include_body};
  for (const Subscription* member : group.members) {
    if (may_hear(scene, *member)) said.to.emplace_back(member->jid, member->subid);
  }
  if (said.to.empty()) return;
  said.token = scene.token();
  said.removals_token = scene.token();
  said.names_subid = scene.state.subscriptions.of(first.jid).size() > 1;
  step.outbound.push_back(std::move(said));
}

}  // namespace

void log_for_digests(const Scene& scene, Done& step) {
  const NodeState& state = scene.state;
  if (!state.exists() || state.subscriptions.digests() == 0) return;
  Entries made(state, step);
  change::Logged logged{.number = state.number, .next_seq = made.next_before()};
  logged.entries = made.take();
  Marks marks(step);
  std::vector<change::SubscriptionSet> begun;
  const bool begins = tells(logged.entries);
  marks.visit(state, [&](const Subscription& held) {
    if (held.digest) marks.need(held.digest->next);
    if (held.digest || !begins || !held.options.digest || !held.listens()) return;
    Subscription after = held;
    const std::uint64_t first = logged.entries.front().seq;
    after.digest = DigestMark{first, first, scene.now() + period(scene, held)};
    marks.need(first);
    begun.push_back({state.number, held, std::move(after)});
  });
  const bool needed = marks.after() != Marks::none;
  if (!needed) logged.entries.clear();
  const bool shortened = marks.before() != Marks::none && marks.after() > marks.before();
  if (logged.entries.empty() && !shortened && !purges(step)) return;
  logged.dropped = needed ? marks.after() : made.next();
  if (purges(step)) logged.dropped = made.next();
  if (made.next() > log_length) logged.dropped = std::max(logged.dropped, made.next() - log_length);
  for (auto& set : begun) step.changes.push_back(std::move(set));
  step.changes.push_back(std::move(logged));
}

std::optional<Verdict> send_digests(const Scene& scene, Done& step) {
  const auto due = scene.state.subscriptions.next_digest();
  if (!due || *due > scene.now()) return std::nullopt;
  const Group group = first_due(scene);
  const DigestMark& mark = *group.members.front()->digest;
  if (auto verdict = lacks_log(scene, mark)) return verdict;
  say_digest(scene, group, step);
  for (const Subscription* member : group.members) {
    Subscription after = *member;
    after.digest = behind(*member->digest, *scene.state.found().log, member->digest->due);
    step.changes.push_back(change::SubscriptionSet{scene.state.number, *member, std::move(after)});
  }
  return std::nullopt;
}

std::optional<Verdict> flush_digest(const Scene& scene, Done& step, Subscription& after) {
  const Subscription* held = scene.state.subscriptions.find(after.jid, after.subid);
  const bool flushes =
      held != nullptr && held->digest && !after.options.digest && after.options.deliver;
  if (!flushes) return std::nullopt;
  if (auto verdict = lacks_log(scene, *held->digest)) return verdict;
  say_digest(scene, Group{{held}}, step);
  after.digest = behind(*held->digest, *scene.state.found().log, scene.now());
  return std::nullopt;
}

void adjust_digest(const Scene& scene, Subscription& after) {
  if (!after.digest) return;
  if (!after.listens()) {
    after.digest.reset();
  } else if (after.options.digest) {
    after.digest->due = std::min(after.digest->due, scene.now() + period(scene, after));
  }
}

}  // namespace stoa::pubsub
