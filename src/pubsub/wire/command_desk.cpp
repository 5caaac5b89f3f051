#include <algorithm>
#include <array>

#include <stoa/forms/command_form.hpp>

#include "pubsub/wire/commands.hpp"

/// Commands of service administrators (in the style of XEP-0133).
namespace stoa::pubsub::wire {

namespace {

using forms::FieldType;
using forms::question_field;
using Fields = std::vector<forms::Field>;

/// Rows of one answer.
constexpr std::size_t most_rows = 1000;
constexpr std::size_t usual_rows = 100;

/// What `max` says, `usual_rows` where it is empty, nullopt where it is no number.
std::optional<std::size_t> rows_wanted(const forms::Form& form) {
  const auto asked = forms::number_in(form, "max");
  if (!asked) return std::nullopt;
  return *asked == 0 ? usual_rows : std::min<std::size_t>(*asked, most_rows);
}

Claimed remove_user(const Order& order) {
  const auto user = Jid::parse(forms::text_in(order.form, "jid"));
  if (!user || user->local().empty()) return unusable("jid is no address of a user");
  return order.look_up(look::Involved{user->bare()}, 0);
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

Fields user_field(const Settings&) {
  return {question_field("jid", "The user", {FieldType::jid_single, true})};
}
Fields node_field(const Settings&) {
  return {question_field("node", "The node", {FieldType::text_single, true})};
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
    CommandRow{"urn:stoa:nodes:service:audit", "List what owners and administrators did", admins,
               acts_fields, list_acts},
};

}  // namespace

std::span<const CommandRow> desk_commands() {
  return desk;
}

}  // namespace stoa::pubsub::wire
