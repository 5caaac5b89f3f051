#include <algorithm>
#include <set>

#include <stoa/store/memory/pubsub.hpp>

#include "store/memory/pubsub_commands.hpp"
#include "store/memory/pubsub_kept.hpp"
#include "store/memory/pubsub_kin.hpp"
#include "store/memory/pubsub_log.hpp"
#include "store/memory/pubsub_search.hpp"

namespace stoa::store::memory {

namespace {

using namespace pubsub;

/// Rows in their order with a UID each; what a page of them is.
struct Cut {
  bool known = true;
  std::size_t begin = 0;
  std::size_t end = 0;
};

template <class Rows, class Uid>
Cut cut(const Rows& rows, const std::optional<rsm::Request>& page, std::size_t cap, Uid uid) {
  if (!page) return {true, 0, std::min(cap, rows.size())};
  const auto made = rsm::page(
      *page, rows.size(), [&](std::size_t i) { return uid(rows[i]); }, cap);
  if (!made) return {.known = false};
  return {true, made->begin, made->end};
}

template <class Page, class Rows>
ReadResult page_of(Rows rows, const Cut& cut) {
  if (!cut.known) return UnknownUid{};
  Page page;
  page.count = rows.size();
  page.first_index = cut.begin;
  for (std::size_t i = cut.begin; i < cut.end; ++i) page.rows.push_back(rows[i]);
  return page;
}

class PubsubTables final : public Tables<Engine> {
 public:
  explicit PubsubTables(const NodeTablesOfAll* others) : others_(others) {}

  void commit(const std::string&, const Change& change, const NodeState& after) override {
    const bool archived = after.exists() && after.config->archive;
    const auto* published = std::get_if<change::ItemPublished>(&change);
    if (archived && published && !published->transient) {
      archives_[published->number][published->item.meta.seq] = published->item;
      if (after.config->archive_max) keep_newest_in_archive(*published, *after.config->archive_max);
    }
    std::visit([this](const auto& c) { write(c); }, change);
  }
  ReadResult read(const Read& read) override {
    return std::visit([this](const auto& one) { return look_up(one); }, read);
  }
  Facts fetch(std::uint64_t number, const Need& need) override {
    return std::visit([&](const auto& one) { return Facts(find(number, one)); }, need);
  }
  void as_loaded(NodeState& state) override {
    Engine::shrink(state);
    if (!state.exists()) return;
    const auto& items = items_[state.number];
    state.next_seq = items.empty() ? 1 : items.rbegin()->first + 1;
    const auto& archive = archives_[state.number];
    if (!archive.empty()) state.next_seq = std::max(state.next_seq, archive.rbegin()->first + 1);
    state.orphaned = is_orphan(shadow, state);
    state.next_seq = std::max(state.next_seq, logs_.next_seq(state.number));
    state.oldest_published.reset();
    if (!items.empty() && state.config->item_expire) {
      state.oldest_published = items.begin()->second.meta.published;
    }
  }
  bool pending(const NodeState& state, Timestamp until) override {
    return is_orphan(shadow, state) || Tables::pending(state, until);
  }
  bool keeps(const NodeState& state) override { return static_cast<bool>(state.redirect); }

 private:
  using Items = std::map<std::uint64_t, Item>;

  /// Those that still stand among the items stay.
  void keep_newest_in_archive(const change::ItemPublished& c, std::uint64_t most) {
    std::erase_if(archives_[c.number], [&](const auto& row) {
      return row.first + most <= c.item.meta.seq && !items_[c.number].contains(row.first);
    });
  }

