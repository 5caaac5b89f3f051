#include <utility>

#include <stoa/pubsub/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

#include "pubsub/engine/faults.hpp"
#include "pubsub/engine/scene.hpp"
#include "pubsub/wire/archive.hpp"
#include "pubsub/wire/commands.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

using Outcome = Result<Answered, StanzaError>;

Outcome reply(xml::Element payload) {
  Answered answered;
  answered.reply = std::move(payload);
  return answered;
}

/// `<set/>` of a page: written where one was asked, or where this is not the whole.
template <class Rows, class Uid>
std::optional<rsm::ResultSet> set_of(bool asked, const Rows& rows,
                                     std::optional<std::uint64_t> first_index, std::uint64_t count,
                                     Uid uid) {
  if (!asked && rows.size() == count) return std::nullopt;
  rsm::ResultSet set{.count = count};
  if (!rows.empty()) {
    set.first = uid(rows.front());
    set.last = uid(rows.back());
    set.first_index = first_index;
  }
  return set;
}

std::optional<rsm::ResultSet> set_of(const ItemsRead& read, const ItemPage& page) {
  return set_of(read.page.has_value(), page.items, page.first_index, page.count,
                [](const Item& item) { return item.meta.id; });
}

void add_payload(xml::Element& element, const Payload& payload) {
  if (!payload) return;
  auto parsed = xml::parse(*payload);
  if (parsed) element.add(std::move(parsed).value());
}

void add_item(xml::Element& list, const ItemsRead& read, const Item& item) {
  xml::Element& element = list.add("item", ns::pubsub);
  element.set("id", item.meta.id);
  switch (read.publisher) {
    case ItemsRead::Publisher::hidden:
      break;
    case ItemsRead::Publisher::shown:
      element.set("publisher", item.meta.publisher.str());
      break;
    case ItemsRead::Publisher::replaced:
      element.set("publisher", read.replacement.str());
      break;
  }
  add_payload(element, item.payload);
}

std::size_t size_of(const Item& item) {
  constexpr std::size_t around = 200;  // tags and attributes
  return around + item.meta.id.size() + (item.payload ? item.payload->size() : 0);
}

/// Cuts the page to what one stanza may hold: from its far end in the direction of paging, and of
/// what was asked for whole, the older items. At least one item stays.
void cut_to_fit(const ItemsRead& read, ItemPage& page, std::size_t budget) {
  const bool descending =
      !read.order.empty() && read.order.front().direction == rsm::Direction::descending;
  const bool whole_from_newest = !read.page && read.ids.empty() && !descending;
  const bool forward = !whole_from_newest && !(read.page && read.page->backward());
  const std::size_t total = page.items.size();
  std::size_t used = 0;
  std::size_t kept = 0;
  while (kept < total) {
    used += size_of(page.items[forward ? kept : total - 1 - kept]);
    if (used > budget && kept > 0) break;
    ++kept;
  }
  const auto surplus = static_cast<std::ptrdiff_t>(total - kept);
  if (forward) {
    page.items.erase(page.items.end() - surplus, page.items.end());
  } else {
    page.items.erase(page.items.begin(), page.items.begin() + surplus);
    page.first_index += total - kept;
  }
}

Outcome items_answer(const ItemsRead& read, ItemPage page, const Settings& settings) {
  if (read.purpose == ItemsRead::Purpose::disco) {
    disco::Items list{.node = read.node};
    for (const Item& item : page.items) {
      list.items.push_back({.jid = settings.service, .name = item.meta.id});
    }
    list.set = set_of(read, page);
    return reply(disco::encode(list));
  }
  cut_to_fit(read, page, settings.limits.answer_bytes);
  xml::Element root("pubsub", ns::pubsub);
  xml::Element& list = root.add("items", ns::pubsub);
  list.set("node", read.node);
  for (const Item& item : page.items) add_item(list, read, item);
  if (const auto set = set_of(read, page)) root.add(rsm::encode(*set));
  return reply(std::move(root));
}

std::string uid_in(const JoinedPage& page, const JoinedPage::Row& row) {
  return joined_uid(page.leaves[row.leaf].number, row.item.meta.id);
}

/// As cut_to_fit(): from the far end in the direction of paging.
void cut_joined(const JoinedRead& read, JoinedPage& page, std::size_t budget) {
  const bool forward = !(read.page && read.page->backward());
  const std::size_t total = page.rows.size();
  std::size_t used = 0;
  std::size_t kept = 0;
  while (kept < total) {
    used += size_of(page.rows[forward ? kept : total - 1 - kept].item);
    if (used > budget && kept > 0) break;
    ++kept;
  }
  const auto surplus = static_cast<std::ptrdiff_t>(total - kept);
  if (forward) {
    page.rows.erase(page.rows.end() - surplus, page.rows.end());
  } else {
    page.rows.erase(page.rows.begin(), page.rows.begin() + surplus);
    page.first_index += total - kept;
  }
}

ItemsRead shown_at(const JoinedPage::Leaf& leaf) {
  ItemsRead read{.node = leaf.node, .replacement = leaf.owner};
  if (leaf.itemreply == ItemReply::none) read.publisher = ItemsRead::Publisher::hidden;
  if (leaf.itemreply == ItemReply::owner) read.publisher = ItemsRead::Publisher::replaced;
  return read;
}

