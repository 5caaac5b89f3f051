#include <stoa/forms/command_form.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "pubsub/wire/commands.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub {

namespace {

using forms::ResultTable;
using Outcomes = std::vector<std::optional<StanzaError>>;

xml::Element shown(const CommandRead& read, ResultTable table) {
  xml::Element done = wire::command_done({read.command, read.session});
  done.add(std::move(table).done());
  return done;
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

/// The content of one kind of find.
struct Shows {
  ResultTable operator()(const InvolvedNodes& found) const { return outcome_table(found, {}); }
  ResultTable operator()(const ServerNodes& found) const { return outcome_table(found, {}); }
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

}  // namespace

std::vector<std::pair<std::string, Request>> Engine::errands(const pubsub::Read& read,
                                                             const pubsub::ReadResult& found) {
  const auto* of = std::get_if<CommandRead>(&read);
  const auto* nodes = std::get_if<InvolvedNodes>(&found);
  if (of == nullptr || nodes == nullptr) return {};
  const Jid& user = std::get<look::Involved>(of->what).bare;
  std::vector<std::pair<std::string, pubsub::Request>> errands;
  for (const std::string& node : nodes->nodes) {
    errands.emplace_back(node, pubsub::Request(of->by, node, action::RemoveUser{user}));
  }
  return errands;
}

std::vector<Engine::Elsewhere> Engine::errands_elsewhere(const pubsub::Read& read,
                                                         const pubsub::ReadResult& found) {
  const auto* of = std::get_if<CommandRead>(&read);
  if (const auto* there = std::get_if<ServerNodes>(&found)) return taking_over(*there);
  const auto* nodes = std::get_if<InvolvedNodes>(&found);
  if (of == nullptr || nodes == nullptr) return {};
  const Jid& user = std::get<look::Involved>(of->what).bare;
  std::vector<Elsewhere> errands;
  for (const auto& other : nodes->elsewhere) {
    errands.push_back(
        {other.service, other.node, pubsub::Request(of->by, other.node, action::RemoveUser{user})});
  }
  return errands;
}

Result<Answered, StanzaError> Engine::conclude(const pubsub::Read& read,
                                               const pubsub::ReadResult& found,
                                               const Outcomes& outcomes, const pubsub::Settings&) {
  Answered answered;
  answered.reply = shown(std::get<CommandRead>(read), outcome_table(found, outcomes));
  return answered;
}

namespace wire {

xml::Element command_answer(const CommandRead& read, const ReadResult& found) {
  return shown(read, std::visit(Shows{}, found));
}

}  // namespace wire

}  // namespace stoa::pubsub
