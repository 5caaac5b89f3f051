#include <stoa/rsm/order.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::rsm {

namespace {

StanzaError bad_order(std::string_view text) {
  return StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0413 4", text);
}

}  // namespace

Result<std::vector<Order>, StanzaError> decode_order(const xml::Element& parent) {
  std::vector<Order> orders;
  for (const xml::Element* element : parent.children("order", ns::order_by)) {
    Order order;
    const std::string_view by = element->attr_or("by", "");
    if (by == "modification") {
      order.by = OrderKey::modification;
    } else if (by != "creation") {
      return bad_order("by must be creation or modification");
    }
    const std::string_view desc = element->attr_or("desc", "false");
    if (desc == "1" || desc == "true") {
      order.direction = Direction::descending;
    } else if (desc != "0" && desc != "false") {
      return bad_order("desc must be 0, 1, true or false");
    }
    orders.push_back(order);
  }
  return orders;
}

}  // namespace stoa::rsm
