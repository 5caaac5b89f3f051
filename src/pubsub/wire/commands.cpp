#include "pubsub/wire/commands.hpp"

#include <array>
#include <charconv>
#include <chrono>

#include <stoa/disco/disco.hpp>
#include <stoa/pubsub/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::pubsub::wire {

namespace {

constexpr std::size_t max_choices = 200;  ///< nodes offered in the form

/// How long a form may be filled in.
constexpr Duration session_lasts = std::chrono::minutes(15);

/// A session id that tells by itself when it was given, and to whom. It gives no right: each step
/// checks the rights of its sender again.
std::string session_mark(std::string_view token, const Jid& full) {
  std::uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const std::string_view part :
       {token, std::string_view("\n"), std::string_view(full.str())}) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  }
  return std::to_string(hash);
}

std::string new_session(const Context& context, const Jid& full) {
  using std::chrono::milliseconds;
  const auto begun = std::chrono::floor<milliseconds>(context.now.time_since_epoch());
  const std::string token = std::to_string(begun.count()) + "-" + context.ids.token();
  return token + "." + session_mark(token, full);
}

bool own_session(std::string_view session, const Jid& full, Timestamp now) {
  const std::size_t dot = session.find('.');
  if (dot == session.npos) return false;
  const std::string_view token = session.substr(0, dot);
  if (session.substr(dot + 1) != session_mark(token, full)) return false;
  std::int64_t milliseconds = 0;
  std::from_chars(token.data(), token.data() + token.size(), milliseconds);
  return now - Timestamp(std::chrono::milliseconds(milliseconds)) <= session_lasts;
}

xml::Element command(const CommandStep& step, std::string_view status) {
  return xml::Element("command", ns::commands)
      .set("node", step.command)
      .set("sessionid", step.session)
      .set("status", status);
}

forms::Form nodes_form(const std::vector<std::string>& nodes) {
  forms::Form form{.type = forms::FormType::form, .form_type = std::string(authorization_form)};
  forms::Field field{.var = "pubsub#node",
                     .type = forms::FieldType::list_single,
                     .label = "Node with pending requests"};
  for (const std::string& node : nodes) field.choices.push_back({node, {}});
  form.fields.push_back(std::move(field));
  return form;
}

/// XEP-0050, 3.4: an action that there is not, or not where the command stands.
std::optional<StanzaError> action_wrong(std::string_view action, std::string_view session) {
  if (action == "execute") return std::nullopt;
  const bool known =
      action == "next" || action == "prev" || action == "complete" || action == "cancel";
  if (!known) return refuse(Fault::malformed_action);
  if (session.empty() || action == "prev") return refuse(Fault::bad_action);
  return std::nullopt;
}

Claimed second_step(const Stanza& stanza, const xml::Element& command, std::string session) {
  auto form = submitted_form(command, authorization_form, forms::MissingFormType::accepted);
  if (!form) return std::move(form).error();
  const auto node = node_id(form->value("pubsub#node").value_or(""));
  if (!node || node->empty()) return refuse(Fault::node_required);
  return claim::ForEntity<Request>{*node,
                                   {stanza.from, *node, action::SendPending{std::move(session)}}};
}

/// One step of a command, as it was asked for.
struct Asking {
  const Stanza& stanza;
  const xml::Element& payload;
  const Settings& settings;
  const Context& context;
  std::string session;  ///< empty at first
  std::string_view action;
};

Claimed decode_pending(const Asking& asking) {
  const Jid& from = asking.stanza.from;
  if (asking.session.empty()) {
    return claim::ForStore<Read>{PendingNodesRead{new_session(asking.context, from), from.bare(),
                                                  asking.context.service_admin, max_choices}};
  }
  if (asking.action == "cancel") {
    return claim::Answer{command({std::string(get_pending), asking.session}, "canceled")};
  }
  return second_step(asking.stanza, asking.payload, asking.session);
}

xml::Element question(const CommandRow& row, const CommandStep& step, const Settings& settings) {
  forms::Form form{.type = forms::FormType::form, .title = std::string(row.name)};
  form.fields = row.fields(settings);
  return command_asks(step, std::move(form));
}

