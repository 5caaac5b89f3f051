#include <algorithm>

#include <stoa/forms/command_form.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "pubsub/wire/commands.hpp"
#include "pubsub/wire/node_copy.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

using forms::ResultTable;
using Outcomes = std::vector<std::optional<StanzaError>>;

/// No node can have this name: requests that are about no node go there (a control character).
constexpr std::string_view nowhere = "\x01";

CommandStep step_of(const CommandRead& read) {
  return {read.command, read.session};
}

/// The URI of a node, or of all of an account (XEP-0060, 12.22).
std::string uri(const std::string& service, const std::string& node) {
  return "xmpp:" + service + (node.empty() ? "" : "?;node=" + node);
}

/// The nodes of the errands, in their order; those at another service by their URIs.
std::vector<std::string> names_in(const ReadResult& found) {
  std::vector<std::string> names;
  if (const auto* involved = std::get_if<InvolvedNodes>(&found)) {
    names = involved->nodes;
    for (const auto& other : involved->elsewhere) names.push_back(uri(other.service, other.node));
  } else if (const auto* there = std::get_if<ServerNodes>(&found)) {
    for (const auto& node : there->nodes) names.push_back(uri(node.service, node.node));
  }
  return names;
}

/// What became of errands: how many were done, and which not and why.
ResultTable outcome_table(const ReadResult& found, const Outcomes& outcomes) {
  ResultTable table(wire::service_form, "Done", {"node", "outcome"});
  const std::vector<std::string> names = names_in(found);
  std::size_t done = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!outcomes[i]) {
      ++done;
    } else {
      table.row({names.at(i), std::string(token(outcomes[i]->condition))});
    }
  }
  if (const auto* there = std::get_if<ServerNodes>(&found)) {
    for (const auto& one : there->missed) table.row({uri(one.service, one.node), one.why});
  }
  table.field("nodes", std::to_string(done));
  return table;
}

ResultTable addressees(std::size_t count) {
  ResultTable table(wire::service_form, "Done", {});
  table.field("addressees", std::to_string(count));
  return table;
}

/// 0 in the settings: there is no limit.
std::string limit_shown(std::uint64_t limit) {
  return limit == 0 ? std::string("none") : std::to_string(limit);
}

/// The content of one kind of find.
struct Shows {
  const CommandRead& read;
  const Settings& settings;

  ResultTable operator()(const InvolvedNodes& found) const { return outcome_table(found, {}); }
  ResultTable operator()(const ServerNodes& found) const { return outcome_table(found, {}); }
  ResultTable operator()(const AudienceFound&) const { return addressees(0); }
  ResultTable operator()(const BuriedNodes& found) const {
    ResultTable table(wire::service_form, "Deleted nodes", {"node", "deleted", "until", "by"});
    for (const auto& row : found.rows) {
      table.row({row.node, format_xep0082(row.burial.at), format_xep0082(row.burial.until),
                 row.burial.by.str()});
    }
    return table;
  }
  ResultTable operator()(const Acts& found) const {
    ResultTable table(wire::service_form, "Acts of owners and administrators",
                      {"time", "actor", "act", "node", "target", "detail"});
    for (const Act& act : found.acts) {
      table.row(
          {format_xep0082(act.at), act.actor.str(), act.act, act.node, act.target, act.detail});
    }
    return table;
  }
  ResultTable operator()(const ListedNodes& found) const {
    ResultTable table(wire::service_form, "Nodes", {"node", "type", "title", "items", "created"});
    table.field("count", std::to_string(found.count));
    for (const auto& row : found.rows) {
      table.row({row.node, row.type == NodeType::collection ? "collection" : "leaf", row.title,
                 std::to_string(row.items), format_xep0082(row.created)});
    }
    return table;
  }
  ResultTable operator()(const FoundItems& found) const {
    ResultTable table(wire::service_form, "Items",
                      {"id", "publisher", "published", "created", "bytes"});
    for (const auto& [meta, bytes] : found.rows) {
      table.row({meta.id, meta.publisher.str(), format_xep0082(meta.published),
                 format_xep0082(meta.created), std::to_string(bytes)});
    }
    return table;
  }
  ResultTable operator()(const ServiceTotals& found) const {
    ResultTable table(wire::service_form, "What the service holds", {});
    const auto add = [&](std::string_view name, std::uint64_t number) {
      table.field(name, std::to_string(number));
    };
    add("leaves", found.leaves);
    add("collections", found.collections);
    add("deleted", found.deleted);
    add("items", found.items);
    add("bytes", found.bytes);
    add("owners", found.owners);
    add("subscribed", found.subscribed);
    add("pending", found.pending);
    add("unconfigured", found.unconfigured);
    add("subscribers", found.subscribers);
    return table;
  }
  ResultTable operator()(const OwnNodes& found) const {
    ResultTable table(wire::service_form, "Your nodes", {"node", "items", "bytes"});
    const Limits& limits = settings.limits;
    table.field("nodes", std::to_string(found.count));
    table.field("max-nodes", limit_shown(limits.nodes_per_owner));
    table.field("bytes", std::to_string(found.bytes));
    table.field("max-bytes", limit_shown(limits.bytes_per_owner));
    table.field("subscriptions", std::to_string(found.subscriptions));
    table.field("max-subscriptions", limit_shown(limits.subscriptions_per_entity));
    for (const auto& row : found.rows) {
      table.row({row.node, std::to_string(row.items), std::to_string(row.bytes)});
    }
    return table;
  }
  template <class Other>
  ResultTable operator()(const Other&) const {
    return ResultTable(wire::service_form, "Nothing", {});
  }
};

