#include "pubsub/wire/replies.hpp"

#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::pubsub::wire {

namespace {

/// `<pubsub><name node/></pubsub>`; the node is left out where it is empty.
struct Reply {
  xml::Element root;
  std::string_view ns;

  explicit Reply(std::string_view space) : root("pubsub", space), ns(space) {}
  xml::Element& add(std::string_view name, std::string_view node) {
    xml::Element& child = root.add(name, ns);
    if (!shown(node).empty()) child.set("node", node);
    return child;
  }
};

void add_affiliation(xml::Element& list, const AffiliationEntry& entry) {
  list.add("affiliation", ns::pubsub_owner)
      .set("jid", entry.jid)
      .set("affiliation", token(entry.affiliation));
}

/// The page of a list of `total`, whole where none is asked and the cap allows.
Result<rsm::Page, StanzaError> page_of(const Page& asked, std::size_t total, std::size_t cap,
                                       const std::function<std::string(std::size_t)>& uid) {
  if (!asked && total <= cap) return rsm::Page{.begin = 0, .end = total};
  return rsm::page(asked.value_or(rsm::Request{}), total, uid, cap);
}

void add_set(xml::Element& root, const Page& asked, const rsm::Page& page, std::size_t total) {
  if (asked || !page.whole_of(total)) root.add(rsm::encode(page.set));
}

}  // namespace

xml::Element subscription_element(std::string_view node, const Subscription& subscription,
                                  std::string_view ns) {
  xml::Element element("subscription", ns);
  if (!shown(node).empty()) element.set("node", node);
  element.set("jid", subscription.jid.str());
  element.set("subid", subscription.subid);
  element.set("subscription", token(subscription.state));
  return element;
}

xml::Element created(std::string_view node) {
  Reply reply(ns::pubsub);
  reply.add("create", node);
  return std::move(reply.root);
}

xml::Element published(std::string_view node, const std::vector<std::string>& ids) {
  Reply reply(ns::pubsub);
  xml::Element& publish = reply.add("publish", node);
  for (const std::string& id : ids) publish.add("item", ns::pubsub).set("id", id);
  return std::move(reply.root);
}

xml::Element subscribed(std::string_view node, const Subscription& subscription) {
  Reply reply(ns::pubsub);
  xml::Element& element = reply.root.add(subscription_element(node, subscription, ns::pubsub));
  const bool unconfigured = subscription.state == SubscriptionState::unconfigured;
  if (!unconfigured && subscription.state != SubscriptionState::subscribed) {
    return std::move(reply.root);
  }
  xml::Element& options = element.add("subscribe-options", ns::pubsub);
  if (unconfigured) options.add("required", ns::pubsub);
  return std::move(reply.root);
}

xml::Element subscribed_with_options(std::string_view node, const Subscription& subscription,
                                     const forms::Form& form) {
  xml::Element reply = subscribed(node, subscription);
  reply.add("options", ns::pubsub).add(forms::encode(form));
  return reply;
}

xml::Element options(std::string_view node, const Subscription& subscription,
                     const forms::Form& form) {
  Reply reply(ns::pubsub);
  reply.add("options", node)
      .set("jid", subscription.jid.str())
      .set("subid", subscription.subid)
      .add(forms::encode(form));
  return std::move(reply.root);
}

xml::Element default_options(std::string_view node, const forms::Form& form) {
  Reply reply(ns::pubsub);
  reply.add("default", node).add(forms::encode(form));
  return std::move(reply.root);
}

xml::Element own_subscriptions(std::string_view node,
                               const std::vector<const Subscription*>& subscriptions) {
  Reply reply(ns::pubsub);
  xml::Element& list = reply.add("subscriptions", node);
  for (const Subscription* subscription : subscriptions) {
    list.add(subscription_element(node, *subscription, ns::pubsub));
  }
  return std::move(reply.root);
}

Result<xml::Element, StanzaError> public_subscribers(std::string_view node,
                                                     const std::vector<Jid>& listed,
                                                     const Page& asked, std::size_t cap) {
  auto page = page_of(asked, listed.size(), cap, [&](std::size_t i) { return listed[i].str(); });
  if (!page) return std::move(page).error();
  Reply reply(ns::pubsub);
  xml::Element& list = reply.add("items", node);
  for (std::size_t i = page->begin; i < page->end; ++i) {
    list.add("item", ns::pubsub)
        .set("id", listed[i].str())
        .add("subscriber", public_subscriptions)
        .set("jid", listed[i].str());
  }
  add_set(reply.root, asked, *page, listed.size());
  return std::move(reply.root);
}

