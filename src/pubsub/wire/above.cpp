#include "pubsub/wire/above.hpp"

#include <algorithm>
#include <map>

#include "pubsub/engine/scene.hpp"

namespace stoa::pubsub::wire {

namespace {

/// A JID and a tag in lines, as often as there are recipients.
constexpr std::string_view many_word = "many\n";

bool wants(const Upward& upward, About about) {
  if (upward.type == SubscriptionType::all) return true;
  return (upward.type == SubscriptionType::items) == (about == About::items);
}

bool told_as_subscriber(const NodeState& node, const Jid& jid) {
  for (const Subscription* held : node.subscriptions.of(jid)) {
    if (held->state == SubscriptionState::subscribed && held->options.deliver) return true;
  }
  return false;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += "<header name='";
  out += name;
  out += "'>";
  xml::append_escaped(out, value);
  out += "</header>";
}

std::string headers(const std::vector<const Upward*>& held) {
  std::string out = "<headers xmlns='";
  out += ns::shim;
  out += "'>";
  std::string_view last;
  for (const Upward* upward : held) {
    if (upward->collection != last) append_header(out, "Collection", shown(upward->collection));
    last = upward->collection;
  }
  const bool names = held.size() > 1 || held.front()->several;
  if (names) {
    for (const Upward* upward : held) append_header(out, "SubID", upward->subid);
  }
  out += "</headers>";
  return out;
}

/// Those who get the same copy.
struct Group {
  std::uint64_t number = 0;
  std::vector<const Upward*> recipients = {};
};

std::string word_for(const Group& group) {
  std::string word(many_word);
  for (const Upward* upward : group.recipients) {
    word += upward->jid.str();
    word += '\n';
    word += upward->subid;
    word += '\n';
  }
  return word;
}

}  // namespace

void to_above(const Event& event, const NodeState& node, const Heard& heard,
              std::vector<Encoded>& out) {
  if (!heard.above) return;
  std::map<Jid, std::vector<const Upward*>> by_jid;
  for (const Upward& upward : heard.above->subscriptions) {
    const bool entitled =
        wants(upward, heard.about) && (heard.settings.access == CollectionAccess::collection_only ||
                                       may_read(node, heard.settings, upward.jid.bare()));
    if (entitled && !told_as_subscriber(node, upward.jid)) by_jid[upward.jid].push_back(&upward);
  }
  std::map<std::string, Group> groups;
  for (const auto& [jid, held] : by_jid) {
    Group& group = groups[headers(held)];
    group.number = held.front()->number;
    group.recipients.push_back(held.front());
  }
  for (const auto& [shim, group] : groups) {
    Event copy = event.under(group.number);
    copy.tail() += shim;
    auto recipients = std::make_shared<RecipientSet>();
    for (const Upward* upward : group.recipients) recipients->add(upward->jid, upward->subid);
    out.push_back(copy.to(std::move(recipients), word_for(group)));
  }
}

std::string word_for_many(std::string_view lines) {
  return std::string(many_word) + std::string(lines);
}

void append_kinship(std::string& out, const say::Kinship& said) {
  using What = say::Kinship::What;
  const auto open = [&out](std::string_view name, const std::string& node) {
    out += '<';
    out += name;
    xml::append_attribute(out, "node", node);
  };
  const bool association = said.what == What::associated || said.what == What::dissociated;
  if (association) {
    open("collection", said.parent);
    out += '>';
  }
  switch (said.what) {
    case What::created:
      open("create", said.node);
      break;
    case What::deleted:
      open("delete", said.node);
      break;
    case What::associated:
      open("associate", said.node);
      break;
    case What::dissociated:
      open("dissociate", said.node);
      break;
  }
  out += "/>";
  if (association) out += "</collection>";
}

std::shared_ptr<const RecipientSet> many_recipients(std::string_view word) {
  if (!word.starts_with(many_word)) return nullptr;
  word.remove_prefix(many_word.size());
  auto set = std::make_shared<RecipientSet>();
  const auto line = [&word] {
    const std::size_t end = std::min(word.find('\n'), word.size());
    const std::string_view text = word.substr(0, end);
    word.remove_prefix(std::min(end + 1, word.size()));
    return text;
  };
  while (!word.empty()) {
    const auto jid = Jid::parse(line());
    const std::string_view tag = line();
    if (jid) set->add(*jid, tag);
  }
  return set;
}

}  // namespace stoa::pubsub::wire
