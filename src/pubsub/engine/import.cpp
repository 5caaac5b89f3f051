#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>

#include <stoa/pubsub/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

#include "pubsub/engine/collections.hpp"
#include "pubsub/engine/desk.hpp"
#include "pubsub/engine/relations.hpp"
#include "pubsub/wire/asked.hpp"
#include "pubsub/wire/node_copy.hpp"

/// Copies of nodes (wire/node_copy.hpp) are read in. Nobody is told.
namespace stoa::pubsub {

namespace {

using MaybeFault = std::optional<StanzaError>;

StanzaError bad_line(std::string_view text) {
  return refuse(Fault::malformed, text);
}

std::uint64_t number_of(const xml::Element& line, std::string_view name) {
  const std::string_view text = line.attr_or(name, "");
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ptr == text.data() + text.size() ? number : 0;
}

std::optional<Timestamp> time_of(const xml::Element& line, std::string_view name) {
  return parse_xep0082(line.attr_or(name, ""));
}

std::optional<forms::Form> form_in(const xml::Element& line) {
  const xml::Element* x = line.child("x", ns::data_form);
  if (x == nullptr) return std::nullopt;
  auto form = forms::decode_form(*x);
  if (!form) return std::nullopt;
  return std::move(form).value();
}

/// Reads lines into a node, in order. The first that cannot be read stops it.
class CopyReader {
 public:
  explicit CopyReader(const Scene& scene) : scene_(scene), state_(scene.state) {}

  MaybeFault take(const std::string& line);
  std::optional<Verdict> relate_it(Done& step) const;

  const NodeState& state() const { return state_; }
  std::vector<Change>& changes() { return changes_; }
  std::vector<std::string>& unknown() { return unknown_; }

 private:
  template <class C>
  void make(C change) {
    changes_.emplace_back(std::move(change));
    pubsub::apply(state_, changes_.back());
  }
  MaybeFault take_node(const xml::Element& line);
  MaybeFault take_affiliation(const xml::Element& line);
  MaybeFault take_subscription(const xml::Element& line);
  MaybeFault take_item(const xml::Element& line);
  MaybeFault take_relations(const xml::Element& line);
  MaybeFault place_item(Item item);

