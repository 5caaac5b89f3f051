#include <algorithm>
#include <utility>

#include <stoa/base/log.hpp>
#include <stoa/pep/digest.hpp>
#include <stoa/pep/pam.hpp>
#include <stoa/pubsub/model/options.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

namespace stoa::pep {

namespace {

constexpr std::string_view list_node = account_management;
constexpr std::size_t most_listed = 2000;     ///< of an account; more do not fit into one answer
constexpr std::size_t most_under_way = 1000;  ///< requests to services, of all accounts

StanzaError not_yours() {
  return {ErrorType::auth, Condition::forbidden, "XEP-0376 3.2",
          "The subscriptions of an account are its owner's."};
}
StanzaError malformed(std::string_view text) {
  return {ErrorType::modify, Condition::bad_request, "XEP-0376 3.2", text};
}
StanzaError not_own_jid() {
  return StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0376 3.2",
                     "An account subscribes itself, by its bare JID.")
      .with(xml::Element("invalid-jid", ns::pubsub_errors));
}

/// Where that service is; it is named `jid` in the examples and `service` in the text.
std::optional<Jid> service_in(const xml::Element& pam) {
  const auto written = pam.attr("jid") ? pam.attr("jid") : pam.attr("service");
  if (!written || written->empty()) return std::nullopt;
  return Jid::parse(*written);
}

/// A private node that keeps everything.
forms::Form list_options() {
  forms::Form form{.type = forms::FormType::submit,
                   .form_type = std::string(pubsub::publish_options_form)};
  const auto add = [&](std::string_view var, std::string_view value) {
    form.fields.push_back({.var = std::string(var), .values = {std::string(value)}});
  };
  add("pubsub#access_model", "whitelist");
  add("pubsub#persist_items", "1");
  add("pubsub#max_items", "max");
  add("pubsub#send_last_published_item", "never");
  return form;
}

/// The service has no such subscription, whatever the account's list says.
bool is_over(const NotDone& why) {
  if (why.by.empty()) return false;
  const auto& app = why.error.application;
  const bool not_subscribed = app && app->is("not-subscribed", ns::pubsub_errors);
  return not_subscribed || why.error.condition == Condition::item_not_found ||
         why.error.condition == Condition::gone;
}

}  // namespace

std::string PubsubAccounts::Entry::id() const {
  return sha1_base64(service + '\n' + node + '\n' + subid);
}

xml::Element PubsubAccounts::Entry::element(std::string_view ns) const {
  xml::Element element("subscription", ns);
  if (ns == account_management) element.set("service", service);
  if (!node.empty()) element.set("node", node);
  element.set("jid", jid).set("subscription", state);
  if (!subid.empty()) element.set("subid", subid);
  return element;
}

PubsubAccounts::Entry PubsubAccounts::read_entry(const xml::Element& element) {
  return {.service = std::string(element.attr_or("service", {})),
          .node = std::string(element.attr_or("node", {})),
          .jid = std::string(element.attr_or("jid", {})),
          .subid = std::string(element.attr_or("subid", {})),
          .state = std::string(element.attr_or("subscription", "subscribed"))};
}

/// The same list has the same version, whenever and by whomever it is read.
std::string PubsubAccounts::version_of(const Entries& entries) {
  std::vector<std::string> lines;
  for (const Entry& entry : entries) lines.push_back(entry.id() + entry.state + '\n');
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return sha1_base64(text);
}

bool PubsubAccounts::handle(const Stanza& stanza) {
  const xml::Element* const payload = stanza.payload();
  if (!stanza.is_iq_request() || payload == nullptr || payload->ns() != account_management) {
    return false;
  }
  if (stanza.from.bare() != stanza.to) {
    refuse(stanza, not_yours());
  } else if (payload->name() == "subscriptions" && stanza.type == "get") {
    send_list(stanza, *payload);
  } else if (payload->name() == "pam" && stanza.type == "set") {
    pass_on(stanza, *payload);
  } else {
    refuse(stanza, malformed("There is no such request."));
  }
  return true;
}

