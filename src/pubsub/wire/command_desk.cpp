#include <algorithm>
#include <array>

#include <stoa/forms/command_form.hpp>
#include <stoa/xml/parser.hpp>

#include "pubsub/wire/commands.hpp"
#include "pubsub/wire/replies.hpp"

/// Commands of service administrators (in the style of XEP-0133).
namespace stoa::pubsub::wire {

namespace {

using forms::FieldType;
using forms::question_field;
using Fields = std::vector<forms::Field>;

/// Rows of one answer.
constexpr std::size_t most_rows = 1000;
constexpr std::size_t usual_rows = 100;

Claimed remove_user(const Order& order) {
  const auto user = user_in(order.form, "jid");
  if (!user || user->local().empty()) return unusable("jid is no address of a user");
  return order.look_up(look::Involved{*user, order.settings.account_domains}, 0);
}

/// Their nodes, from where their servers had them.
Claimed import_nodes(const Order& order) {
  constexpr std::size_t most_users = 100;
  look::AtServer asked;
  const auto& domains = order.settings.account_domains;
  for (const std::string& written : forms::values_in(order.form, "jids")) {
    const auto user = Jid::parse(written);
    const bool ours = user && !user->local().empty() &&
                      std::find(domains.begin(), domains.end(), user->domain()) != domains.end();
    if (!ours) return unusable("jids holds an address of none of the users");
    asked.users.push_back(user->bare());
  }
  if (asked.users.empty() || asked.users.size() > most_users) {
    return unusable("jids must hold 1 to 100 addresses");
  }
  return order.look_up(std::move(asked), 0);
}

Claimed statistics(const Order& order) {
  return order.look_up(look::Totals{}, 0);
}

/// To owners, subscribers or both, each once.
Claimed announce(const Order& order) {
  look::Audience audience;
  const std::string whom = forms::text_in(order.form, "whom");
  audience.owners = whom.empty() || whom == "all" || whom == "owners";
  audience.subscribers = whom.empty() || whom == "all" || whom == "subscribers";
  if (!audience.owners && !audience.subscribers) return unusable("whom is no such word");
  for (const std::string& line : forms::values_in(order.form, "announcement")) {
    audience.text += (audience.text.empty() ? "" : "\n") + line;
  }
  if (audience.text.empty()) return unusable("announcement is empty");
  return order.look_up(std::move(audience), 0);
}

/// Of one node, or of all of which the count is wrong.
Claimed recount(const Order& order) {
  if (!forms::text_in(order.form, "node").empty()) return order.at_node(action::Recount{});
  return order.look_up(look::Miscounted{}, most_rows);
}

Claimed delete_node(const Order& order) {
  return order.at_node(action::Delete{});
}

Claimed restore_node(const Order& order) {
  return order.at_node(action::Restore{});
}

Claimed list_deleted(const Order& order) {
  return order.look_up(look::Buried{order.context.now}, most_rows);
}

Claimed list_acts(const Order& order) {
  const auto max = rows_wanted(order.form);
  if (!max) return unusable("max is no number");
  return order.look_up(look::Acts{forms::text_in(order.form, "about")}, *max);
}

/// A payload as it is written in a field: lines of XML, one element; empty for none.
bool read_payload(const Order& order, action::Publish::Item& item) {
  std::string text;
  for (const std::string& line : forms::values_in(order.form, "payload")) {
    text += (text.empty() ? "" : "\n") + line;
  }
  if (text.empty()) return true;
  const auto element = xml::parse(text);
  if (!element) return false;
  item.payload = payload_text(*element);
  item.payload_ns = element->ns();
  return true;
}

/// For gateways and imports: what somebody else published at another time.
Claimed publish_as(const Order& order) {
  action::Publish::Item item{.id = forms::text_in(order.form, "id")};
  const auto publisher = Jid::parse(forms::text_in(order.form, "publisher"));
  if (!publisher) return unusable("publisher is no address");
  item.publisher = publisher->bare();
  if (const std::string time = forms::text_in(order.form, "time"); !time.empty()) {
    item.at = parse_xep0082(time);
    if (!item.at) return unusable("time is no date and time");
  }
  if (!read_payload(order, item)) return unusable("payload is no XML element");
  action::Publish publish;
  publish.items.push_back(std::move(item));
  return order.at_node(std::move(publish));
}

/// What holds for that address, or for all.
Claimed show_limits(const Order& order) {
  const std::string text = forms::text_in(order.form, "jid");
  const auto who = text.empty() ? std::optional<Jid>(Jid()) : Jid::parse(text);
  if (!who) return unusable("jid is no address");
  forms::ResultTable table(service_form, "Limits", {"limit", "value"});
  const LimitBook& book = *order.settings.book;
  for (const auto& [name, value] : named_limits(book.of(*who))) {
    table.row({std::string(name), value});
  }
  xml::Element done = command_done(order.step);
  done.add(std::move(table).done());
  return claim::Answer{std::move(done)};
}

Fields user_field(const Settings&) {
  return {question_field("jid", "The user", {FieldType::jid_single, true})};
}
Fields users_field(const Settings&) {
  return {question_field("jids", "The users", {FieldType::jid_multi, true})};
}
Fields limits_fields(const Settings&) {
  return {question_field("jid", "For whom, or which domain; empty: for all others",
                         {FieldType::jid_single, false})};
}
Fields node_field(const Settings&) {
  return {question_field("node", "The node", {FieldType::text_single, true})};
}
Fields publish_fields(const Settings&) {
  return {question_field("node", "The node", {FieldType::text_single, true}),
          question_field("publisher", "Who published it", {FieldType::jid_single, true}),
          question_field("id", "Id of the item; empty: one is made"),
          question_field("time", "When it was, in UTC; empty: now"),
          question_field("payload", "The payload, an XML element", {FieldType::text_multi, false})};
}
Fields maybe_node_field(const Settings&) {
  return {question_field("node", "The node; empty: all whose count is wrong")};
}
Fields announce_fields(const Settings&) {
  forms::Field whom = question_field("whom", "To whom", {FieldType::list_single, false});
  whom.choices = {{"all", "Owners and subscribers"},
                  {"owners", "Owners of nodes"},
                  {"subscribers", "Subscribers"}};
  whom.values = {"all"};
  return {std::move(whom),
          question_field("announcement", "Announcement", {FieldType::text_multi, true})};
}
Fields acts_fields(const Settings&) {
  return {question_field("about", "Only acts of this address, on it, or at this node"),
          question_field("max", "At most so many, usually 100")};
}

constexpr auto admins = CommandRow::For::admins;

constexpr std::array desk{
    CommandRow{"urn:stoa:nodes:service:delete", "Delete a node", admins, node_field, delete_node},
    CommandRow{"urn:stoa:nodes:service:restore", "Bring a deleted node back", admins, node_field,
               restore_node},
    CommandRow{"urn:stoa:nodes:service:deleted", "List deleted nodes that can be brought back",
               admins, nullptr, list_deleted},
    CommandRow{"urn:stoa:nodes:service:remove-user", "Remove a user from all nodes", admins,
               user_field, remove_user},
    CommandRow{"urn:stoa:nodes:service:take-over",
               "Take over the nodes that users have at their server",
               CommandRow::For::admins_of_accounts, users_field, import_nodes},
    CommandRow{"urn:stoa:nodes:service:publish", "Publish on behalf of somebody", admins,
               publish_fields, publish_as},
    CommandRow{"urn:stoa:nodes:service:limits", "Show limits", admins, limits_fields, show_limits},
    CommandRow{"urn:stoa:nodes:service:audit", "List what owners and administrators did", admins,
               acts_fields, list_acts},
    CommandRow{"urn:stoa:nodes:service:statistics", "Show what the service holds", admins, nullptr,
               statistics},
    CommandRow{"urn:stoa:nodes:service:announce", "Announce something to owners and subscribers",
               admins, announce_fields, announce},
    CommandRow{"urn:stoa:nodes:service:recount", "Count the items of nodes again", admins,
               maybe_node_field, recount},
};

}  // namespace

std::optional<Jid> user_in(const forms::Form& form, std::string_view var) {
  const auto user = Jid::parse(forms::text_in(form, var));
  if (!user) return std::nullopt;
  return user->bare();
}

std::optional<std::size_t> rows_wanted(const forms::Form& form) {
  const auto asked = forms::number_in(form, "max");
  if (!asked) return std::nullopt;
  return *asked == 0 ? usual_rows : std::min<std::size_t>(*asked, most_rows);
}

std::span<const CommandRow> desk_commands() {
  return desk;
}

}  // namespace stoa::pubsub::wire