  const Scene& scene_;
  NodeState state_;
  std::vector<Change> changes_;
  std::vector<std::string> unknown_;  ///< ids of which it is not known whether the node has them
  std::optional<forms::Form> relations_;
};

MaybeFault CopyReader::take(const std::string& line) {
  const auto parsed = xml::parse(line);
  if (!parsed || parsed->ns() != wire::node_copy_ns) return bad_line("it is no line of a copy");
  if (parsed->name() == "node") return take_node(*parsed);
  if (!state_.exists()) return refuse(Fault::no_such_node, "it does not begin a node");
  if (parsed->name() == "affiliation") return take_affiliation(*parsed);
  if (parsed->name() == "subscription") return take_subscription(*parsed);
  if (parsed->name() == "item") return take_item(*parsed);
  if (parsed->name() == "relations") return take_relations(*parsed);
  return bad_line("it is no line of a copy");
}

MaybeFault CopyReader::take_node(const xml::Element& line) {
  if (state_.exists()) return refuse(Fault::node_exists);
  const auto form = form_in(line);
  const auto creator = Jid::parse(line.attr_or("creator", ""));
  const auto created = time_of(line, "created");
  if (!form || !creator || !created) return bad_line("the node cannot be read");
  if (scene_.request.node.size() > scene_.settings.limits.node_id_bytes) {
    return refuse(Fault::node_id_refused);
  }
  auto config = scene_.settings.tables->node.submit(*form, NodeConfig());
  if (!config) return refuse(Fault::config_refused, config.error().text);
  make(change::NodeCreated{scene_.context.ids.number(), scene_.request.node, creator->bare(),
                           *created, std::make_shared<const NodeConfig>(std::move(config).value()),
                           state_.redirect});
  return std::nullopt;
}

MaybeFault CopyReader::take_affiliation(const xml::Element& line) {
  const auto jid = Jid::parse(line.attr_or("jid", ""));
  const auto affiliation = affiliation_of(line.attr_or("affiliation", ""));
  if (!jid || !affiliation) return bad_line("the affiliation cannot be read");
  const Affiliation before = state_.entry_of(jid->bare());
  if (before == *affiliation) return std::nullopt;
  make(change::AffiliationSet{state_.number, jid->bare(), before, *affiliation});
  return std::nullopt;
}

MaybeFault CopyReader::take_subscription(const xml::Element& line) {
  const auto jid = Jid::parse(line.attr_or("jid", ""));
  const auto state = subscription_state_of(line.attr_or("state", ""));
  const auto since = time_of(line, "since");
  const auto form = form_in(line);
  Subscription held{.subid = std::string(line.attr_or("subid", ""))};
  const bool whole = jid && state && *state != SubscriptionState::none && since && form;
  if (!whole || held.subid.empty() || held.subid.find(' ') != held.subid.npos) {
    return bad_line("the subscription cannot be read");
  }
  if (state_.subscriptions.find(*jid, held.subid) != nullptr) return std::nullopt;
  auto lease = scene_.settings.tables->subscribe.submit(*form, Lease(),
                                                        viewer_of(*state_.config, scene_.settings));
  if (!lease) return refuse(Fault::invalid_options, lease.error().text);
  held.jid = *jid;
  held.state = *state;
  held.since = *since;
  held.options = std::move(lease).value().options;
  held.expires = time_of(line, "expires");
  held.announce = time_of(line, "announce");
  make(change::SubscriptionSet{state_.number, std::nullopt, std::move(held)});
  return std::nullopt;
}

MaybeFault CopyReader::take_item(const xml::Element& line) {
  const NodeConfig& config = *state_.config;
  const auto publisher = Jid::parse(line.attr_or("publisher", ""));
  const auto published = time_of(line, "published");
  const auto created = time_of(line, "created");
  Item item;
  item.meta.id = line.attr_or("id", "");
  if (item.meta.id.empty() || !publisher || !published || !created) {
    return bad_line("the item cannot be read");
  }
  if (config.collection()) return bad_line("a collection holds no items");
  if (item.meta.id.size() > scene_.settings.limits.item_id_bytes) {
    return refuse(Fault::item_id_too_long);
  }
  if (const auto children = line.children(); !children.empty()) {
    item.payload = wire::payload_text(*children.front());
  }
  if (item.payload && item.payload->size() > scene_.settings.limits.payload_bytes) {
    return refuse(Fault::payload_too_big);
  }
  item.meta.publisher = publisher->bare();
  item.meta.published = *published;
  item.meta.created = *created;
  item.meta.seq = number_of(line, "seq");
  item.meta.first_seq = number_of(line, "first-seq");
  return place_item(std::move(item));
}

/// In the order of the copy, behind what is there; with its own numbers where these are free. Whole
/// numbers of a copy are below what the store takes.
MaybeFault CopyReader::place_item(Item item) {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  ItemMeta& meta = item.meta;
  const auto known = state_.items.find(meta.id);
  if (known.knowledge == ItemIndex::Knowledge::unknown) {
    unknown_.push_back(meta.id);
    return std::nullopt;
  }
  if (known.item != nullptr) {
    const bool same =
        known.item->published == meta.published && known.item->publisher == meta.publisher;
    if (same) return std::nullopt;
    return StanzaError(ErrorType::cancel, Condition::conflict, "XEP-0060 12.8",
                       "another item of that id is there already");
  }
  const bool transient_node = transient(*state_.config);
  const std::uint64_t room = transient_node ? 1 : item_limit(*state_.config, scene_.at(state_));
  if (state_.item_count >= room) return refuse(Fault::node_full);
  const bool keeps = meta.seq >= state_.next_seq && meta.seq < most;
  if (!keeps) meta.seq = state_.next_seq;
  if (!keeps || meta.first_seq == 0 || meta.first_seq > meta.seq) meta.first_seq = meta.seq;
  make(change::ItemPublished{.number = state_.number,
                             .item = std::move(item),
                             .before = std::nullopt,
                             .transient = transient_node,
                             .last_before = state_.last_item});
  return std::nullopt;
}

MaybeFault CopyReader::take_relations(const xml::Element& line) {
  relations_ = form_in(line);
  if (!relations_) return bad_line("the relations cannot be read");
  return std::nullopt;
}

/// The same checks as for a configuration: what it is to stand in must be there.
std::optional<Verdict> CopyReader::relate_it(Done& step) const {
  if (!relations_) return std::nullopt;
  NodeState made = state_;
  made.kin = scene_.state.kin;
  made.above = scene_.state.above;
  made.asked = scene_.state.asked;
  made.lineage_used = scene_.state.lineage_used;
  const Scene there = scene_.at(made);
  if (auto verdict = relate(there, *relations_, step)) return verdict;
  return link(there, *relations_, step);
}

StanzaError at_line(std::size_t number, StanzaError fault) {
  fault.text = "Line " + std::to_string(number) + ": " + fault.text;
  return fault;
}

bool has_owner(const NodeState& state) {
  return std::any_of(state.affiliations.begin(), state.affiliations.end(),
                     [](const auto& row) { return row.second == Affiliation::owner; });
}

}  // namespace

Verdict decide_import(const Scene& scene, const action::Import& action) {
  if (!scene.admin()) return refuse(Fault::forbidden);
  CopyReader reader(scene);
  std::size_t number = 0;
  for (const std::string& line : action.lines) {
    ++number;
    if (line.empty()) continue;
    if (auto fault = reader.take(line)) return at_line(number, std::move(*fault));
  }
  if (!reader.state().exists()) return refuse(Fault::malformed, "The copy is empty.");
  if (!has_owner(reader.state())) return refuse(Fault::malformed, "A node needs an owner.");
  if (!reader.unknown().empty()) {
    return lacks_items(scene, need::Items{std::move(reader.unknown())});
  }
  Done step;
  step.changes = std::move(reader.changes());
  if (auto verdict = reader.relate_it(step)) return std::move(*verdict);
  return step;
}

}  // namespace stoa::pubsub
