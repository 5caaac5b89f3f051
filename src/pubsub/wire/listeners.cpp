#include "pubsub/wire/listeners.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

#include "pubsub/wire/above.hpp"
#include "pubsub/wire/body.hpp"

namespace stoa::pubsub::wire {

namespace {

/// How the outbox says for whom.
struct Words {
  Topic topic;
  std::string_view plain;
  std::string_view with_body;
};
constexpr std::array<Words, 3> all_words = {
    {{Topic::node, "listeners", "listeners with body"},
     {Topic::items, "listeners of items", "listeners of items with body"},
     {Topic::removals, "listeners of removals", "listeners of removals with body"}}};

const Words& words_of(Topic topic) {
  return *std::find_if(all_words.begin(), all_words.end(),
                       [&](const Words& words) { return words.topic == topic; });
}

const Audience& audience_of(const Audiences& audiences, Topic topic) {
  switch (topic) {
    case Topic::node:
      break;
    case Topic::items:
      return *audiences.items;
    case Topic::removals:
      return *audiences.removals;
  }
  return *audiences.all;
}

const Audience& audience_of(const NodeState& node, const Copies& copies) {
  return audience_of(copies.present ? *copies.present : node.listeners(), copies.topic);
}

/// What passes under which of somebody's subscriptions: places in Choosy::under.
using Selection = std::vector<std::pair<std::vector<std::size_t>, std::vector<Item>>>;

class Selector {
 public:
  Selector(const NodeState& node, const std::vector<Item>& items) : items_(items) {
    for (const Item& item : items) sieves_.emplace_back(item, shows_publishers(*node.config));
  }

  Selection select(const Audience::Choosy& choosy) const {
    Selection selection;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      std::vector<std::size_t> under;
      for (std::size_t k = 0; k < choosy.under.size(); ++k) {
        if (sieves_[i].passes(choosy.under[k].filter)) under.push_back(k);
      }
      if (under.empty()) continue;
      auto place = std::find_if(selection.begin(), selection.end(),
                                [&](const auto& one) { return one.first == under; });
      if (place == selection.end()) {
        selection.emplace_back(std::move(under), std::vector<Item>());
        place = std::prev(selection.end());
      }
      place->second.push_back(items_[i]);
    }
    return selection;
  }

 private:
  const std::vector<Item>& items_;
  std::vector<Sieve> sieves_;
};

/// One event under some of the subscriptions of one JID.
Event copy_for(const Event& event, const NodeState& node, const Audience::Choosy& choosy,
               const Selection::value_type& selected) {
  const auto& [under, items] = selected;
  const bool body =
      std::any_of(under.begin(), under.end(), [&](std::size_t k) { return choosy.under[k].body; });
  Event copy = body ? event.with_body(body_text(*node.config, items)) : event;
  if (!choosy.several) return copy;
  std::vector<std::string> subids;
  for (const std::size_t k : under) subids.push_back(choosy.under[k].subid);
  append_subids(copy.tail(), subids);
  return copy;
}

}  // namespace

void append_subids(std::string& out, const std::vector<std::string>& subids) {
  out += "<headers xmlns='";
  out += ns::shim;
  out += "'>";
  for (const std::string& subid : subids) {
    out += "<header name='SubID'>";
    xml::append_escaped(out, subid);
    out += "</header>";
  }
  out += "</headers>";
}

void to_listeners(const Event& event, const NodeState& node, const Copies& copies,
                  std::vector<Encoded>& out) {
  const Audience& audience = audience_of(node, copies);
  const Words& words = words_of(copies.topic);
  const auto word = [&](std::string_view all, const std::string& named) {
    return copies.present ? word_for_many(named) : std::string(all);
  };
  if (audience.single->size() > 0) {
    out.push_back(Event(event).to(audience.single, word(words.plain, audience.named)));
  }
  std::optional<Event> with_body;  // made at first use
  const auto for_people = [&]() -> const Event& {
    if (!with_body) with_body = event.with_body(body_text(*node.config, copies.items));
    return *with_body;
  };
  if (audience.with_body->size() > 0) {
    out.push_back(Event(for_people())
                      .to(audience.with_body, word(words.with_body, audience.named_with_body)));
  }
  for (const Audience::Several& several : audience.several) {
    Event copy(several.body ? for_people() : event);
    if (copies.shim == Shim::with_subids) append_subids(copy.tail(), several.subids);
    out.push_back(copy.to(several.jid, several.subids.front()));
  }
}

void to_choosy(const Event& event, const NodeState& node, const Copies& copies,
               const EventOf& event_of, std::vector<Encoded>& out) {
  const Audience& audience = audience_of(node, copies);
  if (audience.choosy.empty()) return;
  const Selector selector(node, copies.items);
  auto whole = std::make_shared<RecipientSet>();  // everything passes under the one subscription
  std::string named;
  for (const Audience::Choosy& choosy : audience.choosy) {
    for (const auto& selected : selector.select(choosy)) {
      const std::string& subid = choosy.under[selected.first.front()].subid;
      const bool all = selected.second.size() == copies.items.size();
      if (all && !choosy.several && !choosy.under.front().body) {
        whole->add(choosy.jid, subid);
        named += choosy.jid.str() + "\n" + subid + "\n";
        continue;
      }
      const Event about = all ? event : event_of(selected.second);
      out.push_back(copy_for(about, node, choosy, selected).to(choosy.jid, subid));
    }
  }
  if (whole->size() > 0) out.push_back(Event(event).to(std::move(whole), word_for_many(named)));
}

std::shared_ptr<const RecipientSet> listeners_named(const NodeState& node, std::string_view word) {
  for (const Words& words : all_words) {
    if (word != words.plain && word != words.with_body) continue;
    if (!node.exists()) return nullptr;
    const Audience& audience = audience_of(node.listeners(), words.topic);
    return word == words.plain ? audience.single : audience.with_body;
  }
  return nullptr;
}

}  // namespace stoa::pubsub::wire
