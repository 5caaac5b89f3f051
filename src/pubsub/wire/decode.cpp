#include <algorithm>
#include <array>
#include <charconv>

#include <stoa/pubsub/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "pubsub/wire/asked.hpp"
#include "pubsub/wire/event_id.hpp"

namespace stoa::pubsub {

namespace wire {

namespace {

using Node = ActionRow::Node;

constexpr std::array actions = {
    ActionRow{ns::pubsub, "publish", "set", "publish", Node::required, decode_publish,
              "publish-options", ActionRow::Order::any},
    ActionRow{ns::pubsub, "items", "get", "retrieve-items", Node::required, decode_items},
    ActionRow{ns::pubsub, "subscribe", "set", "subscribe", Node::required, decode_subscribe,
              "options"},
    ActionRow{ns::pubsub, "unsubscribe", "set", "subscribe", Node::required, decode_unsubscribe},
    ActionRow{ns::pubsub, "options", "get", "subscription-options", Node::required,
              decode_read_options},
    ActionRow{ns::pubsub, "options", "set", "subscription-options", Node::required,
              decode_set_options},
    ActionRow{ns::pubsub, "default", "get", "retrieve-default-sub", Node::optional,
              decode_default_options},
    ActionRow{ns::pubsub, "subscriptions", "get", "retrieve-subscriptions", Node::optional,
              decode_own_subscriptions},
    ActionRow{ns::pubsub, "affiliations", "get", "retrieve-affiliations", Node::optional,
              decode_own_affiliations},
    ActionRow{ns::pubsub, "create", "set", "create-nodes", Node::optional, decode_create,
              "configure"},
    ActionRow{ns::pubsub, "retract", "set", "delete-items", Node::required, decode_retract},
    ActionRow{ns::pubsub_owner, "configure", "get", "config-node", Node::required,
              decode_read_configuration},
    ActionRow{ns::pubsub_owner, "configure", "set", "config-node", Node::required,
              decode_configure},
    ActionRow{ns::pubsub_owner, "default", "get", "retrieve-default", Node::optional,
              decode_default_configuration},
    ActionRow{ns::pubsub_owner, "delete", "set", "delete-nodes", Node::required, decode_delete},
    ActionRow{ns::pubsub_owner, "purge", "set", "purge-nodes", Node::required, decode_purge},
    ActionRow{ns::pubsub_owner, "subscriptions", "get", "manage-subscriptions", Node::required,
              decode_read_subscriptions},
    ActionRow{ns::pubsub_owner, "subscriptions", "set", "manage-subscriptions", Node::required,
              decode_set_subscriptions},
    ActionRow{ns::pubsub_owner, "affiliations", "get", "modify-affiliations", Node::required,
              decode_read_affiliations},
    ActionRow{ns::pubsub_owner, "affiliations", "set", "modify-affiliations", Node::required,
              decode_set_affiliations},
    ActionRow{ns::pubsub_owner, "collection", "set", "collections", Node::required,
              decode_collection},
};

const ActionRow* row_for(const xml::Element& child, std::string_view type) {
  for (const ActionRow& row : actions) {
    if (row.ns == child.ns() && row.name == child.name() && row.type == type) return &row;
  }
  return nullptr;
}

/// The action among the children of `<pubsub/>` and what may stand beside it.
struct Chosen {
  const ActionRow* row = nullptr;
  const xml::Element* child = nullptr;
  const xml::Element* companion = nullptr;
};

Chosen choose(const xml::Element& pubsub, std::string_view type) {
  std::vector<const xml::Element*> own;
  for (const xml::Element* child : pubsub.children()) {
    if (child->ns() == pubsub.ns()) own.push_back(child);
  }
  if (own.empty() || own.size() > 2) return {};
  if (own.size() == 1) return {row_for(*own[0], type), own[0], nullptr};
  const ActionRow* first = row_for(*own[0], type);
  if (first && first->companion == own[1]->name()) return {first, own[0], own[1]};
  const ActionRow* second = row_for(*own[1], type);
  const bool swapped =
      second && second->companion == own[0]->name() && second->order == ActionRow::Order::any;
  if (swapped) return {second, own[1], own[0]};
  return {};
}

/// XEP-0248, 8.1: the node without a name is nobody's to make, configure or delete.
bool names_root(const Asked& asked) {
  const std::string& name = asked.child.name();
  const bool would = name == "create" || name == "configure" || name == "delete";
  const auto node = asked.child.attr("node");
  return would && node && node->empty() && asked.settings.offers("collections");
}

/// The node without a name is meant: to subscribe by its lack, else by an empty one, so that
/// nobody leaves it by oversight.
bool means_root(const ActionRow& row, const Asked& asked) {
  if (!asked.settings.offers("collections")) return false;
  if (row.name == "subscribe") return true;
  const bool subscriber = row.name == "unsubscribe" || row.name == "options";
  return subscriber && row.ns == ns::pubsub && asked.child.attr("node").has_value();
}

/// XEP-0465, 5: nobody makes, fills, empties or changes the nodes of these names.
bool of_public_subscriptions(const ActionRow& row, std::string_view node) {
  if (row.type != "set" || !node.starts_with("urn:xmpp:pps:")) return false;
  constexpr std::array own = {std::string_view("subscribe"), std::string_view("unsubscribe"),
                              std::string_view("options")};
  return std::find(own.begin(), own.end(), row.name) == own.end();
}

/// What is asked of a node, asked of its list of public subscribers.
struct OfList {
  template <class Other>
  Result<Action, StanzaError> operator()(const Other&) const {
    return unsupported("subscription-options");
  }
  Result<Action, StanzaError> operator()(const action::Items& a) const {
    return Action(action::PublicSubscribers{a});
  }
  Result<Action, StanzaError> operator()(const action::Subscribe& a) const {
    if (a.options) return unsupported("subscription-options");
    return Action(action::WatchSubscribers{a.jid});
  }
  Result<Action, StanzaError> operator()(const action::Unsubscribe& a) const {
    return Action(action::UnwatchSubscribers{a.jid, a.subid});
  }
  Result<Action, StanzaError> operator()(const action::OwnSubscriptions&) const {
    return Action(action::OwnWatches{});
  }
};

/// XEP-0465, 4.4: the list is asked of the node that it is about. Of its owner's requests none is
/// for lists.
Claimed at_list(const ActionRow& row, Asked asked) {
  if (row.ns != ns::pubsub || row.name == "affiliations") return refuse(Fault::no_such_node);
  asked.node.erase(0, subscribers_prefix.size());
  Claimed claimed = row.decode(asked);
  auto* request = std::get_if<claim::ForEntity<Request>>(&claimed);
  if (request == nullptr) return claimed;
  auto action = std::visit(OfList{}, request->request.action);
  if (!action) return std::move(action).error();
  return asked.at_node(std::move(action).value());
}

Claimed decode_pubsub(const Stanza& stanza, const Settings& settings, const Context& context) {
  const xml::Element& pubsub = *stanza.payload();
  const Chosen chosen = choose(pubsub, stanza.type);
  if (chosen.row == nullptr) return refuse(Fault::malformed);
  if (!settings.offers(chosen.row->feature)) return unsupported(chosen.row->feature);
  Asked asked{.stanza = stanza,
              .pubsub = pubsub,
              .child = *chosen.child,
              .companion = chosen.companion,
              .settings = settings,
              .context = context};
  if (names_root(asked)) return refuse(Fault::root_node);
  const std::string_view written = chosen.child->attr_or("node", {});
  if (!written.empty()) {
    auto node = node_id(written);
    if (!node) return refuse(Fault::node_id_refused);
    asked.node_changed = *node != written;
    if (of_public_subscriptions(*chosen.row, *node)) return refuse(Fault::forbidden);
    asked.node = std::move(*node);
    const bool list = names_list(asked.node, settings);
    if (list) return at_list(*chosen.row, std::move(asked));
  } else if (means_root(*chosen.row, asked)) {
    asked.node = root_key;
  } else if (chosen.row->node == Node::required) {
    return refuse(Fault::node_required);
  }
  return chosen.row->decode(asked);
}

Claimed decode_iq(const Stanza& stanza, const Settings& settings, const Context& context) {
  const xml::Element& payload = *stanza.payload();
  const bool disco = payload.ns() == ns::disco_info || payload.ns() == ns::disco_items;
  const bool archive = payload.ns() == ns::mam;
  const bool ours = payload.is("pubsub", ns::pubsub) || payload.is("pubsub", ns::pubsub_owner);
  if (stanza.to.local() != settings.service.local()) return claim::NotMine{};
  if (stanza.to.is_full()) {
    if (!ours && !disco) return claim::NotMine{};
    return StanzaError(ErrorType::cancel, Condition::item_not_found, "XEP-0060 4.6.1");
  }
  if (ours) return decode_pubsub(stanza, settings, context);
  if (disco) return decode_disco(stanza, settings);
  if (settings.of_account) return claim::NotMine{};
  if (archive) return decode_archive(stanza);
  if (payload.is("command", ns::commands)) return decode_command(stanza, settings, context);
  return claim::NotMine{};
}

/// An event of ours came back (12.4).
Claimed decode_bounce(const Stanza& stanza) {
  const auto id = read_event_id(stanza.id);
  if (!id) return claim::NotMine{};
  action::Bounce bounce{
      .tag = std::string(id->tag), .condition = condition_of(stanza), .about = id->about};
  const xml::Element* error = stanza.element.child("error", stanza.element.ns());
  const std::string_view type = error ? error->attr_or("type", "cancel") : "cancel";
  for (const ErrorType known : {ErrorType::auth, ErrorType::cancel, ErrorType::continue_,
                                ErrorType::modify, ErrorType::wait}) {
    if (token(known) == type) bounce.type = known;
  }
  return claim::ForNumber<Request>{id->number, {stanza.from, {}, std::move(bounce)}};
}

/// 8.6: the answer of an owner. A cancelled form, or one without the answer, changes nothing.
Claimed decode_approval(const Stanza& stanza) {
  const xml::Element* x = stanza.element.child("x", ns::data_form);
  if (x == nullptr) return claim::NotMine{};
  const auto form = forms::decode_form(*x);
  if (!form || form->form_type != authorization_form) return claim::NotMine{};
  const auto allow = form->value("pubsub#allow");
  if (form->type != forms::FormType::submit || !allow) return claim::Silence{};
  const auto answer = forms::parse_boolean(*allow);
  const auto node = node_id(form->value("pubsub#node").value_or(""));
  const auto jid = Jid::parse(form->value("pubsub#subscriber_jid").value_or(""));
  if (!answer || !node || !jid) return refuse(Fault::malformed);
  action::Authorize authorize{.jid = *jid,
                              .subid = std::string(form->value("pubsub#subid").value_or("")),
                              .allow = *answer};
  return claim::ForEntity<Request>{*node, {stanza.from, *node, std::move(authorize)}};
}

}  // namespace

bool names_list(std::string_view node, const Settings& settings) {
  return !settings.of_account && node.starts_with(subscribers_prefix) &&
         node.size() > subscribers_prefix.size();
}

std::optional<std::string> node_id(std::string_view written) {
  return resourceprep_unbounded(written);
}

Result<forms::Form, StanzaError> submitted_form(const xml::Element& parent,
                                                std::string_view form_type,
                                                forms::MissingFormType missing) {
  const xml::Element* x = parent.child("x", ns::data_form);
  if (x == nullptr) return refuse(Fault::malformed, "The request holds no form.");
  auto form = forms::decode_form(*x);
  if (!form) return refuse(Fault::malformed, form.error());
  if (const auto fault = forms::fault_in_submit(*form, form_type, missing)) {
    return refuse(Fault::malformed, *fault);
  }
  return std::move(form).value();
}

}  // namespace wire

Claim<Request, Read> Engine::decode(const Stanza& stanza, const pubsub::Settings& whole,
                                    const Context& context) {
  const pubsub::Settings& settings = whole.for_entity(stanza.from);
  switch (stanza.kind) {
    case StanzaKind::iq:
      if (!stanza.is_iq_request()) return claim::NotMine{};
      return wire::decode_iq(stanza, settings, context);
    case StanzaKind::message:
      if (!stanza.to.local().empty() || settings.of_account) return claim::NotMine{};
      if (stanza.is_error()) return wire::decode_bounce(stanza);
      return wire::decode_approval(stanza);
    case StanzaKind::presence:
      break;
  }
  return claim::NotMine{};
}

}  // namespace stoa::pubsub
