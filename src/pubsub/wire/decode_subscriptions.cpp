#include <stoa/pubsub/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "pubsub/wire/asked.hpp"
#include "pubsub/wire/replies.hpp"

namespace stoa::pubsub::wire {

namespace {

/// The `jid` attribute: jid-required, or invalid-jid where it is none (17.1).
Result<Jid, StanzaError> jid_of(const Asked& asked) {
  const std::string_view written = asked.child.attr_or("jid", {});
  if (written.empty()) return refuse(Fault::jid_required);
  auto jid = Jid::parse(written);
  if (!jid) return refuse(Fault::invalid_jid, "This is no JID.");
  return std::move(*jid);
}

std::string subid_of(const Asked& asked) {
  return std::string(asked.child.attr_or("subid", {}));
}

Result<forms::Form, StanzaError> options_form(const xml::Element& parent) {
  return submitted_form(parent, subscribe_options_form, forms::MissingFormType::accepted);
}

}  // namespace

Claimed decode_subscribe(const Asked& asked) {
  auto jid = jid_of(asked);
  if (!jid) return std::move(jid).error();
  action::Subscribe subscribe{.jid = std::move(jid).value()};
  subscribe.is_public = asked.child.child("public", public_subscriptions) != nullptr;
  if (asked.companion) {
    if (!asked.settings.offers("subscription-options")) return unsupported("subscription-options");
    if (asked.companion->attr("node") || asked.companion->attr("jid")) {
      return refuse(Fault::malformed);
    }
    auto form = options_form(*asked.companion);
    if (!form) return std::move(form).error();
    if (form->type != forms::FormType::submit) return refuse(Fault::malformed);
    subscribe.options = std::move(form).value();
  }
  return asked.at_node(std::move(subscribe));
}

Claimed decode_unsubscribe(const Asked& asked) {
  auto jid = jid_of(asked);
  if (!jid) return std::move(jid).error();
  return asked.at_node(action::Unsubscribe{std::move(jid).value(), subid_of(asked)});
}

Claimed decode_read_options(const Asked& asked) {
  auto jid = jid_of(asked);
  if (!jid) return std::move(jid).error();
  return asked.at_node(action::ReadOptions{std::move(jid).value(), subid_of(asked)});
}

Claimed decode_set_options(const Asked& asked) {
  auto jid = jid_of(asked);
  if (!jid) return std::move(jid).error();
  auto form = options_form(asked.child);
  if (!form) return std::move(form).error();
  return asked.at_node(
      action::SetOptions{std::move(jid).value(), subid_of(asked), std::move(form).value()});
}

Claimed decode_default_options(const Asked& asked) {
  if (!asked.node.empty()) return asked.at_node(action::DefaultOptions{});
  const auto viewer = viewer_of(asked.settings.defaults, asked.settings);
  return claim::Answer{default_options(
      {}, asked.settings.tables->subscribe.render(forms::FormType::result, {}, viewer))};
}

Claimed decode_own_subscriptions(const Asked& asked) {
  if (!asked.node.empty()) return asked.at_node(action::OwnSubscriptions{});
  auto page = rsm::decode(asked.pubsub);
  if (!page) return std::move(page).error();
  return claim::ForStore<Read>{SubscriptionsRead{asked.stanza.from.bare(), std::move(page).value(),
                                                 asked.settings.limits.page}};
}

Claimed decode_own_affiliations(const Asked& asked) {
  if (!asked.node.empty()) return asked.at_node(action::OwnAffiliations{});
  auto page = rsm::decode(asked.pubsub);
  if (!page) return std::move(page).error();
  return claim::ForStore<Read>{AffiliationsRead{asked.stanza.from.bare(), std::move(page).value(),
                                                asked.settings.limits.page}};
}

}  // namespace stoa::pubsub::wire
