#include <stoa/pubsub/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

#include "pubsub/engine/archive.hpp"
#include "pubsub/engine/faults.hpp"
#include "pubsub/engine/public_subscribers.hpp"
#include "pubsub/engine/scene.hpp"
#include "pubsub/wire/above.hpp"
#include "pubsub/wire/body.hpp"
#include "pubsub/wire/event.hpp"
#include "pubsub/wire/listeners.hpp"

namespace stoa::pubsub {

namespace {

using wire::Copies;
using wire::Event;
using wire::one_recipient;
using wire::Shim;
using wire::Topic;

const std::vector<Item> no_items;

void append_item(std::string& out, const Item& item, const NodeState& node) {
  const NodeConfig& config = *node.config;
  out += "<item";
  xml::append_attribute(out, "id", item.meta.id);
  if (config.itemreply == ItemReply::publisher) {
    xml::append_attribute(out, "publisher", item.meta.publisher.str());
  } else if (config.itemreply == ItemReply::owner) {
    xml::append_attribute(out, "publisher", first_owner(node).str());
  }
  if (!item.payload || !config.deliver_payloads) {
    out += "/>";
    return;
  }
  out += '>';
  out += *item.payload;
  out += "</item>";
}

void open_items(std::string& out, std::string_view node) {
  out += "<items";
  xml::append_attribute(out, "node", node);
  out += '>';
}

/// `<name node='...'`, still open.
void open_tag(std::string& out, std::string_view name, std::string_view node) {
  out += '<';
  out += name;
  if (node != root_key) xml::append_attribute(out, "node", node);
}

struct Encoder {
  const NodeState& node;
  const Settings& settings;
  std::vector<Encoded>& out;

  Event event_of_node(std::string_view token) const {
    Event event(settings, node.number, token);
    event.set_type(node.config->notification_type, node.config->storage_hint);
    event.open();
    return event;
  }

  Event event_of_items(std::string_view token, const std::vector<Item>& items) const {
    Event event = event_of_node(token);
    open_items(event.tail(), node.node);
    for (const Item& item : items) append_item(event.tail(), item, node);
    event.tail() += "</items>";
    event.close();
    append_archive_id(event.tail(), items);
    return event;
  }
  Event event_of_removals(std::string_view token, const std::vector<std::string>& ids) const {
    Event event = event_of_node(token);
    open_items(event.tail(), node.node);
    for (const std::string& id : ids) {
      event.tail() += "<retract";
      xml::append_attribute(event.tail(), "id", id);
      event.tail() += "/>";
    }
    event.tail() += "</items>";
    event.close();
    return event;
  }

  /// What a bounce of the event is about: items that the node keeps.
  std::string token_of(const std::string& token, const std::vector<Item>& items) const {
    if (items.empty() || transient(*node.config) || settings.of_account) return token;
    const std::uint64_t first = items.front().meta.seq;
    return wire::publication_token(token, {first, items.back().meta.seq - first + 1});
  }

  /// XEP-0359: of one publication, where it is in the archive.
  void append_archive_id(std::string& out_text, const std::vector<Item>& items) const {
    const NodeConfig& config = *node.config;
    if (!settings.stanza_ids || !config.archive || transient(config) || items.size() != 1) return;
    out_text += "<stanza-id xmlns='";
    out_text += ns::sid;
    out_text += '\'';
    xml::append_attribute(out_text, "by", settings.service.str());
    xml::append_attribute(out_text, "id", archive_uid(node.number, items.front().meta.seq));
    out_text += "/>";
  }

  void to_all(const Event& event, const Copies& copies) const {
    if (!settings.of_account) {
      wire::to_listeners(event, node, copies, out);
      return;
    }
    out.push_back(Event(event).to(account_audience(node, settings), {}));
  }

  /// XEP-0163, 4.3.1: who sees the owner's presence is told which resource it was.
  void to_all_of_account(const Event& event, const Jid& resource) const {
    Event named(event);
    named.tail() += "<addresses xmlns='";
    named.tail() += ns::addresses;
    named.tail() += "'><address type='replyto'";
    xml::append_attribute(named.tail(), "jid", resource.str());
    named.tail() += "/></addresses>";
    const auto seeing = account_audience(node, settings, Part::seeing_presence);
    if (seeing->size() > 0) out.push_back(named.to(seeing, {}));
    const auto others = account_audience(node, settings, Part::others);
    if (others->size() > 0) out.push_back(Event(event).to(others, {}));
  }