xml::Element watching(std::string_view node, const Subscription& subscription) {
  Reply reply(ns::pubsub);
  reply.root.add(subscription_element(node, subscription, ns::pubsub));
  return std::move(reply.root);
}

xml::Element own_affiliation(std::string_view node, Affiliation affiliation) {
  Reply reply(ns::pubsub);
  xml::Element& list = reply.add("affiliations", node);
  if (affiliation == Affiliation::none) return std::move(reply.root);
  list.add("affiliation", ns::pubsub).set("node", node).set("affiliation", token(affiliation));
  return std::move(reply.root);
}

xml::Element configuration(std::string_view node, const forms::Form& form) {
  Reply reply(ns::pubsub_owner);
  reply.add("configure", node).add(forms::encode(form));
  return std::move(reply.root);
}

xml::Element default_configuration(const forms::Form& form) {
  Reply reply(ns::pubsub_owner);
  reply.add("default", {}).add(forms::encode(form));
  return std::move(reply.root);
}

Result<xml::Element, StanzaError> affiliations(std::string_view node,
                                               const std::vector<AffiliationEntry>& entries,
                                               const Page& asked, std::size_t cap) {
  auto page = page_of(asked, entries.size(), cap, [&](std::size_t i) { return entries[i].jid; });
  if (!page) return std::move(page).error();
  Reply reply(ns::pubsub_owner);
  xml::Element& list = reply.add("affiliations", node);
  for (std::size_t i = page->begin; i < page->end; ++i) add_affiliation(list, entries[i]);
  add_set(reply.root, asked, *page, entries.size());
  return std::move(reply.root);
}

Result<xml::Element, StanzaError> owner_subscriptions(
    std::string_view node, const std::vector<const Subscription*>& subscriptions, const Page& asked,
    std::size_t cap) {
  auto page = page_of(asked, subscriptions.size(), cap,
                      [&](std::size_t i) { return subscriptions[i]->subid; });
  if (!page) return std::move(page).error();
  Reply reply(ns::pubsub_owner);
  xml::Element& list = reply.add("subscriptions", node);
  for (std::size_t i = page->begin; i < page->end; ++i) {
    list.add(subscription_element({}, *subscriptions[i], ns::pubsub_owner));
  }
  add_set(reply.root, asked, *page, subscriptions.size());
  return std::move(reply.root);
}

xml::Element refused_affiliations(std::string_view node,
                                  const std::vector<AffiliationEntry>& entries) {
  Reply reply(ns::pubsub_owner);
  xml::Element& list = reply.add("affiliations", node);
  for (const AffiliationEntry& entry : entries) add_affiliation(list, entry);
  return std::move(reply.root);
}

xml::Element refused_subscriptions(std::string_view node,
                                   const std::vector<SubscriptionEntry>& entries) {
  Reply reply(ns::pubsub_owner);
  xml::Element& list = reply.add("subscriptions", node);
  for (const SubscriptionEntry& entry : entries) {
    xml::Element& element = list.add("subscription", ns::pubsub_owner);
    element.set("jid", entry.jid);
    if (!entry.subid.empty()) element.set("subid", entry.subid);
    element.set("subscription", token(entry.state));
  }
  return std::move(reply.root);
}

namespace {

xml::Element of_command(const CommandStep& step, std::string_view status) {
  return xml::Element("command", ns::commands)
      .set("node", step.command)
      .set("sessionid", step.session)
      .set("status", status);
}

}  // namespace

xml::Element command_done(const CommandStep& step) {
  return of_command(step, "completed");
}

xml::Element command_shows(const CommandStep& step, xml::Element form) {
  xml::Element done = command_done(step);
  done.add(std::move(form));
  return done;
}

xml::Element command_asks(const CommandStep& step, forms::Form form) {
  xml::Element executing = of_command(step, "executing");
  executing.add("actions", ns::commands).set("execute", "complete").add("complete", ns::commands);
  form.form_type = service_form;
  executing.add(forms::encode(form));
  return executing;
}

bool is_of_command(const std::optional<xml::Element>& reply) {
  return reply && reply->is("command", ns::commands);
}

}  // namespace stoa::pubsub::wire
