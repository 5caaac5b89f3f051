#include "pubsub/wire/commands.hpp"

#include <stoa/disco/disco.hpp>
#include <stoa/pubsub/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "pubsub/wire/asked.hpp"

namespace stoa::pubsub::wire {

namespace {

constexpr std::size_t max_choices = 200;  ///< nodes offered in the form

/// A session id that tells by itself whom it was given to. It gives no right: each step checks the
/// rights of its sender again.
std::string session_mark(std::string_view token, const Jid& full) {
  std::uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const std::string_view part :
       {token, std::string_view("\n"), std::string_view(full.str())}) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  }
  return std::to_string(hash);
}

std::string new_session(const Context& context, const Jid& full) {
  const std::string token = context.ids.token();
  return token + "." + session_mark(token, full);
}

bool own_session(std::string_view session, const Jid& full) {
  const std::size_t dot = session.find('.');
  if (dot == session.npos) return false;
  return session.substr(dot + 1) == session_mark(session.substr(0, dot), full);
}

xml::Element command(std::string_view session, std::string_view status) {
  return xml::Element("command", ns::commands)
      .set("node", get_pending)
      .set("sessionid", session)
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

}  // namespace

Claimed decode_command(const Stanza& stanza, const Settings& settings, const Context& context) {
  const xml::Element& payload = *stanza.payload();
  if (payload.attr_or("node", {}) != get_pending || !settings.offers("get-pending")) {
    return claim::NotMine{};
  }
  if (stanza.type != "set") return refuse(Fault::malformed);
  const std::string session(payload.attr_or("sessionid", {}));
  const std::string_view action = payload.attr_or("action", "execute");
  if (auto objection = action_wrong(action, session)) return std::move(*objection);
  if (session.empty()) {
    return claim::ForStore<Read>{PendingNodesRead{
        new_session(context, stanza.from), stanza.from.bare(), context.service_admin, max_choices}};
  }
  if (!own_session(session, stanza.from)) return refuse(Fault::bad_session);
  if (action == "cancel") return claim::Answer{command(session, "canceled")};
  return second_step(stanza, payload, session);
}

std::vector<disco::ListPage::Entry> command_entries(const Settings& settings) {
  if (!settings.offers("get-pending")) return {};
  const std::string node(get_pending);
  return {{node, {.jid = settings.service, .node = node, .name = "Pending subscriptions"}}};
}

Result<xml::Element, StanzaError> pending_answer(const PendingNodesRead& read,
                                                 const PendingNodes& found) {
  if (!found.owns_any && !read.admin) return refuse(Fault::owns_no_node);
  xml::Element reply = command(read.session, "executing");
  reply.add(forms::encode(nodes_form(found.nodes)));
  return reply;
}

}  // namespace stoa::pubsub::wire