  void operator()(const say::Published& said) const {
    const Event event = event_of_items(token_of(said.token, said.items), said.items);
    const Copies copies{Topic::items, Shim::with_subids, said.present, said.items};
    if (said.resource.is_full()) {
      to_all_of_account(event, said.resource);
    } else {
      to_all(event, copies);
    }
    if (!settings.of_account) {
      std::size_t parts = 0;  // messages of one token to one recipient differ by it
      wire::to_choosy(
          event, node, copies,
          [&](const std::vector<Item>& items) {
            return event_of_items(token_of(said.token + std::to_string(++parts), items), items);
          },
          out);
    }
    wire::to_above(event, node, {said.above, wire::About::items, settings}, out);
  }
  void operator()(const say::Retracted& said) const {
    const Event event = event_of_removals(said.token, said.ids);
    to_all(event, {Topic::removals, Shim::with_subids, said.present, no_items});
    wire::to_above(event, node, {said.above, wire::About::items, settings}, out);
  }
  void operator()(const say::Digest& said) const;
  void operator()(const say::Purged& said) const {
    Event event = event_of_node(said.token);
    open_tag(event.tail(), "purge", node.node);
    event.tail() += "/>";
    event.close();
    to_all(event, {Topic::node, Shim::without, said.present, no_items});
    wire::to_above(event, node, {said.above, wire::About::items, settings}, out);
  }
  void operator()(const say::Configured& said) const {
    Event event = event_of_node(said.token);
    open_tag(event.tail(), "configuration", node.node);
    event.tail() += '>';
    if (node.config->deliver_payloads) {
      const auto form = settings.tables->node.render(forms::FormType::result, *node.config);
      xml::write(event.tail(), forms::encode(form), ns::pubsub_event);
    }
    event.tail() += "</configuration>";
    event.close();
    to_all(event, {Topic::node, Shim::without, said.present, no_items});
    wire::to_above(event, node, {said.above, wire::About::nodes, settings}, out);
  }
  void operator()(const say::Deleted& said) const {
    Event event(settings, said.number, said.token);
    event.set_type(said.type, said.hint);
    event.open();
    open_tag(event.tail(), "delete", said.node);
    event.tail() += '>';
    if (!said.redirect.empty()) {
      event.tail() += "<redirect";
      xml::append_attribute(event.tail(), "uri", said.redirect);
      event.tail() += "/>";
    }
    event.tail() += "</delete>";
    event.close();
    Encoded done = event.to(said.recipients, {});
    done.audience.reset();  // the node that could name them is gone
    out.push_back(std::move(done));
  }
  void operator()(const say::LastItem& said) const {
    Event event = event_of_node(said.token);
    open_items(event.tail(), node.node);
    append_item(event.tail(), said.item, node);
    event.tail() += "</items>";
    event.close();
    event.tail() += "<delay xmlns='";
    event.tail() += ns::delay;
    event.tail() += '\'';
    xml::append_attribute(event.tail(), "from", settings.service.str());
    xml::append_attribute(event.tail(), "stamp", format_xep0082(said.item.meta.published));
    event.tail() += "/>";
    const Subscription* held = node.subscriptions.find(said.holder, said.subid);
    if (held != nullptr && held->options.include_body) {
      event = event.with_body(wire::body_text(*node.config, {said.item}));
    }
    if (held != nullptr && node.subscriptions.of(said.holder).size() > 1) {
      wire::append_subids(event.tail(), {said.subid});
    }
    out.push_back(event.to(said.to, said.subid));
  }
  void operator()(const say::SubscriptionNotice& said) const {
    Event event(settings, said.number, said.token);
    event.open();
    open_tag(event.tail(), "subscription", said.node);
    if (said.expiry) {
      xml::append_attribute(event.tail(), "expiry", format_xep0082(*said.expiry));
    }
    xml::append_attribute(event.tail(), "jid", said.jid.str());
    xml::append_attribute(event.tail(), "subid", said.subid);
    xml::append_attribute(event.tail(), "subscription", token(said.state));
    event.tail() += "/>";
    event.close();
    out.push_back(event.to(said.to, said.subid));
  }
  void operator()(const say::Listed& said) const;
  void operator()(const say::AffiliationNotice& said) const {
    Event event(settings, node.number, said.token);
    xml::Element pubsub("pubsub", ns::pubsub);
    xml::Element& list = pubsub.add("affiliations", ns::pubsub);
    list.set("node", node.node);
    list.add("affiliation", ns::pubsub)
        .set("jid", said.to.str())
        .set("affiliation", token(said.affiliation));
    xml::write(event.tail(), pubsub, ns::client);
    out.push_back(event.to(said.to, "affiliation"));
  }
  void operator()(const say::AuthorizationRequest& said) const;
  void operator()(const say::Kinship& said) const;
  void operator()(const say::Announcement& said) const;
  void operator()(const say::HandOver& said) const;
};

void Encoder::operator()(const say::Digest& said) const {
  auto recipients = std::make_shared<RecipientSet>();
  std::string named;
  for (const auto& [jid, subid] : said.to) {
    recipients->add(jid, subid);
    named += jid.str() + "\n" + subid + "\n";
  }
  const auto send = [&](Event event) {
    if (said.names_subid) wire::append_subids(event.tail(), {said.to.front().second});
    out.push_back(event.to(recipients, wire::word_for_many(named)));
  };
  if (!said.items.empty() || said.bare) {
    Event event = event_of_items(said.token, said.items);
    send(said.body ? event.with_body(wire::body_text(*node.config, said.items)) : event);
  }
  if (!said.retracted.empty()) send(event_of_removals(said.removals_token, said.retracted));
}

/// To those who watch the list, as far as they may read the node now.
void Encoder::operator()(const say::Listed& said) const {
  auto recipients = std::make_shared<RecipientSet>();
  std::string named;
  for (const auto& [jid, subid] : node.watchers ? *node.watchers : Watchers()) {
    if (!may_read(node, settings, jid.bare())) continue;
    recipients->add(jid, subid);
    named += jid.str() + "\n" + subid + "\n";
  }
  if (recipients->size() == 0) return;
  const auto send = [&](const std::string& message, const std::vector<Jid>& jids, auto append) {
    if (jids.empty()) return;
    Event event = event_of_node(message);
    open_items(event.tail(), list_name(node));
    for (const Jid& jid : jids) append(event.tail(), jid);
    event.tail() += "</items>";
    event.close();
    out.push_back(event.to(recipients, wire::word_for_many(named)));
  };
  send(said.token, said.added, [](std::string& text, const Jid& jid) {
    text += "<item";
    xml::append_attribute(text, "id", jid.str());
    text += "><subscriber xmlns='";
    text += public_subscriptions;
    text += '\'';
    xml::append_attribute(text, "jid", jid.str());
    text += "/></item>";
  });
  send(said.removals_token, said.removed, [](std::string& text, const Jid& jid) {
    text += "<retract";
    xml::append_attribute(text, "id", jid.str());
    text += "/>";
  });
}

forms::Form authorization(const NodeState& node, const say::AuthorizationRequest& said) {
  using forms::Field;
  using forms::FieldType;
  forms::Form form{.type = forms::FormType::form,
                   .title = "Request to subscribe",
                   .instructions = "Approve or deny the request of this entity.",
                   .form_type = std::string(authorization_form)};
  form.fields.push_back(
      Field{.var = "pubsub#subid", .type = FieldType::hidden, .values = {said.subid}});
  form.fields.push_back(Field{.var = "pubsub#node",
                              .type = FieldType::text_single,
                              .label = "Node",
                              .values = {node.node}});
  form.fields.push_back(Field{.var = "pubsub#subscriber_jid",
                              .type = FieldType::jid_single,
                              .label = "Subscriber",
                              .values = {said.jid.str()}});
  form.fields.push_back(Field{.var = "pubsub#allow",
                              .type = FieldType::boolean,
                              .label = "Let this entity subscribe?",
                              .values = {"0"}});
  return form;
}

void Encoder::operator()(const say::AuthorizationRequest& said) const {
  Event event(settings, node.number, said.token);
  xml::Element body("body", ns::client);
  body.text(said.jid.str() + " asks to subscribe to " + node.node + ".");
  xml::write(event.tail(), body, ns::client);
  xml::write(event.tail(), forms::encode(authorization(node, said)), ns::client);
  out.push_back(event.to(said.to, said.subid));
}

void Encoder::operator()(const say::Kinship& said) const {
  const NodeState& known = said.before ? *said.before : node;
  Event event(settings, known.number, said.token);
  event.set_type(known.config->notification_type, known.config->storage_hint);
  event.open();
  wire::append_kinship(event.tail(), said);
  event.close();
  const std::size_t first = out.size();
  wire::to_above(event, known, {said.above, wire::About::nodes, settings}, out);
  if (!said.before) return;
  for (std::size_t i = first; i < out.size(); ++i) out[i].audience.reset();  // the node is gone
}

void Encoder::operator()(const say::Announcement& said) const {
  auto recipients = std::make_shared<RecipientSet>();
  for (const Jid& jid : said.to) recipients->add(jid);
  Encoded message;
  message.outgoing.head = "<message";
  xml::append_attribute(message.outgoing.head, "from", settings.service.str());
  message.outgoing.head += " to='";
  message.outgoing.middle = "' id='" + said.token;
  message.outgoing.tail = "'>";
  xml::write(message.outgoing.tail, xml::Element("subject", ns::client).text("Announcement"),
             ns::client);
  xml::write(message.outgoing.tail, xml::Element("body", ns::client).text(said.text), ns::client);
  message.outgoing.tail += "</message>";
  message.outgoing.recipients = std::move(recipients);
  out.push_back(std::move(message));
}

std::string words(const say::HandOver& said, const std::string& node) {
  switch (said.what) {
    case say::HandOver::What::offered:
      return said.by.str() + " wants to hand the node " + node +
             " over to you. The command 'Nodes offered to you' takes it or declines.";
    case say::HandOver::What::withdrawn:
      return said.by.str() + " does not offer the node " + node + " to you any more.";
    case say::HandOver::What::accepted:
      return said.by.str() + " has taken over the node " + node + ".";
    case say::HandOver::What::declined:
      return said.by.str() + " does not want the node " + node + ".";
  }
  return {};
}

void Encoder::operator()(const say::HandOver& said) const {
  Event event(settings, node.number, said.token);
  xml::write(event.tail(), xml::Element("body", ns::client).text(words(said, node.node)),
             ns::client);
  out.push_back(event.to(said.to, "offer"));
}

}  // namespace

void Engine::encode(const pubsub::Outbound& outbound, const NodeState& after,
                    const pubsub::Settings& settings, std::vector<Encoded>& out) {
  if (!settings.of_account) {
    std::visit(Encoder{after, settings, out}, outbound);
    return;
  }
  if (!settings.people->envelope(settings.service)) return;
  const std::size_t first = out.size();
  std::visit(Encoder{after, settings, out}, outbound);
  // A server sends them when its users come on line, and does not miss those of a crash.
  for (std::size_t i = first; i < out.size(); ++i) out[i].audience.reset();
}

std::shared_ptr<const RecipientSet> Engine::recipients(const NodeState& state,
                                                       const std::string& audience) {
  const std::string_view word(audience);
  if (auto listeners = wire::listeners_named(state, word)) return listeners;
  if (auto many = wire::many_recipients(word)) return many;
  if (!word.starts_with(one_recipient)) return nullptr;
  const std::string_view rest = word.substr(one_recipient.size());
  const std::size_t line = rest.find('\n');
  if (line == rest.npos) return nullptr;
  const auto jid = Jid::parse(rest.substr(0, line));
  if (!jid) return nullptr;
  auto one = std::make_shared<RecipientSet>();
  one->add(*jid, rest.substr(line + 1));
  return one;
}

}  // namespace stoa::pubsub