  template <class C>
  void write(const C&) {}  // in the shadow already
  void write(const change::ItemPublished& c) {
    if (c.before) items_[c.number].erase(c.before->seq);
    items_[c.number][c.item.meta.seq] = c.item;
  }
  void write(const change::ItemsRetracted& c) {
    for (const ItemMeta& item : c.items) items_[c.number].erase(item.seq);
    if (c.why != change::Removal::retracted) return;
    for (auto& [seq, entry] : archives_[c.number]) {
      for (const ItemMeta& item : c.items) {
        if (entry.meta.id == item.id) entry.payload = nullptr;
      }
    }
  }
  void write(const change::NodePurged& c) {
    std::erase_if(items_[c.number], [&](const auto& row) {
      return row.first <= c.up_to && !(c.keep && c.keep->seq == row.first);
    });
    for (auto& [seq, entry] : archives_[c.number]) {
      if (seq <= c.up_to && !(c.keep && c.keep->seq == seq)) entry.payload = nullptr;
    }
  }
  void write(const change::Logged& c) { logs_.write(c); }
  void write(const change::NodeDeleted& c) {
    for (auto& [key, state] : shadow) state.parents.erase(c.number);
    if (!c.kept) {
      drop_rows(c.number);
      return;
    }
    for (const std::uint64_t number : kept_.bury(c)) drop_rows(number);
  }
  void write(const change::NodeRestored& c) { kept_.bring_back(c.number); }
  void write(const change::Audited& c) { kept_.note(c.act); }
  void drop_rows(std::uint64_t number) {
    items_.erase(number);
    archives_.erase(number);
    logs_.drop(number);
  }

  ReadResult look_up(const CommandRead& read) {
    ReadResult found = found_for_command({shadow, items_, kept_}, read);
    const auto* what = std::get_if<look::Involved>(&read.what);
    if (what != nullptr) find_elsewhere(*what, std::get<InvolvedNodes>(found));
    return found;
  }
  void find_elsewhere(const look::Involved& what, InvolvedNodes& found) const {
    if (others_ == nullptr) return;
    for (const auto& [service, tables] : *others_) {
      const std::string domain = service.substr(service.find('@') + 1);
      const auto& asked = what.domains;
      if (std::find(asked.begin(), asked.end(), domain) == asked.end()) continue;
      for (const auto& [key, state] : tables->shadow) {
        if (involved(state, what.bare)) found.elsewhere.push_back({service, key});
      }
    }
  }