/// By the account itself, whose nodes they are.
std::vector<Engine::Elsewhere> taking_over(const ServerNodes& found) {
  std::vector<Engine::Elsewhere> errands;
  for (const auto& node : found.nodes) {
    const auto name = wire::node_id(node.node).value_or(node.node);
    action::TakeOver whole{.configuration = node.configuration};
    for (const Item& item : node.items) {
      whole.items.push_back(
          {.id = item.meta.id, .payload = item.payload, .publisher = item.meta.publisher});
    }
    const Jid account = Jid::parse(node.service).value_or(Jid());
    errands.push_back({node.service, name, Request(account, name, std::move(whole))});
  }
  return errands;
}

/// What is asked of the one to whom nodes are offered.
forms::Form form_of_offers(const OfferedNodes& offered) {
  using forms::FieldType;
  forms::Form form{.type = forms::FormType::form, .title = "Nodes offered to you"};
  forms::Field node = forms::question_field("node", "The node", {FieldType::list_single, true});
  for (const auto& row : offered.rows) {
    node.choices.push_back({row.node, row.node + " (" + row.by.str() + ")"});
  }
  forms::Field answer =
      forms::question_field("answer", "Your answer", {FieldType::list_single, true});
  answer.choices = {{"accept", "Take it over"}, {"decline", "Decline"}};
  form.fields = {std::move(node), std::move(answer)};
  return form;
}

using Errands = std::vector<std::pair<std::string, Request>>;

/// Requests that a look-up leads to, by what was looked up.
struct Leads {
  const CommandRead& read;
  const ReadResult& found;

  template <class What>
  Errands operator()(const What&) const {
    return {};
  }
  Errands operator()(const look::Involved& what) const {
    return to_each([&] { return action::RemoveUser{what.bare}; });
  }
  Errands operator()(const look::Miscounted&) const {
    return to_each([] { return action::Recount{}; });
  }
  Errands operator()(const look::Audience& what) const {
    Errands errands;
    const auto* audience = std::get_if<AudienceFound>(&found);
    if (audience == nullptr || audience->bares.empty()) return errands;
    Request request(read.by, {}, action::Announce{what.text, audience->bares});
    errands.emplace_back(std::string(nowhere), std::move(request));
    return errands;
  }

 private:
  template <class Make>
  Errands to_each(const Make& make) const {
    Errands errands;
    const auto* nodes = std::get_if<InvolvedNodes>(&found);
    if (nodes == nullptr) return errands;
    for (const std::string& node : nodes->nodes) {
      errands.emplace_back(node, Request(read.by, node, make()));
    }
    return errands;
  }
};

}  // namespace

Errands Engine::errands(const pubsub::Read& read, const pubsub::ReadResult& found) {
  const auto* of = std::get_if<CommandRead>(&read);
  if (of == nullptr) return {};
  return std::visit(Leads{*of, found}, of->what);
}

std::vector<Engine::Elsewhere> Engine::errands_elsewhere(const pubsub::Read& read,
                                                         const pubsub::ReadResult& found) {
  const auto* of = std::get_if<CommandRead>(&read);
  if (const auto* there = std::get_if<ServerNodes>(&found)) return taking_over(*there);
  const auto* nodes = std::get_if<InvolvedNodes>(&found);
  const auto* what = of == nullptr ? nullptr : std::get_if<look::Involved>(&of->what);
  if (what == nullptr || nodes == nullptr) return {};
  std::vector<Elsewhere> errands;
  for (const auto& other : nodes->elsewhere) {
    errands.push_back({other.service, other.node,
                       pubsub::Request(of->by, other.node, action::RemoveUser{what->bare})});
  }
  return errands;
}

Result<Answered, StanzaError> Engine::conclude(const pubsub::Read& read,
                                               const pubsub::ReadResult& found,
                                               const Outcomes& outcomes, const pubsub::Settings&) {
  const CommandStep step = step_of(std::get<CommandRead>(read));
  Answered answered;
  if (const auto* audience = std::get_if<AudienceFound>(&found)) {
    if (outcomes.front()) return *outcomes.front();
    answered.reply = wire::command_shows(step, addressees(audience->bares.size()).done());
  } else {
    answered.reply = wire::command_shows(step, outcome_table(found, outcomes).done());
  }
  return answered;
}

namespace wire {

Result<xml::Element, StanzaError> command_answer(const CommandRead& read, const ReadResult& found,
                                                 const Settings& settings) {
  const CommandStep step = step_of(read);
  if (const auto* offered = std::get_if<OfferedNodes>(&found)) {
    return command_asks(step, form_of_offers(*offered));
  }
  if (const auto* copy = std::get_if<CopyFound>(&found)) {
    auto page = copy_page(std::get<look::Copy>(read.what), *copy, settings);
    if (!page) return std::move(page).error();
    return command_shows(step, std::move(page).value());
  }
  return command_shows(step, std::visit(Shows{read, settings}, found).done());
}

}  // namespace wire

}  // namespace stoa::pubsub
