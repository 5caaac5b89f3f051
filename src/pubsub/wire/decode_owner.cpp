#include <algorithm>
#include <array>

#include <stoa/pubsub/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "pubsub/engine/relations.hpp"
#include "pubsub/wire/asked.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub::wire {

namespace {

/// The configuration that came with a creation: none for an empty `<configure/>`.
Result<std::optional<forms::Form>, StanzaError> initial_configuration(const Asked& asked) {
  if (asked.companion == nullptr) return std::optional<forms::Form>();
  if (asked.companion->attr("node")) return refuse(Fault::malformed);
  if (asked.companion->first_child() == nullptr) return std::optional<forms::Form>();
  auto form = submitted_form(*asked.companion, node_config_form, forms::MissingFormType::accepted);
  if (!form) return std::move(form).error();
  if (form->type != forms::FormType::submit) return refuse(Fault::malformed);
  return std::optional<forms::Form>(std::move(form).value());
}

bool control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

template <class Action>
Claimed paged(const Asked& asked) {
  auto page = rsm::decode(asked.pubsub);
  if (!page) return std::move(page).error();
  return asked.at_node(Action{std::move(page).value()});
}

std::optional<std::string> written(const xml::Element& element, std::string_view attribute) {
  const auto value = element.attr(attribute);
  if (!value) return std::nullopt;
  return std::string(*value);
}

}  // namespace

Claimed decode_create(const Asked& asked) {
  auto form = initial_configuration(asked);
  if (!form) return std::move(form).error();
  action::Create create{std::move(form).value(), asked.node_changed};
  if (!asked.node.empty()) return asked.at_node(std::move(create));
  if (!asked.settings.offers("instant-nodes")) return refuse(Fault::instant_off);
  create.instant = true;
  std::string minted = asked.context.ids.token();
  Request request(asked.stanza.from, minted, std::move(create));
  return claim::ForNewEntity<Request>{std::move(minted), std::move(request)};
}

Claimed decode_read_configuration(const Asked& asked) {
  return asked.at_node(action::ReadConfiguration{});
}

Claimed decode_configure(const Asked& asked) {
  auto form = submitted_form(asked.child, node_config_form, forms::MissingFormType::accepted);
  if (!form) return std::move(form).error();
  return asked.at_node(action::Configure{std::move(form).value()});
}

Claimed decode_default_configuration(const Asked& asked) {
  const std::string_view type = asked.child.attr_or("type", "leaf");
  const bool collection = type == "collection";
  if (collection && !asked.settings.offers("collections")) return unsupported("collections");
  if (type != "leaf" && !collection) return refuse(Fault::malformed);
  NodeConfig defaults = asked.settings.defaults;
  if (collection) defaults.node_type = NodeType::collection;
  auto form = asked.settings.tables->node.render(forms::FormType::form, defaults);
  const People* const people = asked.settings.people;
  const bool rosters = people && people->may_read_roster(asked.stanza.from.bare());
  if (!rosters) hide_roster_models(form);
  if (asked.settings.offers("relationships")) add_relations(form, {});
  return claim::Answer{default_configuration(form)};
}

Claimed decode_delete(const Asked& asked) {
  action::Delete action;
  if (const xml::Element* redirect = asked.child.child("redirect", ns::pubsub_owner)) {
    const auto uri = redirect->attr("uri");
    if (!uri || uri->empty() || control_characters(*uri)) return refuse(Fault::malformed);
    action.redirect = std::string(*uri);
  }
  return asked.at_node(std::move(action));
}

Claimed decode_purge(const Asked& asked) {
  return asked.at_node(action::Purge{});
}

Claimed decode_read_subscriptions(const Asked& asked) {
  return paged<action::ReadSubscriptions>(asked);
}

Claimed decode_set_subscriptions(const Asked& asked) {
  action::SetSubscriptions set;
  for (const xml::Element* entry : asked.child.children("subscription", ns::pubsub_owner)) {
    set.entries.push_back({std::string(entry->attr_or("jid", {})),
                           std::string(entry->attr_or("subid", {})),
                           written(*entry, "subscription")});
  }
  if (set.entries.empty()) return refuse(Fault::malformed);
  return asked.at_node(std::move(set));
}

Claimed decode_read_affiliations(const Asked& asked) {
  return paged<action::ReadAffiliations>(asked);
}

Claimed decode_set_affiliations(const Asked& asked) {
  action::SetAffiliations set;
  for (const xml::Element* entry : asked.child.children("affiliation", ns::pubsub_owner)) {
    set.entries.push_back({std::string(entry->attr_or("jid", {})), written(*entry, "affiliation")});
  }
  if (set.entries.empty()) return refuse(Fault::malformed);
  return asked.at_node(std::move(set));
}

/// XEP-0248, 7.5 and 7.6: the request goes to the child, which the link belongs to.
Claimed decode_collection(const Asked& asked) {
  const xml::Element* child = asked.child.first_child();
  if (child == nullptr || asked.child.children().size() != 1) return refuse(Fault::malformed);
  const bool out = child->is("dissociate", ns::pubsub_owner);
  if (!out && !child->is("associate", ns::pubsub_owner)) return refuse(Fault::malformed);
  const std::string_view written = child->attr_or("node", {});
  if (written.empty()) return refuse(Fault::node_required);
  auto node = node_id(written);
  if (!node) return refuse(Fault::node_id_refused);
  std::string key = *node;
  Request request(asked.stanza.from, std::move(*node), action::Associate{asked.node, out});
  return claim::ForEntity<Request>{std::move(key), std::move(request)};
}

}  // namespace stoa::pubsub::wire