void PubsubAccounts::pass_on(const Stanza& stanza, const xml::Element& pam) {
  const xml::Element* action = pam.child("subscribe", ns::pubsub);
  const bool subscribes = action != nullptr;
  if (!subscribes) action = pam.child("unsubscribe", ns::pubsub);
  const auto service = service_in(pam);
  if (action == nullptr || !service) {
    return refuse(stanza, malformed("A service, and a subscribe or unsubscribe, are wanted."));
  }
  const auto jid = Jid::parse(action->attr_or("jid", {}));
  if (!jid || *jid != stanza.to) return refuse(stanza, not_own_jid());
  if (under_way_ >= most_under_way) return refuse(stanza, dispatch::too_many_waiting());
  auto errand = std::make_shared<Errand>(Errand{stanza, *service, read_entry(*action), subscribes});
  errand->entry.service = service->str();
  errand->entry.jid = jid->str();
  RequestAs request{stanza.to, *service, "set", xml::Element("pubsub", ns::pubsub)};
  for (const xml::Element* child : pam.children()) {
    if (child->ns() == ns::pubsub) request.payload.add(*child);
  }
  ++under_way_;
  place_.gateway.send_as(std::move(request), alive([this, errand](const DoneAs& answer) {
                           --under_way_;
                           came_back(errand, answer);
                         }));
}

void PubsubAccounts::came_back(const SharedErrand& errand, const DoneAs& answer) {
  if (answer.ok()) {
    if (errand->subscribes) return subscribed(errand, answer.value());
    return unsubscribed(errand, [this, errand] { end(errand, dispatch::Accepted{}, {}); });
  }
  const NotDone& why = answer.error();
  const auto pass_back = [this, errand, why] { end(errand, why.error, why.by); };
  if (errand->subscribes || !is_over(why)) return pass_back();
  unsubscribed(errand, pass_back);
}

/// XEP-0060, 6.1.2
void PubsubAccounts::subscribed(const SharedErrand& errand, const xml::Element& iq) {
  const xml::Element* const pubsub = iq.child("pubsub", ns::pubsub);
  const xml::Element* const made = pubsub ? pubsub->child("subscription", ns::pubsub) : nullptr;
  Entry& entry = errand->entry;
  entry.state = "subscribed";
  if (made != nullptr) {
    entry.subid = made->attr_or("subid", {});
    entry.state = made->attr_or("subscription", "subscribed");
    if (made->attr("node")) entry.node = made->attr_or("node", {});
  }
  place_.nodes_of(errand->stanza.to)
      .loader.load(std::string(list_node), 0,
                   alive([this, errand](const dispatch::Found<pubsub::NodeState>& found) {
                     const auto* const state = std::get_if<pubsub::NodeState>(&found);
                     note(errand, state != nullptr && state->exists());
                   }));
}

/// Puts the subscription into the list, which is made where it is not `known`.
void PubsubAccounts::note(const SharedErrand& errand, bool known) {
  const Jid& account = errand->stanza.to;
  pubsub::action::Publish publish;
  publish.items.push_back({.id = errand->entry.id(),
                           .payload = std::make_shared<const std::string>(
                               xml::to_string(errand->entry.element(account_management))),
                           .payload_ns = std::string(account_management)});
  if (!known) publish.options = list_options();
  place_.nodes_of(account).nodes.ask(
      std::string(list_node), pubsub::Request(account, std::string(list_node), std::move(publish)),
      alive([this, errand](const std::optional<StanzaError>& refusal) {
        if (refusal) return end(errand, *refusal, {});
        tell(errand, [this, errand] { end(errand, dispatch::Accepted{}, {}); });
      }));
}

/// Takes it out of the list, all of that node where no subid is given.
void PubsubAccounts::unsubscribed(const SharedErrand& errand, const std::function<void()>& then) {
  errand->entry.state = "none";
  const Jid account = errand->stanza.to;
  read_list(account, 0, [this, errand, account, then](const dispatch::Found<Entries>& found) {
    const auto* const entries = std::get_if<Entries>(&found);
    if (entries == nullptr) return end(errand, dispatch::store_too_slow(), {});
    const Entry& ended = errand->entry;
    pubsub::action::Retract retract;
    for (const Entry& entry : *entries) {
      const bool meant = entry.service == ended.service && entry.node == ended.node &&
                         (ended.subid.empty() || entry.subid == ended.subid);
      if (meant) retract.ids.push_back(entry.id());
    }
    if (retract.ids.empty()) return then();
    place_.nodes_of(account).nodes.ask(
        std::string(list_node),
        pubsub::Request(account, std::string(list_node), std::move(retract)),
        alive([this, errand, then](const std::optional<StanzaError>& refusal) {
          if (refusal) return end(errand, *refusal, {});
          tell(errand, then);
        }));
  });
}

