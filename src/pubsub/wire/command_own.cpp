#include <array>

#include <stoa/forms/command_form.hpp>

#include "pubsub/wire/commands.hpp"

/// Commands of users for their own nodes.
namespace stoa::pubsub::wire {

namespace {

using forms::FieldType;
using forms::question_field;
using OwnFields = std::vector<forms::Field>;

constexpr std::size_t most_offers = 100;

Claimed list_mine(const Order& order) {
  const auto max = rows_wanted(order.form);
  if (!max) return unusable("max is no number");
  return order.look_up(look::Mine{order.stanza.from.bare(), forms::text_in(order.form, "after")},
                       *max);
}

Claimed export_mine(const Order& order) {
  return look_up_copy(order, order.stanza.from.bare());
}

Claimed offer_node(const Order& order) {
  action::OfferNode offer;
  if (!forms::text_in(order.form, "jid").empty()) {
    const auto to = user_in(order.form, "jid");
    if (!to || to->local().empty()) return unusable("jid is no address of a user");
    offer.to = *to;
  }
  return order.at_node(std::move(offer));
}

/// At first the nodes are shown that are offered to the sender.
Claimed answer_offer(const Order& order) {
  if (order.form.fields.empty()) {
    return order.look_up(look::Offers{order.stanza.from.bare(), order.context.now}, most_offers);
  }
  const std::string answer = forms::text_in(order.form, "answer");
  if (answer != "accept" && answer != "decline") return unusable("answer is accept or decline");
  return order.at_node(action::AnswerOffer{answer == "accept"});
}

OwnFields page_fields(const Settings&) {
  return {question_field("after", "Begin behind this node"),
          question_field("max", "At most so many, usually 100")};
}
OwnFields copy_fields(const Settings&) {
  return {question_field("node", "The node; empty: all of yours"),
          question_field("next", "What the last page says; empty: from the beginning")};
}
OwnFields offer_fields(const Settings&) {
  return {
      question_field("node", "The node", {FieldType::text_single, true}),
      question_field("jid", "To whom; empty: to nobody any more", {FieldType::jid_single, false})};
}

constexpr auto to_all = CommandRow::For::everybody;

constexpr std::array own_rows{
    CommandRow{"urn:stoa:nodes:mine", "My nodes, and what they use", to_all, page_fields,
               list_mine},
    CommandRow{"urn:stoa:nodes:export", "Copy my nodes out", to_all, copy_fields, export_mine},
    CommandRow{"urn:stoa:nodes:transfer", "Hand a node over to somebody", to_all, offer_fields,
               offer_node},
    CommandRow{"urn:stoa:nodes:offers", "Nodes offered to you", to_all, nullptr, answer_offer},
};

}  // namespace

std::span<const CommandRow> own_commands() {
  return own_rows;
}

}  // namespace stoa::pubsub::wire