  ReadResult look_up(const ItemsRead& read);
  ReadResult look_up(const SubscriptionsRead& read) {
    std::vector<SubscriptionPage::Row> rows;
    for (const auto& [key, state] : shadow) {
      auto held = state.subscriptions.of_entity(read.bare);
      std::sort(held.begin(), held.end(),
                [](const auto* a, const auto* b) { return a->subid < b->subid; });
      for (const Subscription* s : held) rows.push_back({state.number, key, *s});
    }
    const Cut page = cut(rows, read.page, read.cap, [](const SubscriptionPage::Row& row) {
      return std::to_string(row.number) + "/" + row.subscription.subid;
    });
    return page_of<SubscriptionPage>(std::move(rows), page);
  }
  ReadResult look_up(const AffiliationsRead& read) {
    std::vector<AffiliationPage::Row> rows;
    for (const auto& [key, state] : shadow) {
      const Affiliation affiliation = state.affiliation_of(read.bare);
      if (affiliation != Affiliation::none) rows.push_back({key, affiliation});
    }
    const Cut page =
        cut(rows, read.page, read.cap, [](const AffiliationPage::Row& row) { return row.node; });
    return page_of<AffiliationPage>(std::move(rows), page);
  }
  static bool lets_in(const NodeConfig& config, const Contact& contact) {
    if (config.access_model == AccessModel::presence) return contact.hears;
    const auto& groups = config.roster_groups_allowed;
    return config.access_model == AccessModel::roster &&
           std::any_of(groups.begin(), groups.end(),
                       [&](const std::string& group) { return contact.groups.contains(group); });
  }
  template <class R>
  static bool visible(const NodeState& state, const R& read) {
    if (!state.exists()) return false;
    if (read.admin) return true;
    const Affiliation affiliation = state.affiliation_of(read.bare);
    if (affiliation == Affiliation::outcast) return false;
    if (affiliation != Affiliation::none && affiliation != Affiliation::publish_only) return true;
    if (state.config->hidden) return !state.subscriptions.of_entity(read.bare).empty();
    if constexpr (requires { read.contact; }) {
      if (read.contact && lets_in(*state.config, *read.contact)) return true;
    }
    const AccessModel model = state.config->access_model;
    return model == AccessModel::open || model == AccessModel::authorize;
  }
  ReadResult look_up(const NodesRead& read) {
    std::vector<NodePage::Row> rows;
    for (const auto& [key, state] : shadow) {
      const bool on_top = state.parents.empty() && key != root_key;
      if (on_top && visible(state, read)) rows.push_back({key, state.config->title});
    }
    rsm::Request page{.max = static_cast<std::uint32_t>(read.max), .index = read.index};
    page.before = read.before;
    if (!read.after.empty()) page.after = read.after;
    const Cut made = cut(rows, page, read.max, [](const NodePage::Row& row) { return row.node; });
    return page_of<NodePage>(std::move(rows), made);
  }
  ReadResult look_up(const ChildrenRead& read) {
    std::vector<NodePage::Row> rows;
    for (const auto& [key, state] : shadow) {
      const bool child = state.parents.contains(read.number);
      if (child && visible(state, read)) rows.push_back({key, state.config->title});
    }
    const Cut made =
        cut(rows, read.page, read.cap, [](const NodePage::Row& row) { return row.node; });
    return page_of<NodePage>(std::move(rows), made);
  }
  static bool needs_presence(const NodeState& state, const Subscription& held) {
    if (held.state != SubscriptionState::subscribed) return false;
    return held.options.watches() || state.config->watches_subscribers();
  }
  bool published_by(const NodeState& state, const Jid& bare) const {
    const auto items = items_.find(state.number);
    if (items == items_.end()) return false;
    return std::any_of(items->second.begin(), items->second.end(),
                       [&](const auto& row) { return row.second.meta.publisher == bare; });
  }
  ReadResult look_up(const WatchedRead& read) {
    std::set<Jid> found;
    for (const auto& [key, state] : shadow) {
      if (!state.exists()) continue;
      for (const Subscription& held : state.subscriptions) {
        if (needs_presence(state, held)) found.insert(held.jid.bare());
      }
      if (!state.config->purge_offline) continue;
      for (const auto& [seq, item] : items_[state.number]) found.insert(item.meta.publisher);
    }
    Entities entities;
    for (const Jid& jid : found) {
      const bool asked = read.bares.empty() ||
                         std::find(read.bares.begin(), read.bares.end(), jid) != read.bares.end();
      if (asked) entities.bares.push_back(jid);
    }
    return entities;
  }
  bool concerned(const NodeState& state, const ConcernedRead& read) const {
    const auto held = state.subscriptions.of_entity(read.bare);
    const NodeConfig& config = *state.config;
    if (read.turn == Turn::arrived) {
      const bool sends = config.send_last_published_item == SendLast::on_sub_and_presence;
      return sends && state.item_count > 0 && !held.empty();
    }
    if (config.purge_offline && published_by(state, read.bare)) return true;
    return std::any_of(held.begin(), held.end(), [&](const Subscription* one) {
      return one->options.temporary || config.tempsub;
    });
  }
  ReadResult look_up(const ConcernedRead& read) {
    Numbers numbers;
    for (const auto& [key, state] : shadow) {
      if (state.exists() && concerned(state, read)) numbers.nodes.push_back(state.number);
    }
    return numbers;
  }
  ReadResult look_up(const PendingNodesRead& read) {
    PendingNodes found;
    for (const auto& [key, state] : shadow) {
      const bool owns = read.admin || state.affiliation_of(read.bare) == Affiliation::owner;
      if (!owns || !state.exists()) continue;
      found.owns_any = true;
      const bool pending =
          std::any_of(state.subscriptions.begin(), state.subscriptions.end(),
                      [](const Subscription& s) { return s.state == SubscriptionState::pending; });
      if (pending && found.nodes.size() < read.cap) found.nodes.push_back(key);
    }
    return found;
  }