/// XEP-0248, 6.2: one list for each leaf.
Outcome joined_answer(const JoinedRead& read, JoinedPage page, const Settings& settings) {
  cut_joined(read, page, settings.limits.answer_bytes);
  xml::Element root("pubsub", ns::pubsub);
  xml::Element* list = nullptr;
  std::size_t open = page.leaves.size();
  for (const JoinedPage::Row& row : page.rows) {
    const JoinedPage::Leaf& leaf = page.leaves[row.leaf];
    if (row.leaf != open) list = &root.add("items", ns::pubsub);
    if (std::exchange(open, row.leaf) != row.leaf) list->set("node", leaf.node);
    add_item(*list, shown_at(leaf), row.item);
  }
  if (page.rows.empty()) root.add("items", ns::pubsub).set("node", read.node);
  const auto set = set_of(read.page.has_value(), page.rows, page.first_index, page.count,
                          [&](const JoinedPage::Row& row) { return uid_in(page, row); });
  if (set) root.add(rsm::encode(*set));
  return reply(std::move(root));
}

Outcome subscriptions_answer(const SubscriptionsRead& read, const SubscriptionPage& page) {
  xml::Element root("pubsub", ns::pubsub);
  xml::Element& list = root.add("subscriptions", ns::pubsub);
  for (const auto& row : page.rows) {
    list.add(wire::subscription_element(row.node, row.subscription, ns::pubsub));
  }
  const auto set = set_of(read.page.has_value(), page.rows, page.first_index, page.count,
                          [](const SubscriptionPage::Row& row) {
                            return std::to_string(row.number) + "/" + row.subscription.subid;
                          });
  if (set) root.add(rsm::encode(*set));
  return reply(std::move(root));
}

Outcome affiliations_answer(const AffiliationsRead& read, const AffiliationPage& page) {
  xml::Element root("pubsub", ns::pubsub);
  xml::Element& list = root.add("affiliations", ns::pubsub);
  for (const auto& row : page.rows) {
    list.add("affiliation", ns::pubsub)
        .set("node", row.node)
        .set("affiliation", token(row.affiliation));
  }
  const auto set = set_of(read.page.has_value(), page.rows, page.first_index, page.count,
                          [](const AffiliationPage::Row& row) { return row.node; });
  if (set) root.add(rsm::encode(*set));
  return reply(std::move(root));
}

/// Nodes by their names, which are the UIDs too.
Outcome nodes_answer(disco::Items list, bool paged, const NodePage& page,
                     const Settings& settings) {
  for (const auto& row : page.rows) {
    list.items.push_back({.jid = settings.service, .node = row.node, .name = row.title});
  }
  list.set = set_of(paged, page.rows, page.first_index, page.count,
                    [](const NodePage::Row& row) { return row.node; });
  return reply(disco::encode(list));
}

Outcome children_answer(const ChildrenRead& read, const NodePage& page, const Settings& settings) {
  return nodes_answer({.node = read.node}, read.page.has_value(), page, settings);
}

}  // namespace

Result<Answered, StanzaError> Engine::answer(const pubsub::Read& read, pubsub::ReadResult result,
                                             const pubsub::Settings& whole, const Jid& requester) {
  const pubsub::Settings& settings = whole.for_entity(requester);
  if (std::holds_alternative<UnknownUid>(result)) return rsm::unknown_uid();
  if (const auto* asked = std::get_if<ItemsRead>(&read)) {
    return items_answer(*asked, std::get<ItemPage>(std::move(result)), settings);
  }
  if (const auto* asked = std::get_if<JoinedRead>(&read)) {
    return joined_answer(*asked, std::get<JoinedPage>(std::move(result)), settings);
  }
  if (const auto* asked = std::get_if<CommandRead>(&read)) {
    auto payload = wire::command_answer(*asked, result, settings);
    if (!payload) return std::move(payload).error();
    return reply(std::move(payload).value());
  }
  if (const auto* asked = std::get_if<SubscriptionsRead>(&read)) {
    return subscriptions_answer(*asked, std::get<SubscriptionPage>(result));
  }
  if (const auto* asked = std::get_if<AffiliationsRead>(&read)) {
    return affiliations_answer(*asked, std::get<AffiliationPage>(result));
  }
  if (const auto* asked = std::get_if<ArchiveRead>(&read)) {
    return wire::archive_answer(*asked, std::get<ArchivePage>(result), settings, requester);
  }
  if (const auto* asked = std::get_if<ChildrenRead>(&read)) {
    return children_answer(*asked, std::get<NodePage>(result), settings);
  }
  if (const auto* asked = std::get_if<NodesRead>(&read)) {
    return nodes_answer({}, asked->paged, std::get<NodePage>(result), settings);
  }
  if (const auto* asked = std::get_if<PendingNodesRead>(&read)) {
    auto payload = wire::pending_answer(*asked, std::get<PendingNodes>(result));
    if (!payload) return std::move(payload).error();
    return reply(std::move(payload).value());
  }
  return Answered{};
}

Read Engine::list(const disco::ListRequest& request, const pubsub::Settings&) {
  NodesRead read{.bare = request.requester.bare(), .after = request.after, .max = request.max};
  read.admin = request.service_admin;
  if (request.commands) {
    return PendingNodesRead{{}, read.bare, read.admin, 1};
  }
  read.before = request.before;
  read.index = request.index;
  return read;
}

disco::ListPage Engine::list_page(pubsub::ReadResult result, const pubsub::Settings& settings,
                                  const disco::ListRequest& request) {
  disco::ListPage list;
  if (const auto* pending = std::get_if<PendingNodes>(&result)) {
    const bool admin = request.service_admin;
    list.entries = wire::command_entries(settings, {pending->owns_any, admin});
    list.count = list.entries.size();
    return list;
  }
  const auto* page = std::get_if<NodePage>(&result);
  list.known = page != nullptr;
  if (page == nullptr) return list;
  list.first_index = page->first_index;
  list.count = page->count;
  for (const auto& row : page->rows) {
    list.entries.push_back(
        {row.node, disco::Item{.jid = settings.service, .node = row.node, .name = row.title}});
  }
  return list;
}

}  // namespace stoa::pubsub