/// To the clients of the account before the request is answered (XEP-0376, 3.2). Of type normal:
/// Prosody drops headlines of an account to itself.
void PubsubAccounts::tell(const SharedErrand& errand, const std::function<void()>& then) {
  const Jid account = errand->stanza.to;
  read_list(account, 0, [this, errand, account, then](const dispatch::Found<Entries>& found) {
    const auto* const entries = std::get_if<Entries>(&found);
    const auto envelope = place_.gateway.envelope(account);
    if (entries != nullptr && envelope) {
      xml::Element message("message", ns::client);
      message.set("from", account.str()).set("to", account.str());
      xml::Element& notify = message.add("notify", account_management);
      notify.set("ver", version_of(*entries)).set("service", errand->entry.service);
      notify.add(errand->entry.element(ns::pubsub));
      message.add("no-store", ns::hints);  // who comes later asks for the list
      Outgoing outgoing;
      outgoing.head = envelope->before + xml::to_string(message, ns::forward) + envelope->behind;
      place_.common.release.put(place_.outlet, std::move(outgoing), 0, 0);
    }
    then();
  });
}

void PubsubAccounts::send_list(const Stanza& stanza, const xml::Element& asked) {
  const std::string known(asked.attr_or("ver", {}));
  read_list(stanza.to, place_.common.senders.last_after(stanza.from),
            [this, stanza, known](const dispatch::Found<Entries>& found) {
              const auto* const entries = std::get_if<Entries>(&found);
              if (entries == nullptr) return refuse(stanza, dispatch::store_too_slow());
              const std::string version = version_of(*entries);
              if (version == known) return place_.settle(stanza, dispatch::Accepted{}, {});
              xml::Element list("subscriptions", account_management);
              list.set("ver", version);
              for (const Entry& entry : *entries) list.add(entry.element(account_management));
              place_.settle(stanza, dispatch::Accepted{std::move(list)}, {});
            });
}

void PubsubAccounts::read_list(const Jid& account, std::uint64_t after, const Listed& then) {
  const auto listed = [then](const dispatch::Found<pubsub::ReadResult>& found) {
    if (const auto* fault = std::get_if<dispatch::ReadFault>(&found)) return then(*fault);
    Entries entries;
    const auto& page = std::get<pubsub::ItemPage>(std::get<pubsub::ReadResult>(found));
    for (const pubsub::Item& item : page.items) {
      if (!item.payload) continue;
      const auto element = xml::parse(*item.payload);
      if (element && element->is("subscription", account_management)) {
        entries.push_back(read_entry(*element));
      }
    }
    then(std::move(entries));
  };
  NodeLoader& loader = place_.nodes_of(account).loader;
  loader.load(
      std::string(list_node), after,
      alive([this, account, after, then, listed](const dispatch::Found<pubsub::NodeState>& found) {
        if (const auto* fault = std::get_if<dispatch::ReadFault>(&found)) {
          return then(*fault);
        }
        const auto& state = std::get<pubsub::NodeState>(found);
        if (!state.exists()) return then(Entries());
        place_.nodes_of(account).loader.read(
            pubsub::ItemsRead{.number = state.number, .node = state.node, .cap = most_listed},
            after, alive(listed));
      }));
}

void PubsubAccounts::refuse(const Stanza& stanza, StanzaError error, const std::string& by) {
  place_.settle(stanza, std::move(error), by);
}

void PubsubAccounts::end(const SharedErrand& errand, const dispatch::Outcome& outcome,
                         const std::string& by) {
  place_.settle(errand->stanza, outcome, by);
}

}  // namespace stoa::pep