  fact::Index find(std::uint64_t number, const need::Index&) {
    fact::Index found;
    for (const auto& [seq, item] : items_[number]) found.items.push_back(item.meta);
    return found;
  }
  fact::Items find(std::uint64_t number, const need::Items& need) {
    fact::Items found{.asked = need.ids};
    for (const auto& [seq, item] : items_[number]) {
      if (std::find(need.ids.begin(), need.ids.end(), item.meta.id) != need.ids.end()) {
        found.found.push_back(item.meta);
      }
    }
    return found;
  }
  fact::Oldest find(std::uint64_t number, const need::Oldest& need) {
    fact::Oldest found{.asked = need.count};
    for (const auto& [seq, item] : items_[number]) {
      if (found.items.size() < need.count) found.items.push_back(item.meta);
    }
    return found;
  }
  fact::Last find(std::uint64_t number, const need::Last&) {
    const auto& items = items_[number];
    if (items.empty()) return {};
    return {items.rbegin()->second};
  }
  fact::Published find(std::uint64_t number, const need::Published& need) {
    fact::Published found{.asked = need.seqs};
    for (const auto& [seq, item] : items_[number]) {
      const bool asked = std::find(need.seqs.begin(), need.seqs.end(), seq) != need.seqs.end();
      if (asked) found.items.push_back(item);
    }
    return found;
  }
  fact::OwnedNodes find(std::uint64_t, const need::OwnedNodes& need) {
    fact::OwnedNodes found{.asked = need};
    for (const auto& [key, state] : shadow) {
      found.count += state.affiliation_of(need.bare) == Affiliation::owner ? 1u : 0u;
    }
    return found;
  }
  fact::HeldSubscriptions find(std::uint64_t, const need::HeldSubscriptions& need) {
    fact::HeldSubscriptions found{.asked = need};
    for (const auto& [key, state] : shadow) {
      found.count += state.subscriptions.of_entity(need.bare).size();
    }
    return found;
  }

  fact::StoredBytes find(std::uint64_t, const need::StoredBytes& need) {
    fact::StoredBytes found{.asked = need};
    for (const auto& [key, state] : shadow) {
      if (!state.exists() || state.creator != need.creator) continue;
      for (const auto& [seq, item] : items_[state.number]) {
        found.bytes += item.payload ? item.payload->size() : 0;
      }
    }
    return found;
  }
  fact::Log find(std::uint64_t number, const need::Log& need) { return logs_.find(number, need); }
  fact::NodeBytes find(std::uint64_t number, const need::NodeBytes&) {
    fact::NodeBytes found;
    for (const auto& [seq, item] : items_[number]) {
      found.bytes += item.payload ? item.payload->size() : 0;
    }
    return found;
  }
  fact::ItemCount find(std::uint64_t number, const need::ItemCount&) {
    return {items_[number].size()};
  }
  fact::Kept find(std::uint64_t, const need::Kept& need) {
    const Kept* kept = kept_.last(need.node);
    if (kept == nullptr) return {};
    NodeState node = *kept->node;
    as_loaded(node);
    return {kept->burial, std::make_shared<const NodeState>(std::move(node))};
  }
  fact::Roster find(std::uint64_t, const need::Roster&) { return {}; }
  fact::Lineage find(std::uint64_t number, const need::Lineage& need) {
    return lineage_of(shadow, number, need);
  }
  fact::Orphans find(std::uint64_t, const need::Orphans& need) {
    fact::Orphans orphans{.of = need.of};
    for (const auto& [key, state] : shadow) {
      const bool depends = state.link().number == need.of || state.parent().number == need.of;
      if (depends && is_orphan(shadow, state)) orphans.nodes.push_back(key);
    }
    return orphans;
  }