Claimed decode_row(const CommandRow& row, const Asking& asking) {
  CommandStep step{std::string(row.node), asking.session};
  if (step.session.empty()) step.session = new_session(asking.context, asking.stanza.from);
  if (asking.action == "cancel") return claim::Answer{command(step, "canceled")};
  forms::Form form;
  if (const xml::Element* x = asking.payload.child("x", ns::data_form)) {
    auto read = forms::decode_form(*x);
    if (!read) return refuse(Fault::malformed, read.error());
    form = std::move(read).value();
    if (form.type == forms::FormType::cancel) return claim::Answer{command(step, "canceled")};
    if (const auto fault =
            forms::fault_in_submit(form, service_form, forms::MissingFormType::accepted)) {
      return refuse(Fault::malformed, *fault);
    }
  } else if (row.fields) {
    return claim::Answer{question(row, step, asking.settings)};
  }
  return row.run({asking.stanza, form, asking.settings, asking.context, std::move(step)});
}

bool there(const CommandRow& row, const Settings& settings) {
  return row.whom != CommandRow::For::admins_of_accounts || !settings.account_domains.empty();
}

std::array<std::span<const CommandRow>, 3> all_commands() {
  return {desk_commands(), node_commands(), own_commands()};
}

const CommandRow* row_of(std::string_view node) {
  for (const auto& table : all_commands()) {
    for (const CommandRow& row : table) {
      if (row.node == node) return &row;
    }
  }
  return nullptr;
}

}  // namespace

Claimed Order::look_up(Look what, std::size_t cap) const {
  return claim::ForStore<Read>{
      CommandRead{step.command, step.session, stanza.from, std::move(what), cap}};
}

Claimed Order::at_node(Action action) const {
  const auto node = node_id(form.value("node").value_or(""));
  if (!node || node->empty()) return refuse(Fault::node_required);
  Request request(stanza.from, *node, std::move(action));
  request.command = step;
  return claim::ForEntity<Request>{*node, std::move(request)};
}

StanzaError unusable(std::string_view text) {
  return {ErrorType::modify, Condition::bad_request, "XEP-0050 4.6", text};
}

Claimed decode_command(const Stanza& stanza, const Settings& settings, const Context& context) {
  const xml::Element& payload = *stanza.payload();
  const std::string_view node = payload.attr_or("node", {});
  const bool pending = node == get_pending && settings.offers("get-pending");
  const CommandRow* row = pending ? nullptr : row_of(node);
  if (!pending && (row == nullptr || !there(*row, settings))) return claim::NotMine{};
  if (stanza.type != "set") return refuse(Fault::malformed);
  const bool of_admins = row && row->whom != CommandRow::For::everybody;
  if (of_admins && !context.service_admin) return refuse(Fault::forbidden);
  const Asking asking{stanza,
                      payload,
                      settings,
                      context,
                      std::string(payload.attr_or("sessionid", {})),
                      payload.attr_or("action", "execute")};
  if (!asking.session.empty() && !own_session(asking.session, stanza.from, context.now)) {
    return refuse(Fault::bad_session);
  }
  if (auto objection = action_wrong(asking.action, asking.session)) return std::move(*objection);
  return pending ? decode_pending(asking) : decode_row(*row, asking);
}

std::string_view command_name(std::string_view node) {
  if (node == get_pending) return "Pending subscriptions";
  const CommandRow* row = row_of(node);
  return row ? row->name : std::string_view();
}

std::vector<disco::ListPage::Entry> command_entries(const Settings& settings, Commander who) {
  std::vector<disco::ListPage::Entry> entries;
  const auto add = [&](std::string_view node) {
    entries.push_back({std::string(node),
                       {.jid = settings.service,
                        .node = std::string(node),
                        .name = std::string(command_name(node))}});
  };
  const bool manages = who.owner || who.admin;
  if (manages && settings.offers("get-pending")) add(get_pending);
  for (const auto& table : all_commands()) {
    for (const CommandRow& row : table) {
      const bool may = row.whom == CommandRow::For::everybody || who.admin;
      if (may && there(row, settings)) add(row.node);
    }
  }
  return entries;
}

Result<xml::Element, StanzaError> pending_answer(const PendingNodesRead& read,
                                                 const PendingNodes& found) {
  if (!found.owns_any && !read.admin) return refuse(Fault::owns_no_node);
  xml::Element reply = command({std::string(get_pending), read.session}, "executing");
  reply.add(forms::encode(nodes_form(found.nodes)));
  return reply;
}

}  // namespace stoa::pubsub::wire