  const NodeState* at(std::uint64_t number) const {
    for (const auto& [key, state] : shadow) {
      if (state.exists() && state.number == number) return &state;
    }
    return nullptr;
  }
  /// The levels above a node: how far each collection is, the nearest way.
  std::map<std::uint64_t, std::size_t> above(const std::vector<std::uint64_t>& from) const {
    std::map<std::uint64_t, std::size_t> levels;
    std::vector<std::uint64_t> level = from;
    for (std::size_t distance = 1; !level.empty(); ++distance) {
      std::vector<std::uint64_t> next;
      for (const std::uint64_t number : level) {
        const NodeState* state = at(number);
        if (state == nullptr || !levels.emplace(number, distance).second) continue;
        for (const auto& [parent, node] : state->parents) next.push_back(parent);
        const auto root = shadow.find(std::string(root_key));
        const bool on_top = state->parents.empty() && root != shadow.end();
        if (on_top && root->second.exists()) next.push_back(root->second.number);
      }
      level = std::move(next);
    }
    return levels;
  }
  fact::Kin find(std::uint64_t number, const need::Kin& need) {
    fact::Kin kin{.requester = need.requester, .asked = need.nodes};
    for (const std::string& node : need.nodes) {
      Relative relative{.node = node};
      const auto found = shadow.find(node);
      if (found != shadow.end() && found->second.exists()) {
        const NodeState& state = found->second;
        relative.number = state.number;
        relative.collection = state.config->collection();
        relative.affiliation = state.affiliation_of(need.requester);
        relative.policy = state.config->children_association_policy;
        relative.whitelist = state.config->children_association_whitelist;
        relative.children_max = state.config->children_max;
        relative.below = above({state.number}).contains(number);
        relative.above = number != 0 && above({number}).contains(state.number);
        for (const auto& [key, child] : shadow) {
          relative.children += child.parents.contains(state.number) ? 1u : 0u;
        }
      }
      kin.found.push_back(std::move(relative));
    }
    for (const auto& [key, state] : shadow) {
      if (number != 0 && state.parents.contains(number)) kin.children.push_back(key);
    }
    return kin;
  }
  fact::Above find(std::uint64_t, const need::Above& need) {
    fact::Above above{.from = need.from};
    for (const auto& [number, distance] : this->above(need.from)) {
      const NodeState& state = *at(number);
      for (const Subscription& s : state.subscriptions) {
        const bool near = !s.options.depth || *s.options.depth >= distance;
        if (s.state != SubscriptionState::subscribed || !s.options.deliver || !near) continue;
        const bool several = state.subscriptions.of(s.jid).size() > 1;
        above.subscriptions.push_back(
            {number, state.node, s.jid, s.subid, s.options.type, several});
      }
    }
    return above;
  }

  ReadResult look_up(const ArchiveRead& read) { return archive_page(archives_[read.number], read); }
  ReadResult look_up(const JoinedRead& read) { return joined_page(shadow, items_, read); }

  const NodeTablesOfAll* others_;
  NodeLogs logs_;
  StoredItems items_;
  StoredItems archives_;  // every publication
  KeptNodes kept_;
};

ReadResult PubsubTables::look_up(const ItemsRead& read) {
  std::vector<Item> items;
  const auto alive = [&](const Item& item) {
    const bool old = read.expired_until && item.meta.published <= *read.expired_until;
    const bool shown = read.publisher == ItemsRead::Publisher::shown;
    return !old && Sieve(item, shown).passes(read.filter);
  };
  const Items& stored = items_[read.number];
  for (const std::string& id : read.ids) {
    for (const auto& [seq, item] : stored) {
      if (item.meta.id == id && alive(item)) items.push_back(item);
    }
  }
  if (read.ids.empty()) {
    for (const auto& [seq, item] : stored) {
      if (alive(item)) items.push_back(item);
    }
    std::stable_sort(items.begin(), items.end(), [&](const Item& a, const Item& b) {
      return comes_before(read.order, a.meta, b.meta);
    });
  }
  if (read.max_items) keep_newest(items, read.order, *read.max_items);
  ItemPage page;
  page.count = items.size();
  if (!read.page) {
    keep_newest(items, read.order, read.cap);
    page.first_index = page.count - items.size();
    page.items = std::move(items);
    return page;
  }
  const Cut made = cut(items, read.page, read.cap, [](const Item& i) { return i.meta.id; });
  if (!made.known) return UnknownUid{};
  page.first_index = made.begin;
  for (std::size_t i = made.begin; i < made.end; ++i) page.items.push_back(items[i]);
  return page;
}

}  // namespace

std::unique_ptr<Tables<Engine>> pubsub_tables(const NodeTablesOfAll* others) {
  return std::make_unique<PubsubTables>(others);
}

}  // namespace stoa::store::memory
